"""The pages that a call of fetch asks for: each once, and the listings that name it wait until it is settled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import accepted_url, document_id, link_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.guard import guarded, guarded_all
from nabra.tasks.fetch.listings.feeds import FeedItem
from nabra.tasks.fetch.outcomes import (
    REMOVED,
    Deferred,
    Document,
    Fetched,
    Found,
    Polled,
    Rejected,
    Seen,
    Unchanged,
    rejected,
)
from nabra.tasks.fetch.page_states import PAGE, Ask, Memory, PageState, answered, failed, robots_page
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.budget import Budget
from nabra.tasks.fetch.web.frontier import Frontier, Job
from nabra.tasks.stage import reject

if TYPE_CHECKING:
    from nabra.tasks.fetch.web.client import Web


@dataclass
class OpenListing:
    """A listing whose pages are not all settled: its own state is told after them.

    A run that is killed before, or whose budget ends, must find the listing modified once more.
    """

    pages: list[PageState] = field(default_factory=list)
    unsettled: int = 1
    is_whole: bool = True
    named: int = 0
    first_named: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self) -> None:
        """One more page to be settled."""
        with self.lock:
            self.unsettled += 1

    def settle(self, *, is_settled: bool = True) -> list[Polled]:
        """A page is settled, or postponed; what to tell if it was the last."""
        with self.lock:
            self.unsettled -= 1
            self.is_whole &= is_settled
            if self.unsettled:
                return []
        return [Polled(page if self.is_whole else page.without_validators()) for page in self.pages]

    def count(self, *, is_read: bool) -> None:
        """Let the listing's own state say how many pages it named; without `is_read` it is the same as before."""
        if self.pages:
            named = self.named if is_read else None
            self.pages[0] = replace(self.pages[0], named=named, first_named=self.first_named)


@dataclass
class PageQueue:
    """What one call asks of the web, what it may spend, and which addresses it has met."""

    frontier: Frontier
    settings: FetchSettings
    memory: Memory
    now: Callable[[], datetime]
    budget: Budget
    met: set[str] = field(default_factory=set)
    # The listings that wait for a page, by its address.
    waiting: dict[str, list[OpenListing]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def meet(self, url: str) -> bool:
        """Note that an address was met; True if it was before."""
        with self.lock:
            is_met = url in self.met
            self.met.add(url)
            return is_met

    def add_item(
        self, item: FeedItem, target: Target, listed_by: str | None, open_listing: OpenListing, where: str
    ) -> Iterator[Fetched]:
        """A page that a listing, which is at `where`, names: to be fetched if it is new, has changed or is due."""
        url = checked(item, target.source, where)
        if isinstance(url, Rejected):
            yield url
            return
        doc_id, before = document_id(url), self.memory.pages.get(url)
        if self.memory.keeps_away(doc_id, target.source):
            yield Seen(doc_id, target.source, REMOVED)
            return
        open_listing.named += 1
        if self.meet(url):
            self._join(url, open_listing)
            return
        # Of a new document without a state a run was killed before it could write that.
        is_unknown = before is None and not self.memory.is_settled(doc_id, item.changed_at)
        open_listing.first_named += not self.memory.has_met(url, doc_id)
        if is_unknown or (before is not None and self.is_due(before, item.changed_at)):
            ask = Ask(url, PAGE, target.source, listed_by, item.hint_title, item.published_at, item.changed_at)
            self.add_page(ask, target, open_listing)
        elif doc_id in self.memory.documents:
            yield Seen(doc_id, target.source)

    def is_due(self, page: PageState, called_changed: datetime | None = None) -> bool:
        """True if a page met earlier is to be asked for again; `called_changed`: when, as a listing says."""
        version = self.memory.documents.get(document_id(page.url))
        at_present = self.now(), self.settings, version.number if version else 1
        return page.is_due(*at_present) or page.is_called_changed(called_changed, *at_present)

    def add_page(self, ask: Ask, target: Target, open_listing: OpenListing) -> None:
        """Put a page on the frontier that a listing waits for."""
        open_listing.expect()
        with self.lock:
            self.waiting[ask.url] = [open_listing]
        self.add_job(ask.url, target, partial(self._fetch, ask, target))

    def add_job(self, url: str, target: Target, job: Job) -> None:
        """Put a job on the frontier that tells of the robots.txt read for it, too."""

        def whole(web: Web) -> Iterator[Fetched]:
            yield from guarded_all(
                url, job(web), lambda error: rejected(url, target.source, error.reason, error.detail)
            )
            for address, text in web.robots.take_new():
                yield Polled(robots_page(address, target.source, text, self.now()))

        self.frontier.add(urlsplit(url).hostname or "", whole)

    def get(self, ask: Ask, before: PageState | None, target: Target, web: Web) -> Payload | DocumentError | None:
        """The payload; None where it is not modified; why there is none."""
        payload = guarded(ask.url, lambda: web.get_modified(ask.url, before, target.delay_seconds))
        if isinstance(payload, Payload):
            self.budget.spend(len(payload.content))
        return payload

    def settle(self, ask: Ask, before: PageState | None, payload: Payload | DocumentError | None) -> Fetched:
        """What becomes of a page that was asked."""
        doc_id = document_id(ask.url)
        if isinstance(payload, DocumentError):
            return self.rejected(ask, before, payload)
        page = answered(ask, before, payload, self.now())
        earlier = self.memory.documents.get(doc_id)
        if payload is None or (earlier and earlier.payload_sha256 == page.payload_sha256):
            return Unchanged(doc_id, page)
        found = Found(doc_id, ask.url, ask.source, lambda: payload, ask.hint_title, ask.hint_published_at)
        return Document(found.row(payload, earlier), page, before)

    def rejected(self, ask: Ask, before: PageState | None, error: DocumentError) -> Rejected | Unchanged:
        """A row of `rejects`; a document that was received once stays what it is."""
        doc_id, page = document_id(ask.url), failed(ask, before, error, self.now())
        if doc_id in self.memory.documents:
            return Unchanged(doc_id, page)
        named = {"doc_id": doc_id, "url": ask.url, "source": ask.source}
        return Rejected(reject("fetch", named, error.reason, error.detail), page)

    def _join(self, url: str, open_listing: OpenListing) -> None:
        """Let a listing wait, too, for a page that another one has named before."""
        with self.lock:
            if url in self.waiting:
                open_listing.expect()
                self.waiting[url].append(open_listing)

    def _leave(self, url: str, *, is_settled: bool) -> Iterator[Polled]:
        """Tell all listings that wait for a page what became of it."""
        with self.lock:
            listings = self.waiting.pop(url)
        for open_listing in listings:
            yield from open_listing.settle(is_settled=is_settled)

    def _fetch(self, ask: Ask, target: Target, web: Web) -> Iterator[Fetched]:
        """Ask for a page that a listing names, or has named."""
        if not self.budget.allows_page(ask.source):
            yield Deferred(ask.url, ask.source, ask.listed_by)
            yield from self._leave(ask.url, is_settled=False)
            return
        before = self.memory.pages.get(ask.url)
        yield self.settle(ask, before, self.get(ask, before, target, web))
        yield from self._leave(ask.url, is_settled=True)


def checked(item: FeedItem, source: str, where: str) -> str | Rejected:
    """The canonical address of an item, or why it may not be fetched; `where` is the address of what names it."""
    try:
        return accepted_url(item.link)
    except DocumentError as error:
        return rejected(link_url(where, item.link), source, error.reason, error.detail)
