"""Cutting what was fetched into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from nabra.tasks.fetch.outcomes import Document, Fetched, Polled

# A batch is held in memory whole; pages of the largest size allowed would fill it otherwise.
MAX_BATCH_BYTES = 64_000_000
# What tells of no document costs little and is stored rarely, so that a year of quiet hours leaves few files.
MAX_BATCH_EVENTS = 5_000


def cut_batches(fetched: Iterable[Fetched], batch_articles: int) -> Iterator[list[Fetched]]:
    """Batches of `batch_articles` documents, fewer if their payloads are large; the last holds what is left.

    Two versions of a document lie in two batches, in their order.
    """
    batch: list[Fetched] = []
    documents: set[str] = set()
    size = 0
    for event in fetched:
        if isinstance(event, Document) and event.row["doc_id"] in documents:
            yield batch
            batch, documents, size = [], set(), 0
        batch.append(event)
        if isinstance(event, Document):
            documents.add(event.row["doc_id"])
            size += len(event.row["payload"])
        elif isinstance(event, Polled):
            size += len(event.page.content or "")
        if len(documents) >= batch_articles or size >= MAX_BATCH_BYTES or len(batch) >= MAX_BATCH_EVENTS:
            yield batch
            batch, documents, size = [], set(), 0
    if batch:
        yield batch


def content_id(rows: Iterable[dict[str, object]]) -> str:
    """A name that only the rows of `raw` decide, by their ids and payloads: 12 hex digits."""
    keys = (f"{row['doc_id']} {row['payload_sha256']}" for row in rows)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:12]
