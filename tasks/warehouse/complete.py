"""Days that are complete: all stages have done all that was fetched on them. What is to be known of them lies apart.

So a run looks at the last days only, however long the archive is. The note lists the days; beside it lies, a file a
month, what tells their documents from others. Whoever changes something of such a day takes it off the note first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.errors import BatchError, StoreError
from nabra.tasks.warehouse.parquet import encode, read
from nabra.tasks.warehouse.store import Store

FOLDER: Final = "_complete"
NOTE: Final = f"{FOLDER}/days.json"
# Of a document: its day, and what `nabra.tasks.fetch` compares others with.
DOCUMENTS: Final = pa.schema(
    [
        ("day", pa.string()),
        ("doc_id", pa.string()),
        ("number", pa.int32()),
        ("payload_sha256", pa.string()),
        ("place", pa.string()),
        ("contents", pa.list_(pa.string())),
    ]
)


def complete_days(store: Store, datasets: Sequence[str]) -> set[str]:
    """The days noted as complete in all these datasets; none where the note is of others, as before a new stage.

    From yesterday on none is, whatever is noted: a run whose clock was ahead may have noted days that go on.
    """
    noted = _noted(store)
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    days = noted["days"] if noted["datasets"] == sorted(datasets) else []
    return {day for day in days if day < yesterday}


def note_complete(store: Store, datasets: Sequence[str], days: Collection[str], rows: Iterable[dict[str, Any]]) -> None:
    """Note further days; `rows` are those of `DOCUMENTS`, of all documents of these days."""
    noted = complete_days(store, datasets)
    found = pa.Table.from_pylist(list(rows), DOCUMENTS)
    for month in sorted({month_of(day) for day in days}):
        others = {day for day in noted - set(days) if month_of(day) == month}
        kept = _of_days(documents_of(store, month), others) if others else DOCUMENTS.empty_table()
        new = _of_days(found, {day for day in days if month_of(day) == month})
        store.files.write(_file(month), encode(pa.concat_tables([kept, new]), {}))
    _write(store, datasets, noted | set(days))


def forget_complete(store: Store, days: Collection[str]) -> None:
    """Take days off the note: something of them is about to change."""
    noted = _noted(store)
    if set(noted["days"]) & set(days):
        _write(store, noted["datasets"], set(noted["days"]) - set(days))


def forget_documents(store: Store, days: Collection[str]) -> None:
    """Erase what is kept of the documents of days that are off the note: some are to leave for good."""
    for month in sorted({month_of(day) for day in days}):
        if store.files.present([_file(month)]):
            kept = documents_of(store, month)
            others = set(kept["day"].to_pylist()) - set(days)
            store.files.write(_file(month), encode(_of_days(kept, others), {}))


def documents_of(store: Store, month: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The documents of a month with days that are noted, or these columns; also of days that no longer are.

    StoreError where they cannot be read: what was fetched in that month would be fetched again.
    """
    try:
        if not store.files.present([_file(month)]):
            raise BatchError(f"{store.files.path(_file(month))} is missing")
        return read(store.files, _file(month), columns)[0]
    except BatchError as error:
        raise StoreError(f"{error}; delete {store.files.path(FOLDER)}, the next run makes it anew") from error


def ids_of(store: Store, month: str) -> pa.Table:
    """Day and id of the documents of a month, in the same order."""
    return documents_of(store, month, ["day", "doc_id"])


def month_of(day: str) -> str:
    """The month of a day, both ISO 8601."""
    return day[:7]


def _of_days(documents: pa.Table, days: Collection[str]) -> pa.Table:
    return documents.filter(pc.is_in(documents["day"], value_set=pa.array(sorted(days), pa.string())))


def _file(month: str) -> str:
    return f"{FOLDER}/{month}.parquet"


def _noted(store: Store) -> dict[str, list[str]]:
    """The note; an empty one where there is none that can be read, so that all days are looked at."""
    try:
        noted = json.loads(store.files.read(NOTE) or b"null")
        return {name: list(map(str, noted[name])) for name in ("datasets", "days")}
    except (ValueError, TypeError, KeyError):
        return {"datasets": [], "days": []}


def _write(store: Store, datasets: Sequence[str], days: Collection[str]) -> None:
    note = {"datasets": sorted(datasets), "days": sorted(days)}
    store.files.write(NOTE, json.dumps(note).encode())
