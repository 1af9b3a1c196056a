"""What a run has written, source by source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.schemas import REJECTS
from nabra.tasks.warehouse.files import File
from nabra.tasks.warehouse.store import Store

Present = frozenset[File]


@dataclass(frozen=True)
class SourceCount:
    """Of a source: documents fetched, articles cleaned, those of them that repeat an earlier one, documents refused."""

    source: str
    documents: int
    articles: int
    copies: int
    rejected: int


def present_files(store: Store) -> Present:
    """The files that tell of documents, to compare with later."""
    return frozenset(file for name in ("raw", "clean", "rejects") for file in store.batch_files(name).values())


def source_counts(store: Store, before: Present) -> list[SourceCount]:
    """What the files hold that were written since `before`, by the name of the source."""
    raw, rejects = (_written(store, name, before, "source") for name in ("raw", "rejects"))
    clean = _written(store, "clean", before, "source", "duplicate_of")
    documents, articles, rejected = (Counter(data["source"].to_pylist()) for data in (raw, clean, rejects))
    copies = Counter(clean.filter(pc.is_valid(clean["duplicate_of"]))["source"].to_pylist())
    return [
        SourceCount(name, documents[name], articles[name], copies[name], rejected[name])
        for name in sorted(documents.keys() | articles.keys() | rejected.keys())
    ]


def new_rejects(store: Store, before: Present) -> pa.Table:
    """The rows of `rejects` in the files that were written since `before`."""
    return _written(store, "rejects", before, *(column.name for column in REJECTS.columns))


def _written(store: Store, dataset: str, before: Present, *columns: str) -> pa.Table:
    files = [file.name for file in store.batch_files(dataset).values() if file not in before]
    return store.scan(dataset, list(columns), files=files)
