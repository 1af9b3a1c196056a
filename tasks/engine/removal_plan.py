"""What a removal would take out of a warehouse, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.engine.leaving import heirs
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import RAW, REJECTS
from nabra.tasks.warehouse.layout import DAY, file_of
from nabra.tasks.warehouse.removal import ORDER, Kind, Removal, batches
from nabra.tasks.warehouse.store import Store

COLUMNS: Final = {"source": "source", "article": "doc_id", "day": DAY}
NAMED: Final = ["doc_id", "url"]


@dataclass(frozen=True)
class Share:
    """How many rows of a dataset leave, and how many files have any."""

    dataset: str
    files: int
    rows: int


def plan_removal(store: Store, kind: Kind, value: str) -> Removal:
    """The removal of a source, an article or a day, as the warehouse is now.

    An article leaves as a whole: with all its versions, whichever source or day brought one of them.
    """
    is_named = ds.field(COLUMNS[kind]) == value
    doc_ids = {row["doc_id"] for name in (RAW.name, REJECTS.name) for row in store.rows(name, NAMED, is_named)} - {None}
    is_one = ds.field("doc_id").isin(pa.array(sorted(doc_ids), pa.string()))
    urls = {row["url"] for name in (RAW.name, REJECTS.name) for row in store.rows(name, NAMED, is_one)}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Removal(kind, value, at, tuple(sorted(doc_ids)), tuple(sorted(urls)), heirs(store, doc_ids))


def shares(store: Store, removal: Removal) -> list[Share]:
    """What leaves each dataset; UsageError where there is nothing."""
    found = [_share(store, removal, dataset) for dataset in reversed(ORDER)]
    if not any(share.rows for share in found):
        raise UsageError(f"{store} holds nothing of {removal.kind} {removal.value}; see: nabra status")
    return [share for share in found if share.rows]


def _share(store: Store, removal: Removal, dataset: str) -> Share:
    files = [file_of(dataset, batch) for batch in batches(store, removal, dataset)]
    where = removal.leaving(dataset)
    rows = [store.dataset(dataset, [name]).count_rows(filter=where) for name in files]
    return Share(dataset, sum(map(bool, rows)), sum(rows))
