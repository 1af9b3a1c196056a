"""Extraction: the article of an HTML page, found in worker processes that can be killed and cannot take all memory."""

from __future__ import annotations

import logging
import multiprocessing
import os
import re
import resource
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Protocol

from lxml.html import HtmlElement
from pebble import ProcessExpired, ProcessPool

from tasks.clean.content import agree, choose, main_text
from tasks.clean.headline import find_author, find_headline
from tasks.clean.noise import Noise
from tasks.clean.page import Page
from tasks.clean.prune import prune
from tasks.clean.published import find_published
from tasks.clean.selectors import Hints, select_content
from tasks.errors import BatchError, DocumentError

NO_HINTS: Final = Hints()
OUT_OF_MEMORY: Final = 77  # exit code of a worker
STATM: Final = Path("/proc/self/statm")
MIN_SHOWN_CHARS: Final = 200  # of text on the page, below which it is looked for in its scripts
# A page that is no article says so: an address that is not there, a form to log in.
NO_ARTICLE: Final = re.compile(
    r"\W*(?:404|خطأ|.{0,12}الصفحة غير موجودة|.{0,12}الصفحه غير|تسجيل الدخول|نتائج البحث|page not found|not found)",
    re.IGNORECASE,
)


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

    def submit(self, page: str, url: str, source: str, fetched_at: datetime, zone: str) -> Callable[[], Article]:
        """Begin with a page of a source; the function returned waits for its article.

        Relative times count from `fetched_at`, times without a zone in `zone` (IANA) if the source has none of its own.
        It raises DocumentError `no_article`, `timeout` or `failed`; BatchError where no page can be extracted.
        """


class ExtractorPool:
    """`workers` processes that extract, each page within `deadline_seconds` and `memory_mib`; none starts unasked.

    The memory is what a page may take above what the process has at its start. A process that takes more, or longer,
    ends, and another takes its place. `hints` tell by source which parts of its pages to read.

    Processes, since trafilatura crashes natively under threads and a page can keep it busy for ever; spawned, since a
    process forked under threads hangs. A context manager: leaving it ends the processes.
    """

    def __init__(
        self,
        workers: int,
        deadline_seconds: float,
        memory_mib: int,
        noise: Noise,
        hints: Mapping[str, Hints] = MappingProxyType({}),
    ) -> None:
        self._workers = workers
        self._deadline_seconds = deadline_seconds
        self._memory_mib = memory_mib
        self._noise = noise
        self._hints = hints
        self._pool: ProcessPool | None = None

    def submit(self, page: str, url: str, source: str, fetched_at: datetime, zone: str) -> Callable[[], Article]:
        """See `Extractor`."""
        hints = self._hints.get(source, NO_HINTS)
        begin = partial(self._begin, page, url, fetched_at, hints.zone or zone, self._noise, hints)
        future = begin()
        return lambda: self._wait(future, begin)

    def _begin(self, *task: Any) -> Future[Article | None]:
        if self._pool is None or not self._pool.active:  # a pool is broken for ever when an idle process of it dies
            self.close()
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(self._workers, initializer=_prepare, initargs=(self._memory_mib,), context=context)
        return self._pool.schedule(_extract_or_end, args=task, timeout=self._deadline_seconds)

    def _wait(
        self, future: Future[Article | None], again: Callable[[], Future[Article | None]] | None = None
    ) -> Article:
        try:
            article = future.result()
        except TimeoutError as error:
            raise DocumentError("timeout", f"extraction took longer than {self._deadline_seconds:g} s") from error
        except (ProcessExpired, BrokenProcessPool) as error:
            if isinstance(error, ProcessExpired) and error.exitcode == OUT_OF_MEMORY:
                raise DocumentError("failed", f"extraction took more than {self._memory_mib} MiB of memory") from error
            if again:  # the process may have been killed from outside; a page that crashes it will do so twice
                return self._wait(again())
            if isinstance(error, BrokenProcessPool):
                raise BatchError("the extraction processes die before they have a page; is memory short?") from error
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


def _prepare(memory_mib: int) -> None:
    """Make a worker ready: the imports take seconds and memory that are not the page's."""
    import trafilatura  # noqa: F401

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if STATM.exists():  # Linux; elsewhere the limit is not heeded anyway
        used = int(STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_mib * 2**20, hard))


def _extract_or_end(page: str, url: str, fetched_at: datetime, zone: str, noise: Noise, hints: Hints) -> Article | None:
    """The article of a page. A process without memory ends: what it still holds would be the next page's loss."""
    try:
        return extract_article(page, url, fetched_at, zone, noise, hints)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def extract_article(
    page: str, url: str, fetched_at: datetime, zone: str, noise: Noise, hints: Hints = NO_HINTS
) -> Article | None:
    """The article of a page; None where there is no main text. Runs in a worker."""
    read = Page(select_content(page, hints), url)
    if read.tree is None:
        return None
    title, headline = find_headline(read)
    published = find_published(read, headline, fetched_at, zone)
    author = find_author(read, headline)
    text = _text(read, title, headline, noise)
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


def _text(page: Page, title: str | None, headline: HtmlElement | None, noise: Noise) -> str:
    assert page.tree is not None
    # Found before the tree is pruned: scripts go.
    stated, state = page.article_text, page.state_text
    about = " ".join((page.metas.get("og:description") or page.metas.get("description") or "", title or ""))
    prune(page.tree, headline, noise)
    shown = choose(main_text(page.tree, headline), _second_opinion(page.tree), about)
    if not stated and len(shown) < MIN_SHOWN_CHARS:
        stated = state
    return agree(shown, stated)


def _second_opinion(tree: HtmlElement) -> str:
    """What trafilatura finds in a pruned tree."""
    # Imported here: only the workers need it, and it is slow to load.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(tree, include_comments=False, include_tables=False, fast=True)
    # Never a dict: that is for `as_dict`, which is off.
    return found.text or "" if isinstance(found, Document) else ""
