"""Cutting what was fetched into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tasks.fetch.fetched import Document, Fetched, Known, Refused

# A batch is held in memory whole; pages of the largest size allowed would fill it otherwise.
MAX_BATCH_BYTES = 64_000_000

Row = dict[str, Any]


@dataclass
class FetchedBatch:
    """Rows of `raw` and of `rejects` to be stored together, and how many documents were met and known already."""

    documents: list[Row] = field(default_factory=list)
    rejects: list[Row] = field(default_factory=list)
    known: int = 0

    @property
    def content_id(self) -> str:
        """A name that only the documents (or, without any, the rejects) decide: 12 hex digits."""
        keys = [row["doc_id"] for row in self.documents] or [row["url"] for row in self.rejects]
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:12]


def cut_batches(fetched: Iterable[Fetched], batch_articles: int) -> Iterator[FetchedBatch]:
    """Batches of `batch_articles` documents, fewer if their payloads are large; the last holds what is left."""
    batch, size = FetchedBatch(), 0
    for item in fetched:
        match item:
            case Document(row):
                batch.documents.append(row)
                size += len(row["payload"])
            case Refused(row):
                batch.rejects.append(row)
            case Known():
                batch.known += 1
        if len(batch.documents) >= batch_articles or size >= MAX_BATCH_BYTES:
            yield batch
            batch, size = FetchedBatch(), 0
    if batch.documents or batch.rejects or batch.known:
        yield batch
