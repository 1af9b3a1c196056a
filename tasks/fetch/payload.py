"""Payloads: the bytes of documents as they are received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
