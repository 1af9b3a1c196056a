"""Fetch: every document of the targets, received, rejected, or seen before.

Local input is read in a fixed order. The web is asked host by host (see `frontier`): in order within a host, many hosts
at once.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import accepted_url, document_id, inert_url, link_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.guard import guarded, guarded_all
from nabra.tasks.fetch.listings.feeds import FeedItem, newest
from nabra.tasks.fetch.listings.reader import Listing, ListingReader
from nabra.tasks.fetch.local.files import LocalInput, WebLink
from nabra.tasks.fetch.local.versions import LocalDocuments
from nabra.tasks.fetch.outcomes import (
    REMOVED,
    Deferred,
    Document,
    Fetched,
    Found,
    LeftOut,
    Polled,
    Rejected,
    Seen,
    Unchanged,
    rejected,
)
from nabra.tasks.fetch.pages import LISTING, PAGE, Ask, Memory, Page, answered, failed, robots_page, utc_now
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.budget import Budget
from nabra.tasks.fetch.web.courtesy import Courtesy
from nabra.tasks.fetch.web.frontier import Frontier, Job
from nabra.tasks.stage import reject

if TYPE_CHECKING:
    from nabra.tasks.fetch.web.client import Shared, Web

log = logging.getLogger(__name__)


def fetch_documents(
    targets: Iterable[Target],
    settings: FetchSettings,
    memory: Memory = Memory(),  # noqa: B008 - frozen
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Fetched]:
    """What becomes of each document that the targets hold, and of each address that is asked for them.

    `memory` is what earlier runs left: local documents are compared with it, see `LocalDocuments`, pages of the web
    asked only when they are due or their feed says that they have changed, and then with a condition. An address of the
    web is asked once in a call.
    """
    way = _WayToWeb(settings, memory.robots(now()))
    with (
        Frontier(way.open, way.courtesy, settings.hosts_at_once) as frontier,
        ListingReader(settings) as listings,  # ends first, so that no thread waits for it
    ):
        run = _Run(frontier, listings, settings, memory, now, Budget(settings))
        for target in targets:
            yield from run.begin(target)
        yield from frontier.results()


@dataclass
class _WayToWeb:
    """Opens the web for a thread. Its libraries and certificates, slow to load, are loaded for the first one."""

    settings: FetchSettings
    robots: Mapping[str, str]
    courtesy: Courtesy = field(default_factory=Courtesy)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> AbstractContextManager[Web]:
        """The client of one thread; all share what `Shared` says."""
        from nabra.tasks.fetch.web.client import open_web

        with self.guard:
            return open_web(self.settings, self._shared)

    @cached_property
    def _shared(self) -> Shared:
        from nabra.tasks.fetch.web.client import Shared

        return Shared(self.courtesy, self.robots)


@dataclass
class _Ticket:
    """A listing whose pages are not all settled: its own state is told after them.

    A run that is killed before, or whose budget ends, must find the listing modified once more.
    """

    pages: list[Page] = field(default_factory=list)
    open: int = 1
    is_whole: bool = True
    guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """One more page to be settled."""
        with self.guard:
            self.open += 1

    def give_back(self, *, is_settled: bool = True) -> list[Polled]:
        """A page is settled, or postponed; what to tell if it was the last."""
        with self.guard:
            self.open -= 1
            self.is_whole &= is_settled
            if self.open:
                return []
        return [Polled(page if self.is_whole else page.without_validators()) for page in self.pages]


@dataclass
class _Run:
    """One call of `fetch_documents`: what it asks, what it may spend, and which addresses it has met."""

    frontier: Frontier
    listings: ListingReader
    settings: FetchSettings
    memory: Memory
    now: Callable[[], datetime]
    budget: Budget
    met: set[str] = field(default_factory=set)
    # The listings that wait for a page, by its address.
    waiting: dict[str, list[_Ticket]] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    unread_columns: set[str] = field(default_factory=set)
    local: LocalDocuments = field(init=False)

    def __post_init__(self) -> None:
        self.local = LocalDocuments(self.memory)

    def begin(self, target: Target) -> Iterator[Fetched]:
        """Read a local target; put one of the web on the frontier."""
        if target.source in self.memory.removed_sources:
            log.warning("%s: source %s was removed, see: nabra remove --list", target.address, target.source)
            return
        if target.path is None:
            yield from self._begin_address(target)
            return
        local = LocalInput(
            target.source, self.settings, self.listings, target.hints, target.columns, self.unread_columns
        )
        for found in local.find(target.path):
            match found:
                case WebLink(item, where):
                    yield from self._page(item, target, None, _Ticket(), where)
                case Rejected() | LeftOut():
                    yield found
                case Found():
                    yield self._settle_local(found)

    def _settle_local(self, found: Found) -> Fetched:
        if found.has_address:
            self._meet(found.url)
        settled = guarded(found.url, lambda: self.local.settle(found))
        return found.rejected(settled.reason, settled.detail) if isinstance(settled, DocumentError) else settled

    def _meet(self, url: str) -> bool:
        """Note that an address was met; True if it was before."""
        with self.guard:
            is_met = url in self.met
            self.met.add(url)
            return is_met

    def _begin_address(self, target: Target) -> Iterator[Fetched]:
        """An address that may be a page, a feed or a sitemap: if the source does not say it, it shows in the answer."""
        try:
            url = accepted_url(target.address)
        except DocumentError as error:
            yield rejected(inert_url(target.address), target.source, error.reason, error.detail)
            return
        if self.memory.keeps_away(document_id(url), target.source):
            yield Seen(document_id(url), target.source, REMOVED)
            return
        if self._meet(url):
            return
        self._add(url, target, partial(self._look, Ask(url, PAGE, target.source), target))

    def _add(self, url: str, target: Target, job: Job) -> None:
        """Put a job on the frontier that tells of the robots.txt read for it, too."""

        def whole(web: Web) -> Iterator[Fetched]:
            yield from guarded_all(
                url, job(web), lambda error: rejected(url, target.source, error.reason, error.detail)
            )
            for address, text in web.robots.take_new():
                yield Polled(robots_page(address, target.source, text, self.now()))

        self.frontier.add(urlsplit(url).hostname or "", whole)

    def _look(self, ask: Ask, target: Target, web: Web) -> Iterator[Fetched]:
        """Ask an address of a target."""
        before, kind = self.memory.pages.get(ask.url), target.hints.kind
        is_listing = kind not in (None, "urls") or (before is not None and before.kind == LISTING)
        if not (self.budget.allows_listing() if is_listing else self.budget.allows_page(ask.source)):
            yield Deferred(ask.url, ask.source)
            return
        payload = self._get(ask, before, target, web)
        listing = None
        if isinstance(payload, Payload) and kind != "urls":
            listing = guarded(ask.url, lambda: self.listings.read(payload, ask.url, target.hints))
        if is_listing and isinstance(payload, Payload) and listing is None:
            listing = DocumentError("malformed", "it was a feed, sitemap or list, and is none now")
        if not is_listing and listing is None:
            yield self._settle(ask, before, payload)
            return
        yield from self._walk(replace(ask, kind=LISTING), target, before, payload, listing, web)

    def _walk(
        self,
        ask: Ask,
        target: Target,
        before: Page | None,
        payload: Payload | DocumentError | None,
        listing: Listing | DocumentError | None,
        web: Web,
    ) -> Iterator[Fetched]:
        """The pages that a feed or sitemap names now, and those that it named before and that are due."""
        ticket = _Ticket()
        error = next((each for each in (payload, listing) if isinstance(each, DocumentError)), None)
        items, sitemaps = [], newest_first(self.memory.listed(ask.url, LISTING))
        if error:
            yield self._rejected(ask, before, error)
        else:
            assert not isinstance(payload, DocumentError)
            ticket.pages.append(answered(ask, before, payload, self.now()))
        if isinstance(listing, Listing):
            items, sitemaps = list(listing.pages), listing.sitemaps
        for further in self._sitemaps(ask, target, sitemaps, ticket, web) if not error else ():
            if isinstance(further, Listing):
                items += further.pages
            else:
                yield further
            if len(items) >= self.settings.max_feed_items:
                break
        for item in newest(items, ask.url, self.settings.max_feed_items):
            yield from self._page(item, target, ask.url, ticket, ask.url)
        for page in self.memory.listed(ask.url, PAGE):
            if self._is_due(page) and not self._meet(page.url):
                self._add_page(page.ask, target, ticket)
        yield from ticket.give_back()

    def _sitemaps(
        self,
        index: Ask,
        target: Target,
        sitemaps: list[FeedItem],
        ticket: _Ticket,
        web: Web,
    ) -> Iterator[Listing | Fetched]:
        """The sitemaps that an index names, and those that they name, one after the other and each once."""
        waiting = deque((item, index.url, 1) for item in sitemaps)
        seen, known_in = {index.url}, set[str | None]()
        while waiting:
            item, named_by, depth = waiting.popleft()
            url = _checked(item, index.source, named_by)
            address = item.link if isinstance(url, Rejected) else url
            if address in seen:
                continue
            if len(seen) > self.settings.max_sitemaps:
                log.info("%s names more sitemaps than fetch.max_sitemaps; %d are left out", index.url, len(waiting) + 1)
                return
            seen.add(address)
            if isinstance(url, Rejected):
                yield url
                continue
            ask = Ask(url, LISTING, index.source, named_by, hint_published_at=item.changed_at)
            if self._is_archive(ask, known_in):
                continue
            if self._meet(url):
                continue
            if depth > self.settings.max_sitemap_depth:
                too_deep = DocumentError("refused", f"a sitemap {depth} indexes deep, see fetch.max_sitemap_depth")
                yield self._rejected(ask, self.memory.pages.get(url), too_deep)
                continue
            if not self.budget.allows_listing():
                ticket.is_whole = False
                yield Deferred(url, index.source)
                continue
            further = self._sitemap(ask, target, ticket, web)
            yield further
            if isinstance(further, Listing):
                waiting.extend((named, url, depth + 1) for named in further.sitemaps)

    def _is_archive(self, ask: Ask, known_in: set[str | None]) -> bool:
        """True if a sitemap is older than those that were asked in earlier runs; `known_in` are the indexes of these.

        The newest of an index come first. Where it gives no times its order tells nothing: WordPress appends the new.
        """
        if ask.url in self.memory.pages:
            known_in.add(ask.listed_by)
            return False
        return ask.listed_by in known_in and ask.hint_published_at is not None

    def _sitemap(self, ask: Ask, target: Target, ticket: _Ticket, web: Web) -> Listing | Rejected | Unchanged:
        before = self.memory.pages.get(ask.url)
        payload = self._get(ask, before, target, web)
        listing: Listing | DocumentError | None = Listing([], newest_first(self.memory.listed(ask.url, LISTING)))
        if isinstance(payload, Payload):
            listing = guarded(ask.url, lambda: self.listings.read(payload, ask.url, target.hints))
            if listing is None:
                listing = DocumentError("malformed", "an index names it as a sitemap, and it is none")
        error = next((each for each in (payload, listing) if isinstance(each, DocumentError)), None)
        if error or not isinstance(listing, Listing) or isinstance(payload, DocumentError):
            assert error is not None
            return self._rejected(ask, before, error)
        ticket.pages.append(answered(ask, before, payload, self.now()))
        return listing

    def _page(
        self, item: FeedItem, target: Target, listed_by: str | None, ticket: _Ticket, where: str
    ) -> Iterator[Fetched]:
        """A page that a listing, which is at `where`, names: to be fetched if it is new, has changed or is due."""
        url = _checked(item, target.source, where)
        if isinstance(url, Rejected):
            yield url
            return
        doc_id, before = document_id(url), self.memory.pages.get(url)
        if self.memory.keeps_away(doc_id, target.source):
            yield Seen(doc_id, target.source, REMOVED)
            return
        if self._meet(url):
            self._join(url, ticket)
            return
        # Of a new document without a state a run was killed before it could write that.
        is_unknown = before is None and not self.memory.is_settled(doc_id, item.changed_at)
        if is_unknown or (before is not None and self._is_due(before, item.changed_at)):
            ask = Ask(url, PAGE, target.source, listed_by, item.hint_title, item.published_at, item.changed_at)
            self._add_page(ask, target, ticket)
        elif doc_id in self.memory.documents:
            yield Seen(doc_id, target.source)

    def _is_due(self, page: Page, called_changed: datetime | None = None) -> bool:
        version = self.memory.documents.get(document_id(page.url))
        at_present = self.now(), self.settings, version.number if version else 1
        return page.is_due(*at_present) or page.is_called_changed(called_changed, *at_present)

    def _join(self, url: str, ticket: _Ticket) -> None:
        """Let a listing wait, too, for a page that another one has named before."""
        with self.guard:
            if url in self.waiting:
                ticket.take()
                self.waiting[url].append(ticket)

    def _leave(self, url: str, *, is_settled: bool) -> Iterator[Polled]:
        """Tell all listings that wait for a page what became of it."""
        with self.guard:
            tickets = self.waiting.pop(url)
        for ticket in tickets:
            yield from ticket.give_back(is_settled=is_settled)

    def _add_page(self, ask: Ask, target: Target, ticket: _Ticket) -> None:
        ticket.take()
        with self.guard:
            self.waiting[ask.url] = [ticket]
        self._add(ask.url, target, partial(self._fetch, ask, target))

    def _fetch(self, ask: Ask, target: Target, web: Web) -> Iterator[Fetched]:
        """Ask for a page that a listing names, or has named."""
        if not self.budget.allows_page(ask.source):
            yield Deferred(ask.url, ask.source)
            yield from self._leave(ask.url, is_settled=False)
            return
        before = self.memory.pages.get(ask.url)
        yield self._settle(ask, before, self._get(ask, before, target, web))
        yield from self._leave(ask.url, is_settled=True)

    def _get(self, ask: Ask, before: Page | None, target: Target, web: Web) -> Payload | DocumentError | None:
        """The payload; None where it is not modified; why there is none."""
        payload = guarded(ask.url, lambda: web.get_modified(ask.url, before, target.delay_seconds))
        if isinstance(payload, Payload):
            self.budget.spend(len(payload.content))
        return payload

    def _settle(self, ask: Ask, before: Page | None, payload: Payload | DocumentError | None) -> Fetched:
        """What becomes of a page that was asked."""
        doc_id = document_id(ask.url)
        if isinstance(payload, DocumentError):
            return self._rejected(ask, before, payload)
        page = answered(ask, before, payload, self.now())
        earlier = self.memory.documents.get(doc_id)
        if payload is None or (earlier and earlier.payload_sha256 == page.payload_sha256):
            return Unchanged(doc_id, page)
        found = Found(doc_id, ask.url, ask.source, lambda: payload, ask.hint_title, ask.hint_published_at)
        return Document(found.row(payload, earlier), page, before)

    def _rejected(self, ask: Ask, before: Page | None, error: DocumentError) -> Rejected | Unchanged:
        """A row of `rejects`; a document that was received once stays what it is."""
        doc_id, page = document_id(ask.url), failed(ask, before, error, self.now())
        if doc_id in self.memory.documents:
            return Unchanged(doc_id, page)
        named = {"doc_id": doc_id, "url": ask.url, "source": ask.source}
        return Rejected(reject("fetch", named, error.reason, error.detail), page)


def _checked(item: FeedItem, source: str, where: str) -> str | Rejected:
    """The canonical address of an item, or why it may not be fetched; `where` is the address of what names it."""
    try:
        return accepted_url(item.link)
    except DocumentError as error:
        return rejected(link_url(where, item.link), source, error.reason, error.detail)


def newest_first(sitemaps: Iterable[Page]) -> list[FeedItem]:
    """The sitemaps that an index named before, those that it called changed last first."""
    items = [FeedItem(page.url, None, None, page.hint_published_at) for page in sitemaps]
    return sorted(items, key=lambda item: item.age_key, reverse=True)
