"""What a run has written, source by source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.schemas import REJECTS
from nabra.tasks.warehouse.store import Store

# The path of a file, and when it was written (nanoseconds since 1970).
Files = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class SourceCount:
    """Of a source: documents fetched, articles cleaned, those of them that repeat an earlier one, documents refused."""

    source: str
    documents: int
    articles: int
    copies: int
    rejected: int


def present_files(store: Store) -> Files:
    """The files that tell of documents, to compare with later."""
    found = (info for name in ("raw", "clean", "rejects") for info in store.data_files(name))
    return frozenset((info.path, info.mtime_ns) for info in found)


def source_counts(store: Store, before: Files) -> list[SourceCount]:
    """What the files hold that were written since `before`, by the name of the source."""
    raw, rejects = (_written(store, name, before, "source") for name in ("raw", "rejects"))
    clean = _written(store, "clean", before, "source", "duplicate_of")
    documents, articles, rejected = (Counter(data["source"].to_pylist()) for data in (raw, clean, rejects))
    copies = Counter(clean.filter(pc.is_valid(clean["duplicate_of"]))["source"].to_pylist())
    return [
        SourceCount(name, documents[name], articles[name], copies[name], rejected[name])
        for name in sorted(documents.keys() | articles.keys() | rejected.keys())
    ]


def new_rejects(store: Store, before: Files) -> pa.Table:
    """The rows of `rejects` in the files that were written since `before`."""
    return _written(store, "rejects", before, *(column.name for column in REJECTS.columns))


def _written(store: Store, dataset: str, before: Files, *columns: str) -> pa.Table:
    files = [info.path for info in store.data_files(dataset) if (info.path, info.mtime_ns) not in before]
    return store.scan(dataset, list(columns), files=files)
