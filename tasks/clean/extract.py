"""Extraction: the article of an HTML page, found by trafilatura in worker processes that can be killed."""

from __future__ import annotations

import logging
import multiprocessing
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from pebble import ProcessExpired, ProcessPool

from tasks.clean.selectors import Hints, select_content
from tasks.errors import BatchError, DocumentError

# Where pages say when they were published, with time and zone; in the order of trust.
TIME_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r'<meta[^>]+["\']article:published_time["\'][^>]+content=["\']([^"\']+)',
        r'<meta[^>]+content=["\']([^"\']+)["\'][^>]+["\']article:published_time["\']',
        r'"datePublished"\s*:\s*"([^"]+)"',
        r'<(?:meta|time|span)[^>]+itemprop=["\']datePublished["\'][^>]+(?:content|datetime)=["\']([^"\']+)',
        r'<(?:meta|time|span)[^>]+(?:content|datetime)=["\']([^"\']+)["\'][^>]+itemprop=["\']datePublished["\']',
    )
)
# Pages are searched for a time in their head and first screens only: JSON-LD lies there, comments do not.
TIME_SEARCHED_CHARS: Final = 400_000
NO_HINTS: Final = Hints()


@dataclass(frozen=True)
class Article:
    """What a page says: headline, main text with a line for each paragraph, byline, publication time in UTC."""

    title: str | None
    text: str
    author: str | None = None
    published_at: datetime | None = None


class Extractor(Protocol):
    """Finds the article of a page."""

    def submit(self, page: str, url: str, source: str) -> Callable[[], Article]:
        """Begin with a page of a source; the function returned waits for its article.

        It raises DocumentError `no_article`, `timeout` or `failed`; BatchError where no page can be extracted.
        """


class ExtractorPool:
    """`workers` processes that extract, each page within `deadline_seconds`; none starts before the first page.

    `hints` tell by source which parts of its pages to read.

    Processes, since trafilatura crashes natively under threads and a page can keep it busy for ever; spawned, since a
    process forked under threads hangs. A context manager: leaving it ends the processes.
    """

    def __init__(
        self, workers: int, deadline_seconds: float, hints: Mapping[str, Hints] = MappingProxyType({})
    ) -> None:
        self._workers = workers
        self._hints = hints
        self._deadline_seconds = deadline_seconds
        self._pool: ProcessPool | None = None

    def submit(self, page: str, url: str, source: str) -> Callable[[], Article]:
        """See `Extractor`."""
        begin = partial(self._begin, page, url, self._hints.get(source, NO_HINTS))
        future = begin()
        return lambda: self._wait(future, begin)

    def _begin(self, page: str, url: str, hints: Hints) -> Future[Article | None]:
        if self._pool is None or not self._pool.active:  # a pool is broken for ever when an idle process of it dies
            self.close()
            self._pool = ProcessPool(self._workers, initializer=_prepare, context=multiprocessing.get_context("spawn"))
        return self._pool.schedule(extract_article, args=(page, url, hints), timeout=self._deadline_seconds)

    def _wait(
        self, future: Future[Article | None], again: Callable[[], Future[Article | None]] | None = None
    ) -> Article:
        try:
            article = future.result()
        except TimeoutError as error:
            raise DocumentError("timeout", f"extraction took longer than {self._deadline_seconds:g} s") from error
        except (ProcessExpired, BrokenProcessPool) as error:
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


def _prepare() -> None:
    """Make a worker ready: the import takes seconds that are not the page's."""
    import trafilatura  # noqa: F401

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_article(page: str, url: str, hints: Hints = NO_HINTS) -> Article | None:
    """The article of a page; None where there is no main text. Runs in a worker."""
    # Imported here: only the workers need it, and it is slow to load.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(
        select_content(page, hints),
        url=url,
        include_comments=False,
        include_tables=False,
        favor_recall=True,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    # Never a dict: that is for `as_dict`, which is off.
    if not isinstance(found, Document) or not found.text:
        return None
    return Article(found.title, found.text, found.author, published_time(page, hints.zone) or _day(found.date))


def published_time(page: str, zone: str | None = None) -> datetime | None:
    """The publication time that the page's metadata give, in UTC; None where there is none with a date.

    One without a zone is of `zone`, or of UTC; a day without a time stays that day.
    """
    head = page[:TIME_SEARCHED_CHARS]
    for pattern in TIME_PATTERNS:
        match = pattern.search(head)
        moment = _day(match[1], zone) if match else None
        if moment is not None:
            return moment
    return None


def _day(text: str | None, zone: str | None = None) -> datetime | None:
    """An ISO date or time in UTC; a time without a zone is of `zone`, or of UTC."""
    try:
        moment = datetime.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    local = ZoneInfo(zone) if zone and text and ":" in text else UTC
    return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)
