"""Extraction: the article of an HTML page, found in worker processes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Final, Protocol

from lxml.html import HtmlElement

from tasks.clean.content import agree, choose, main_text
from tasks.clean.headline import find_author, find_headline
from tasks.clean.noise import Noise
from tasks.clean.page import Page
from tasks.clean.prune import prune
from tasks.clean.published import find_published
from tasks.clean.selectors import Hints, select_content
from tasks.errors import DocumentError
from tasks.workers import WorkerPool

NO_HINTS: Final = Hints()
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
    """`workers` processes that extract, each page within `deadline_seconds` and `memory_mib`; see `WorkerPool`.

    `hints` tell by source which parts of its pages to read.
    """

    def __init__(
        self,
        workers: int,
        deadline_seconds: float,
        memory_mib: int,
        noise: Noise,
        hints: Mapping[str, Hints] = MappingProxyType({}),
    ) -> None:
        self._pool = WorkerPool("extraction", workers, deadline_seconds, memory_mib, _prepare)
        self._noise = noise
        self._hints = hints

    def submit(self, page: str, url: str, source: str, fetched_at: datetime, zone: str) -> Callable[[], Article]:
        """See `Extractor`."""
        hints = self._hints.get(source, NO_HINTS)
        found = self._pool.submit(extract_article, page, url, fetched_at, hints.zone or zone, self._noise, hints)
        return lambda: _article(found())

    def close(self) -> None:
        """End the processes, if any were started."""
        self._pool.close()

    def __enter__(self) -> ExtractorPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _article(found: Article | None) -> Article:
    if found is None:
        raise DocumentError("no_article", "no main text found in the page")
    return found


def _prepare() -> None:
    """Make a worker ready: the imports take seconds and memory that are not the page's."""
    import trafilatura  # noqa: F401

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


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
