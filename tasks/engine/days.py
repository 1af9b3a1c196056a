"""Which days a run looks at: those that are not complete; and which are complete once it has done its work."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from nabra.tasks.engine.known_documents import RAW_COLUMNS, document_row
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import RAW
from nabra.tasks.warehouse.complete import complete_days, forget_complete, month_of, note_complete
from nabra.tasks.warehouse.store import Store


def made() -> list[str]:
    """The datasets that all stages together make: with a further stage no day is complete."""
    return [dataset for stage in STAGES.values() for dataset in stage.makes]


def open_days(store: Store) -> list[str]:
    """The days with documents that are not complete, and those on which a run that begins now can fetch some."""
    today = datetime.now(UTC).date()
    coming = {(today + timedelta(days=days)).isoformat() for days in (0, 1)}
    return sorted({*store.days(RAW.name), *coming} - complete_days(store, made()))


def settle_days(store: Store) -> None:
    """Note the days before yesterday on which all stages have done all that was fetched."""
    yesterday = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    seen = store.of_days([day for day in open_days(store) if day < yesterday])
    fetched = set(seen.batches(RAW.name))
    undone = {batch for stage in STAGES.values() for batch in fetched - seen.done(stage)} if fetched else set()
    months: defaultdict[str, set[str]] = defaultdict(set)
    for day in {batch.ingest_date for batch in fetched} - {batch.ingest_date for batch in undone}:
        months[month_of(day)].add(day)
    for days in months.values():
        note_complete(store, made(), days, map(document_row, store.of_days(days).rows(RAW.name, list(RAW_COLUMNS))))


def reopen_days(store: Store, days: set[str]) -> None:
    """Look at these days again: something of them is to be made anew."""
    forget_complete(store, days)
