"""Extraction: the article of an HTML page, found by trafilatura in worker processes that can be killed."""

from __future__ import annotations

import logging
import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Final, Protocol

from lxml.html import HtmlElement
from pebble import ProcessExpired, ProcessPool

from tasks.clean.content import agree, main_text
from tasks.clean.headline import find_author, find_headline
from tasks.clean.noise import prune
from tasks.clean.page import Page
from tasks.clean.published import find_published
from tasks.errors import DocumentError

MIN_SHOWN_CHARS: Final = 200  # of text on the page, below which it is looked for in its scripts
# A page that is no article says so: an address that is not there, a form to log in.
NO_ARTICLE: Final = re.compile(r"\W*(?:404|خطأ|.{0,12}الصفحة غير موجودة|.{0,12}الصفحه غير|تسجيل الدخول|نتائج البحث|page not found|not found)", re.IGNORECASE)


@dataclass(frozen=True)
class Article:
    """What a page says: headline, main text with a line for each paragraph, byline, publication time in UTC."""

    title: str | None
    text: str
    author: str | None = None
    published_at: datetime | None = None
    published_source: str | None = None
    published_zone: str | None = None
    canonical_url: str | None = None


class Extractor(Protocol):
    """Finds the article of a page."""

    def submit(self, page: str, url: str, fetched_at: datetime, zone: str) -> Callable[[], Article]:
        """Begin with a page; the function returned waits for its article.

        It raises DocumentError `no_article`, `timeout` or `failed`.
        """


class ExtractorPool:
    """`workers` processes that extract, each page within `deadline_seconds`; none starts before the first page.

    Processes, since trafilatura crashes natively under threads and a page can keep it busy for ever; spawned, since a
    process forked under threads hangs. A context manager: leaving it ends the processes.
    """

    def __init__(self, workers: int, deadline_seconds: float) -> None:
        self._workers = workers
        self._deadline_seconds = deadline_seconds
        self._pool: ProcessPool | None = None

    def submit(self, page: str, url: str, fetched_at: datetime, zone: str) -> Callable[[], Article]:
        """See `Extractor`."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(self._workers, initializer=_prepare, context=context)
        future = self._pool.schedule(extract_article, args=(page, url, fetched_at, zone), timeout=self._deadline_seconds)
        return lambda: self._wait(future)

    def _wait(self, future: Future[Article | None]) -> Article:
        try:
            article = future.result()
        except TimeoutError as error:
            raise DocumentError("timeout", f"extraction took longer than {self._deadline_seconds:g} s") from error
        except ProcessExpired as error:
            raise DocumentError("failed", f"the extraction process died with exit code {error.exitcode}") from error
        if article is None:
            raise DocumentError("no_article", "no main text found in the page")
        return article

    def close(self) -> None:
        """End the processes, if any were started."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def __enter__(self) -> ExtractorPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _prepare() -> None:
    """Make a worker ready: the import takes seconds that are not the page's."""
    import trafilatura  # noqa: F401

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_article(page: str, url: str, fetched_at: datetime, zone: str) -> Article | None:
    """The article of a page; None where there is no main text. Runs in a worker."""
    read = Page(page, url)
    if read.tree is None:
        return None
    title, headline = find_headline(read)
    published = find_published(read, headline, fetched_at, zone)
    author = find_author(read, headline)
    text = _text(read, headline)
    if not text or NO_ARTICLE.match(title or ""):
        return None
    return Article(
        title,
        text,
        author,
        published.moment.at if published else None,
        published.source if published else None,
        published.moment.zone if published else None,
        read.canonical_url,
    )


def _text(page: Page, headline: HtmlElement | None) -> str:
    assert page.tree is not None
    # Found before the tree is pruned: scripts go.
    stated, state = page.article_text, page.state_text
    prune(page.tree, headline)
    shown = main_text(page.tree, headline)
    if not stated and len(shown) < MIN_SHOWN_CHARS:
        stated = state
    return agree(shown, stated)
