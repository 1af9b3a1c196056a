"""What fetch hands on, one value for each document that it met: a row of `raw`, a row of `rejects`, or a known id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.stages import reject


@dataclass(frozen=True)
class Document:
    """A document received: a row of dataset `raw`."""

    row: dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """A document that could not be taken: a row of dataset `rejects`."""

    row: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """A document that the warehouse holds already; it was not fetched again."""

    doc_id: str


Fetched = Document | Refused | Known


@dataclass(frozen=True)
class Payload:
    """The bytes of a document and what the server, or the file name, says about them.

    `received_at` is when, for what was received earlier by somebody else.
    """

    content: bytes
    content_type: str | None = None
    charset: str | None = None
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A document met and not yet read: its identity, what its feed or row says of it, and how to get the payload.

    `load` raises DocumentError where the document cannot be taken.
    """

    doc_id: str
    url: str
    source: str
    load: Callable[[], Payload]
    hint_title: str | None = None
    hint_published_at: datetime | None = None

    def document(self, payload: Payload) -> Document:
        """The row of `raw`; received now, unless the payload says when."""
        return Document(
            {
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
            }
        )

    def refused(self, reason: str, detail: str) -> Refused:
        """The row of `rejects`."""
        return Refused(reject("fetch", {"doc_id": self.doc_id, "url": self.url, "source": self.source}, reason, detail))


def refused(url: str, source: str, reason: str, detail: str) -> Refused:
    """The row of `rejects` of something that has no document id: a line that is no row, a feed that does not answer."""
    return Refused(reject("fetch", {"url": url, "source": source}, reason, detail))
