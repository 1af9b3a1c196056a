"""Outcomes: what became of each document that was met, and of each address that was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from nabra.tasks.fetch.page_states import PageState, Version
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.stage import reject

NOT_DUE: Final = "not due to be asked for again"
REMOVED: Final = "removed before (see: nabra remove --list)"


@dataclass(frozen=True)
class Document:
    """A document received: a row of dataset `raw`; `page` where it came from the web.

    Its version is above 1 where the warehouse has it with another payload; whether the article is another, too, fetch
    cannot tell: `before` is the state of the page to go on from if it is not.
    """

    row: dict[str, Any]
    page: PageState | None = None
    before: PageState | None = None

    @property
    def source(self) -> str:
        """Id of the source."""
        return str(self.row["source"])


@dataclass(frozen=True)
class Rejected:
    """A document that could not be taken: a row of dataset `rejects`."""

    row: dict[str, Any]
    page: PageState | None = None

    @property
    def source(self) -> str:
        """Id of the source."""
        return str(self.row["source"])


@dataclass(frozen=True)
class Seen:
    """A document of the warehouse that is passed over now, and why."""

    doc_id: str
    source: str
    why: str = NOT_DUE


@dataclass(frozen=True)
class Unchanged:
    """A document of the warehouse that was asked for again and is the same, or cannot be had any more."""

    doc_id: str
    page: PageState

    @property
    def source(self) -> str:
        """Id of the source."""
        return self.page.source


@dataclass(frozen=True)
class Polled:
    """A feed, a sitemap or a robots.txt that was asked; told when all that it names is settled."""

    page: PageState

    @property
    def source(self) -> str:
        """Id of the source."""
        return self.page.source


@dataclass(frozen=True)
class Deferred:
    """An address that is left to the next run, because the budget of this one is spent; `listed_by` names a page."""

    url: str
    source: str
    listed_by: str | None = None


@dataclass(frozen=True)
class LeftOut:
    """Something that is not read, since it is no document: of what kind it is."""

    kind: str
    source: str


Fetched = Document | Rejected | Seen | Unchanged | Polled | Deferred | LeftOut


@dataclass(frozen=True)
class Found:
    """A document met and not yet read: its identity, what its feed or row says of it, and how to get the payload.

    `load` raises DocumentError where the document cannot be taken. `rows` is the file of rows in which it stands.
    """

    doc_id: str
    url: str
    source: str
    load: Callable[[], Payload]
    hint_title: str | None = None
    hint_published_at: datetime | None = None
    rows: str | None = None

    @property
    def has_address(self) -> bool:
        """True if it has an address of the web, which is its own wherever it is met."""
        return not self.url.startswith("file:")

    def row(self, payload: Payload, earlier: Version | None = None) -> dict[str, Any]:
        """The row of `raw`, the version after `earlier`; received now, unless the payload says when."""
        return {
            "doc_id": self.doc_id,
            "source": self.source,
            "url": self.url,
            "fetched_at": payload.received_at or datetime.now(UTC),
            "status": payload.status,
            "content_type": payload.content_type,
            "charset": payload.charset,
            "etag": payload.etag,
            "last_modified": payload.last_modified,
            "payload": payload.content,
            "payload_sha256": hashlib.sha256(payload.content).hexdigest(),
            "hint_title": self.hint_title,
            "hint_published_at": self.hint_published_at,
        } | version_after(earlier)

    def rejected(self, reason: str, detail: str) -> Rejected:
        """The row of `rejects`."""
        return Rejected(
            reject("fetch", {"doc_id": self.doc_id, "url": self.url, "source": self.source}, reason, detail)
        )


def version_after(earlier: Version | None) -> dict[str, Any]:
    """The columns of `raw` that say which version a row is."""
    if earlier is None:
        return {"version": 1, "previous_sha256": None}
    return {"version": earlier.number + 1, "previous_sha256": earlier.payload_sha256}


def rejected(url: str, source: str, reason: str, detail: str) -> Rejected:
    """The row of `rejects` of something that has no document id: a line that is no row, a feed that does not answer."""
    return Rejected(reject("fetch", {"url": url, "source": source}, reason, detail))
