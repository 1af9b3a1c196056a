"""Listings: whatever names pages instead of being one. What it is shows in its content, unless the source says it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, TypeVar

from nabra.config.settings import FetchSettings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import Unread
from nabra.tasks.fetch.listings.feeds import FeedItem, is_feed, read_feed
from nabra.tasks.fetch.listings.json_feeds import is_json_feed, read_json_feed
from nabra.tasks.fetch.listings.sitemaps import is_sitemap, read_sitemap
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.sources import NO_HINTS, ListingHints
from nabra.tasks.fetch.web.courtesy import StoppedError
from nabra.tasks.fetch.web.unpack import GZIP_START, Bounds, read_bounded
from nabra.tasks.processes.pool import WorkerPool

T = TypeVar("T")
# Whatever stands in so few bytes is read in 0.3 s, sooner than by another process; most feeds are shorter.
SHORT_BYTES: Final = 65_536
WORKERS: Final = 2


@dataclass(frozen=True)
class Listing:
    """The pages that a feed, sitemap or list names, and the sitemaps that an index names."""

    pages: list[FeedItem]
    sitemaps: list[FeedItem] = field(default_factory=list)


class ListingReader:
    """Reads listings within the bounds of the settings: long ones in processes that can be killed.

    A feed of tiny elements keeps a parser busy for minutes, and takes sixty times its size in memory. Threads may share
    a reader. A context manager: leaving it ends the processes.
    """

    def __init__(self, settings: FetchSettings) -> None:
        self._max_items = settings.max_feed_items
        self._bounds = Bounds(settings.max_payload_bytes, settings.max_unpack_ratio)
        bounds = settings.listing_deadline_seconds, settings.listing_memory_mib
        self._pool = WorkerPool("reading", WORKERS, *bounds, _prepare)

    def read(self, payload: Payload, base: str, hints: ListingHints = NO_HINTS) -> Listing | None:
        """See `read_listing`; the payload may be packed by gzip.

        Raises DocumentError `too_large`, `timeout` and `failed`, too, where the bounds do not suffice; StoppedError
        where the reader is left meanwhile.
        """
        if payload.content.startswith(GZIP_START):
            payload = replace(payload, content=read_bounded([payload.content], packed=True, bounds=self._bounds))
        listing = self._read(payload, base, hints)
        unread = Unread()
        for item in listing.pages if listing else ():
            unread.add(item.unread_date)
        unread.tell(base)
        return listing

    def _read(self, payload: Payload, base: str, hints: ListingHints) -> Listing | None:
        if len(payload.content) <= SHORT_BYTES or not (hints.kind or _is_listing(payload)):
            return read_listing(payload, base, self._max_items, hints)
        return self.apart(_read, payload, base, self._max_items, hints)

    def apart(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function of nothing and the arguments returns, called in a process within the bounds."""
        try:
            return self._pool.submit(function, *arguments)()
        except CancelledError as error:
            raise StoppedError from error

    def __enter__(self) -> ListingReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()


def _prepare() -> None:
    """Make a worker ready, by the imports that reading would do else."""
    import feedparser  # noqa: F401

    import nabra.tasks.fetch.listings.links  # noqa: F401


def _read(_: None, payload: Payload, base: str, max_items: int, hints: ListingHints) -> Listing | None:
    return read_listing(payload, base, max_items, hints)


def read_listing(payload: Payload, base: str, max_items: int, hints: ListingHints = NO_HINTS) -> Listing | None:
    """The feed (RSS, Atom, RDF, JSON), sitemap or list page at address `base`.

    None for what is no listing where the source does not say what it is. Raises DocumentError where it cannot be read,
    or is none though the source says so.
    """
    content = payload.content
    if hints.kind == "list":
        from nabra.tasks.fetch.listings.links import read_links  # slow to import, and few sources need it

        return Listing(read_links(content, payload.charset, base, max_items, hints.link))
    if is_sitemap(content):
        return Listing(*read_sitemap(content, base, max_items, hints.zone, news_only=hints.kind == "news-sitemap"))
    if is_json_feed(content, payload.content_type):
        return Listing(read_json_feed(content, base, max_items, hints.zone))
    if is_feed(content, payload.content_type):
        return Listing(read_feed(content, base, max_items, hints.zone))
    if hints.kind is not None:
        raise DocumentError("malformed", f"not a {hints.kind}, though the source says so")
    return None


def _is_listing(payload: Payload) -> bool:
    content, content_type = payload.content, payload.content_type
    return is_sitemap(content) or is_json_feed(content, content_type) or is_feed(content, content_type)
