"""Fetch: every document of the targets, received, rejected, or seen before.

Local input is read in a fixed order. The web is asked host by host (see `frontier`): in order within a host, many hosts
at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import accepted_url, document_id, inert_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.guard import guarded
from nabra.tasks.fetch.listing_walk import ListingWalk
from nabra.tasks.fetch.listings.reader import ListingReader
from nabra.tasks.fetch.local.files import LocalInput, WebLink
from nabra.tasks.fetch.local.versions import LocalDocuments
from nabra.tasks.fetch.outcomes import (
    REMOVED,
    Fetched,
    Found,
    LeftOut,
    Rejected,
    Seen,
    rejected,
)
from nabra.tasks.fetch.page_queue import OpenListing, PageQueue
from nabra.tasks.fetch.page_states import PAGE, Ask, Memory, utc_now
from nabra.tasks.fetch.targets import Target
from nabra.tasks.fetch.web.budget import Budget
from nabra.tasks.fetch.web.courtesy import Courtesy
from nabra.tasks.fetch.web.frontier import Frontier

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
        queue = PageQueue(frontier, settings, memory, now, Budget(settings))
        begun = _Targets(queue, ListingWalk(queue, listings), listings, settings, memory)
        for target in targets:
            yield from begun.begin(target)
        yield from frontier.results()


@dataclass
class _WayToWeb:
    """Opens the web for a thread. Its libraries and certificates, slow to load, are loaded for the first one."""

    settings: FetchSettings
    robots: Mapping[str, str]
    courtesy: Courtesy = field(default_factory=Courtesy)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> AbstractContextManager[Web]:
        """The client of one thread; all share what `Shared` says."""
        from nabra.tasks.fetch.web.client import open_web

        with self.lock:
            return open_web(self.settings, self._shared)

    @cached_property
    def _shared(self) -> Shared:
        from nabra.tasks.fetch.web.client import Shared

        return Shared(self.courtesy, self.robots)


@dataclass
class _Targets:
    """Begins with each target in turn: a local one is read at once, one of the web is put into the queue."""

    queue: PageQueue
    walk: ListingWalk
    listings: ListingReader
    settings: FetchSettings
    memory: Memory
    unread_columns: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._documents = LocalDocuments(self.memory)

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
                    yield from self.queue.add_item(item, target, None, OpenListing(), where)
                case Rejected() | LeftOut():
                    yield found
                case Found():
                    yield self._settle_local(found)

    def _settle_local(self, found: Found) -> Fetched:
        if found.has_address:
            self.queue.meet(found.url)
        settled = guarded(found.url, lambda: self._documents.settle(found))
        return found.rejected(settled.reason, settled.detail) if isinstance(settled, DocumentError) else settled

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
        if self.queue.meet(url):
            return
        self.queue.add_job(url, target, partial(self.walk.look, Ask(url, PAGE, target.source), target))
