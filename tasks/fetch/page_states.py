"""What is known of an address of the web: how it answered last, and since when. One answer is a row of `pages`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from nabra.config.settings import FetchSettings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.payload import Payload

PAGE, LISTING, ROBOTS = "page", "listing", "robots"
CHANGED, UNCHANGED, NOT_MODIFIED, FAILED = "changed", "unchanged", "not_modified", "failed"
# RFC 9309, 2.4: a crawler should not use a robots.txt that it has for longer.
ROBOTS_KEPT: Final = timedelta(hours=24)
# Few texts are longer, and those are read anew in each run.
MAX_KEPT_ROBOTS: Final = 64 * 1024
MAX_DOUBLINGS: Final = 16
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """An address to be asked: what it is, whose it is, and what the listing that names it says of it."""

    url: str
    kind: str
    source: str
    listed_by: str | None = None
    hint_title: str | None = None
    hint_published_at: datetime | None = None
    hint_changed_at: datetime | None = None


@dataclass(frozen=True)
class PageState:
    """How an address answered: a row of `pages`, whose columns these are."""

    url: str
    kind: str
    source: str
    listed_by: str | None
    outcome: str
    reason: str | None
    checked_at: datetime
    changed_at: datetime
    bytes: int
    etag: str | None
    last_modified: str | None
    payload_sha256: str | None
    hint_title: str | None
    hint_published_at: datetime | None
    content: str | None = None
    hint_changed_at: datetime | None = None
    named: int | None = None
    first_named: int | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The row of `pages`."""
        return asdict(self)

    @property
    def ask(self) -> Ask:
        """The same address once more."""
        return Ask(**{each.name: getattr(self, each.name) for each in fields(Ask)})

    def without_validators(self) -> PageState:
        """The same, so that the next request for it is unconditional."""
        return replace(self, etag=None, last_modified=None)

    def is_due(self, now: datetime, settings: FetchSettings, versions: int = 1) -> bool:
        """True if it is time to ask a page again: when half as much time has passed as its last answer has held.

        A server that gives neither ETag nor Last-Modified would send the whole page, and is left alone for
        `recheck_minutes` at least; after `recheck_days` of the same answer nobody is asked any more. From its third
        version on, each makes an article wait twice as long: some are another each time that they are sent.
        """
        held = self.checked_at - self.changed_at
        return held <= timedelta(days=settings.recheck_days) and self._has_rested(now, settings, versions)

    def is_called_changed(
        self, called: datetime | None, now: datetime, settings: FetchSettings, versions: int = 1
    ) -> bool:
        """True if a listing is to be believed that says that the page has changed at the time `called`.

        Some call everything changed all the time. One that was wrong of this page when it was last asked is heard only
        when it would be time to ask, but after `recheck_days` too.
        """
        if called is None or called <= self.checked_at:
            return False
        was_wrong = (
            self.outcome != CHANGED and self.hint_changed_at is not None and self.hint_changed_at > self.changed_at
        )
        return not was_wrong or self._has_rested(now, settings, versions)

    def _has_rested(self, now: datetime, settings: FetchSettings, versions: int) -> bool:
        held = self.checked_at - self.changed_at
        is_cheap = self.etag or self.last_modified or self.outcome == FAILED
        pause = timedelta(minutes=settings.recheck_minutes)
        least = timedelta() if is_cheap else pause
        if versions > 2:
            least = max(least, pause * 2 ** min(versions - 3, MAX_DOUBLINGS))
        return now - self.checked_at >= max(held / 2, least)


def answered(ask: Ask, before: PageState | None, payload: Payload | None, now: datetime) -> PageState:
    """The state after an answer; `payload` is None where the server said that nothing was modified since `before`."""
    if payload is None:
        assert before is not None, "only what was asked before is asked with a condition"
        since = now if before.outcome == FAILED else before.changed_at
        return _page(ask, before, NOT_MODIFIED, now, since)
    digest = hashlib.sha256(payload.content).hexdigest()
    is_same = before is not None and before.payload_sha256 == digest
    since = before.changed_at if before and is_same and before.outcome != FAILED else now
    page = _page(ask, before, UNCHANGED if is_same else CHANGED, now, since)
    return replace(
        page,
        bytes=len(payload.content),
        etag=payload.etag,
        last_modified=payload.last_modified,
        payload_sha256=digest,
    )


def failed(ask: Ask, before: PageState | None, error: DocumentError, now: datetime) -> PageState:
    """The state after a failure; what the address gave before is kept."""
    since = before.changed_at if before and before.outcome == FAILED else now
    return replace(_page(ask, before, FAILED, now, since), reason=error.reason)


