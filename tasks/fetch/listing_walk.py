"""Feeds and sitemaps of the web, down to the pages that they name."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.guard import guarded
from nabra.tasks.fetch.listings.feeds import FeedItem, newest
from nabra.tasks.fetch.listings.reader import Listing, ListingReader
from nabra.tasks.fetch.outcomes import Deferred, Fetched, Rejected, Unchanged
from nabra.tasks.fetch.page_queue import OpenListing, PageQueue, checked
from nabra.tasks.fetch.page_states import LISTING, PAGE, Ask, PageState, answered
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.targets import Target

if TYPE_CHECKING:
    from nabra.tasks.fetch.web.client import Web

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListingWalk:
    """Asks addresses that may be listings, and puts the pages that these name into the queue."""

    queue: PageQueue
    listings: ListingReader

    def look(self, ask: Ask, target: Target, web: Web) -> Iterator[Fetched]:
        """Ask an address of a target."""
        before, kind = self.queue.memory.pages.get(ask.url), target.hints.kind
        is_listing = kind not in (None, "urls") or (before is not None and before.kind == LISTING)
        if not (self.queue.budget.allows_listing() if is_listing else self.queue.budget.allows_page(ask.source)):
            yield Deferred(ask.url, ask.source)
            return
        payload = self.queue.get(ask, before, target, web)
        listing = None
        if isinstance(payload, Payload) and kind != "urls":
            listing = guarded(ask.url, lambda: self.listings.read(payload, ask.url, target.hints))
        if is_listing and isinstance(payload, Payload) and listing is None:
            listing = DocumentError("malformed", "it was a feed, sitemap or list, and is none now")
        if not is_listing and listing is None:
            yield self.queue.settle(ask, before, payload)
            return
        yield from self._walk(replace(ask, kind=LISTING), target, before, payload, listing, web)

    def _walk(
        self,
        ask: Ask,
        target: Target,
        before: PageState | None,
        payload: Payload | DocumentError | None,
        listing: Listing | DocumentError | None,
        web: Web,
    ) -> Iterator[Fetched]:
        """The pages that a feed or sitemap names now, and those that it named before and that are due."""
        open_listing = OpenListing()
        error = next((each for each in (payload, listing) if isinstance(each, DocumentError)), None)
        items, sitemaps = [], newest_first(self.queue.memory.listed(ask.url, LISTING))
        if error:
            yield self.queue.rejected(ask, before, error)
        else:
            assert not isinstance(payload, DocumentError)
            open_listing.pages.append(answered(ask, before, payload, self.queue.now()))
        if isinstance(listing, Listing):
            items, sitemaps = list(listing.pages), listing.sitemaps
        for further in self._sitemaps(ask, target, sitemaps, open_listing, web) if not error else ():
            if isinstance(further, Listing):
                items += further.pages
            else:
                yield further
            if len(items) >= self.queue.settings.max_feed_items:
                break
        for item in newest(items, ask.url, self.queue.settings.max_feed_items):
            yield from self.queue.add_item(item, target, ask.url, open_listing, ask.url)
        open_listing.count(is_read=isinstance(listing, Listing) or bool(items))
        for page in self.queue.memory.listed(ask.url, PAGE):
            if self.queue.is_due(page) and not self.queue.meet(page.url):
                self.queue.add_page(page.ask, target, open_listing)
        yield from open_listing.settle()

    def _sitemaps(
        self,
        index: Ask,
        target: Target,
        sitemaps: list[FeedItem],
        open_listing: OpenListing,
        web: Web,
    ) -> Iterator[Listing | Fetched]:
        """The sitemaps that an index names, and those that they name, one after the other and each once."""
        waiting = deque((item, index.url, 1) for item in sitemaps)
        seen, known_in = {index.url}, set[str | None]()
        while waiting:
            item, named_by, depth = waiting.popleft()
            url = checked(item, index.source, named_by)
            address = item.link if isinstance(url, Rejected) else url
            if address in seen:
                continue
            if len(seen) > self.queue.settings.max_sitemaps:
                log.info("%s names more sitemaps than fetch.max_sitemaps; %d are left out", index.url, len(waiting) + 1)
                return
            seen.add(address)
            if isinstance(url, Rejected):
                yield url
                continue
            ask = Ask(url, LISTING, index.source, named_by, hint_published_at=item.changed_at)
            if self._is_archive(ask, known_in):
                continue
            if self.queue.meet(url):
                continue
            if depth > self.queue.settings.max_sitemap_depth:
                too_deep = DocumentError("refused", f"a sitemap {depth} indexes deep, see fetch.max_sitemap_depth")
                yield self.queue.rejected(ask, self.queue.memory.pages.get(url), too_deep)
                continue
            if not self.queue.budget.allows_listing():
                open_listing.is_whole = False
                yield Deferred(url, index.source)
                continue
            further = self._sitemap(ask, target, open_listing, web)
            yield further
            if isinstance(further, Listing):
                waiting.extend((named, url, depth + 1) for named in further.sitemaps)

    def _is_archive(self, ask: Ask, known_in: set[str | None]) -> bool:
        """True if a sitemap is older than those that were asked in earlier runs; `known_in` are the indexes of these.

        The newest of an index come first. Where it gives no times its order tells nothing: WordPress appends the new.
        """
        if ask.url in self.queue.memory.pages:
            known_in.add(ask.listed_by)
            return False
        return ask.listed_by in known_in and ask.hint_published_at is not None

    def _sitemap(self, ask: Ask, target: Target, open_listing: OpenListing, web: Web) -> Listing | Rejected | Unchanged:
        before = self.queue.memory.pages.get(ask.url)
        payload = self.queue.get(ask, before, target, web)
        listing: Listing | DocumentError | None = Listing([], newest_first(self.queue.memory.listed(ask.url, LISTING)))
        if isinstance(payload, Payload):
            listing = guarded(ask.url, lambda: self.listings.read(payload, ask.url, target.hints))
            if listing is None:
                listing = DocumentError("malformed", "an index names it as a sitemap, and it is none")
        error = next((each for each in (payload, listing) if isinstance(each, DocumentError)), None)
        if error or not isinstance(listing, Listing) or isinstance(payload, DocumentError):
            assert error is not None
            return self.queue.rejected(ask, before, error)
        open_listing.pages.append(answered(ask, before, payload, self.queue.now()))
        return listing


def newest_first(sitemaps: Iterable[PageState]) -> list[FeedItem]:
    """The sitemaps that an index named before, those that it called changed last first."""
    items = [FeedItem(page.url, None, None, page.hint_published_at) for page in sitemaps]
    return sorted(items, key=lambda item: item.age_key, reverse=True)
