"""Fetch: every document of the targets, in a fixed order, received, refused, or known already."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from config.settings import FetchSettings
from tasks.errors import DocumentError
from tasks.fetch.feeds import FeedItem, newest
from tasks.fetch.fetched import Fetched, Found, Known, Payload, Refused, refused
from tasks.fetch.files import LocalInput, WebLink
from tasks.fetch.identity import canonical_url, document_id, has_credentials, without_credentials
from tasks.fetch.listings import Listing, read_listing
from tasks.fetch.targets import Target
from tasks.fetch.unpack import Bounds
from tasks.fetch.web import Web, open_web

log = logging.getLogger(__name__)
T = TypeVar("T")


def fetch_documents(targets: Iterable[Target], settings: FetchSettings, known: Container[str]) -> Iterator[Fetched]:
    """One value for each document that the targets hold: a row of `raw`, a row of `rejects`, or a known id.

    `known` holds the document ids of the warehouse: these are not read again. Targets are taken in their order, folders
    sorted by path, files of rows and feeds in their own order. Two documents with one id or address in one call: the
    first is taken, the second refused as `duplicate_key`.
    """
    with open_web(settings) as web:
        run = _Run(web, settings, known)
        for target in targets:
            for found in run.find(target):
                yield found if isinstance(found, Refused) else run.settle(found)


@dataclass
class _Run:
    """One call of `fetch_documents`: where it fetches, and which ids and addresses it has met."""

    web: Web
    settings: FetchSettings
    known: Container[str]
    met: dict[str, str] = field(default_factory=dict)

    def find(self, target: Target) -> Iterator[Found | Refused]:
        if target.path is None:
            yield from self._address(target)
            return
        local = LocalInput(target.source, self.bounds, self.settings.max_feed_items, target.reading)
        for found in local.find(target.path):
            if isinstance(found, WebLink):
                yield self._page(found.item, target)
            else:
                yield found

    def settle(self, found: Found) -> Fetched:
        """Read the document, unless it is known or was met before."""
        earlier = self.met.get(found.doc_id) or self.met.get(found.url)
        if earlier is not None:
            return found.refused("duplicate_key", f"the same address or id as {earlier}, which was taken")
        self.met[found.doc_id] = self.met[found.url] = found.url
        if found.doc_id in self.known:
            return Known(found.doc_id)
        return _guarded(found, lambda: found.document(found.load()))

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.settings.max_payload_bytes, self.settings.max_unpack_ratio)

    def _address(self, target: Target) -> Iterator[Found | Refused]:
        """An address that may be a page, a feed or a sitemap: if the source does not say it, it shows in the answer."""
        page = self._page(FeedItem(target.address, None, None), target)
        is_page = target.reading.kind == "urls"
        if isinstance(page, Refused) or is_page or page.doc_id in self.known or page.doc_id in self.met:
            yield page
            return
        opened = _guarded(page, lambda: self._open(page, target))
        yield from opened if isinstance(opened, list) else [opened]

    def _open(self, page: Found, target: Target) -> list[Found | Refused]:
        payload = page.load()
        listing = self._listing(page, payload, target)
        if listing is None:
            return [replace(page, load=lambda: payload)]
        items, refusals = list(listing.pages), []
        for sitemap in self._sitemaps(page, listing, target):
            if isinstance(sitemap, Refused):
                refusals.append(sitemap)
            else:
                items += sitemap.pages
            if len(items) >= self.settings.max_feed_items:
                break
        pages = newest(items, page.url, self.settings.max_feed_items)
        return [*refusals, *(self._page(item, target) for item in pages)]

    def _listing(self, page: Found, payload: Payload, target: Target) -> Listing | None:
        return read_listing(payload, page.url, self.settings.max_feed_items, self.bounds, target.reading)

    def _sitemaps(self, index: Found, listing: Listing, target: Target) -> Iterator[Listing | Refused]:
        """The sitemaps that an index names, and those that they name, one after the other and each once."""
        waiting = deque((item, 1) for item in listing.sitemaps)
        seen = {index.url}
        while waiting:
            item, depth = waiting.popleft()
            page = self._page(item, target)
            address = item.link if isinstance(page, Refused) else page.url
            if address in seen:
                continue
            if len(seen) > self.settings.max_sitemaps:
                log.info("%s names more sitemaps than fetch.max_sitemaps; %d are left out", index.url, len(waiting) + 1)
                return
            seen.add(address)
            if isinstance(page, Refused):
                yield page
            elif depth > self.settings.max_sitemap_depth:
                yield page.refused("refused", f"a sitemap {depth} indexes deep, see fetch.max_sitemap_depth")
            else:
                further = _guarded(page, partial(self._sitemap, page, target))
                yield further
                if isinstance(further, Listing):
                    waiting.extend((named, depth + 1) for named in further.sitemaps)

    def _sitemap(self, page: Found, target: Target) -> Listing:
        listing = self._listing(page, page.load(), target)
        if listing is None:
            raise DocumentError("malformed", "an index names it as a sitemap, and it is none")
        return listing

    def _page(self, item: FeedItem, target: Target) -> Found | Refused:
        shown, source = without_credentials(item.link), target.source
        try:
            if has_credentials(item.link):
                return refused(shown, source, "refused", "the address holds a user name or password")
            if urlsplit(item.link).scheme not in ("http", "https"):
                return refused(shown, source, "refused", "not an http(s) address")
            url = canonical_url(item.link)
        except ValueError as error:
            return refused(shown, source, "malformed", f"no address: {error}")
        load = partial(self.web.get, url, target.delay_seconds)
        return Found(document_id(url), url, source, load, item.title, item.published_at)


def _guarded(found: Found, act: Callable[[], T]) -> T | Refused:
    """What `act` returns, or the refusal of the document where it raises."""
    try:
        return act()
    except DocumentError as error:
        return found.refused(error.reason, error.detail)
    except Exception as error:
        log.debug("fetching %s failed", found.url, exc_info=True)
        return found.refused("failed", f"{type(error).__name__}: {error}")