def robots_page(url: str, source: str, text: str, now: datetime) -> PageState:
    """A robots.txt with its text, which the next runs use."""
    page = _page(Ask(url, ROBOTS, source), None, CHANGED, now, now)
    return replace(page, bytes=len(text.encode()), content=text if len(text) <= MAX_KEPT_ROBOTS else None)


def _page(ask: Ask, before: PageState | None, outcome: str, now: datetime, since: datetime) -> PageState:
    return PageState(
        **asdict(ask),
        outcome=outcome,
        reason=None,
        checked_at=now,
        changed_at=since,
        bytes=0,
        etag=before.etag if before else None,
        last_modified=before.last_modified if before else None,
        payload_sha256=before.payload_sha256 if before else None,
    )


@dataclass(frozen=True, slots=True)
class Version:
    """The newest version of a document that the warehouse holds: its number, and the SHA-256 of its payload.

    `is_old` where it was received before the time that the memory goes back to. `place` is its address where that is a
    file of this machine or a row of one; `contents` are those of all its versions, see `contents_of`.
    """

    number: int
    payload_sha256: str
    is_old: bool = False
    place: str | None = None
    contents: tuple[str, ...] = ()


def is_whole_file(url: str) -> bool:
    """True if the address is that of a file of this machine, not of a part of one."""
    return url.startswith("file:") and "#" not in url


def contents_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells the content of a row of `raw` from another: its payload, and with it what its row of a file says.

    The last is the whole content. What a feed says of a file is none of the file's.
    """
    payload, hints = row["payload_sha256"], (row["hint_title"], row["hint_published_at"])
    if is_whole_file(row["url"]) or hints == (None, None):
        return (payload,)
    return payload, hashlib.sha256(f"{payload} {hints[0]} {hints[1]}".encode()).hexdigest()[:16]


class Documents(Protocol):
    """The documents that a warehouse has, by doc_id."""

    def __contains__(self, doc_id: object, /) -> bool:
        """Whether a document is there."""

    def get(self, doc_id: str, /) -> Version | None:
        """Its newest version; None if it is not there."""


@dataclass(frozen=True)
class Memory:
    """What earlier runs left: the documents by doc_id, the newest state of each address by its canonical url.

    States from before `since` are left out: nobody asked for these addresses any more. What was removed from the
    warehouse, documents by doc_id and whole sources, stays away. `postponed` addresses were named, and not asked then.
    """

    documents: Documents = field(default_factory=dict[str, Version])
    pages: Mapping[str, PageState] = field(default_factory=dict)
    since: datetime = LONG_AGO
    removed: Set[str] = frozenset()
    removed_sources: Set[str] = frozenset()
    postponed: Set[str] = frozenset()
    _by_listing: dict[tuple[str | None, str], list[PageState]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        grouped: defaultdict[tuple[str | None, str], list[PageState]] = defaultdict(list)
        for page in self.pages.values():
            grouped[page.listed_by, page.kind].append(page)
        object.__setattr__(self, "_by_listing", dict(grouped))

    def listed(self, by: str, kind: str) -> list[PageState]:
        """The pages that the source at the address `by` has led to so far, or the sitemaps that it has named."""
        return self._by_listing.get((by, kind), [])

    def keeps_away(self, doc_id: str, source: str) -> bool:
        """True if a document was removed, by itself or with its source."""
        return doc_id in self.removed or source in self.removed_sources

    def has_met(self, url: str, doc_id: str) -> bool:
        """True if an earlier run has asked for a page, or has left it to a later one."""
        return url in self.pages or doc_id in self.documents or url in self.postponed

    def is_settled(self, doc_id: str, called_changed: datetime | None) -> bool:
        """True if a document without a state is one of long ago, and no listing calls it changed since."""
        version = self.documents.get(doc_id)
        return version is not None and version.is_old and (called_changed is None or called_changed <= self.since)

    def robots(self, now: datetime) -> dict[str, str]:
        """The texts of robots.txt that may still be used, by address."""
        robots = (page for page in self.pages.values() if page.kind == ROBOTS and now - page.checked_at < ROBOTS_KEPT)
        return {page.url: page.content for page in robots if page.content is not None}


def newest_pages(rows: Iterable[dict[str, Any]]) -> dict[str, PageState]:
    """The newest row of each address."""
    newest: dict[str, PageState] = {}
    for row in rows:
        earlier = newest.get(row["url"])
        if earlier is None or earlier.checked_at < row["checked_at"]:
            newest[row["url"]] = PageState(**row)
    return newest


def asked_anew(pages: Mapping[str, PageState], before: datetime | None) -> dict[str, PageState]:
    """The states, in which listings that were asked `before` are to be asked without a condition."""
    if before is None:
        return dict(pages)
    is_old = {url for url, page in pages.items() if page.kind == LISTING and page.checked_at <= before}
    return {url: page.without_validators() if url in is_old else page for url, page in pages.items()}


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)
