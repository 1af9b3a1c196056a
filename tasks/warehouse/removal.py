"""Removal: a source, an article or a day leaves all tables, and stays away until the removal is undone.

A note in the warehouse says first what is to leave. Then the files are written anew or deleted one by one, so that rows
go before those that they belong to, and a reader never meets one without its article. Who is killed on the way leaves
the note open, and the next command that holds the warehouse goes on from there. In the end the note stays, as what
fetch has to pass over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.schemas import (
    ACTOR_ENTITIES,
    ACTORS,
    CORRECTIONS,
    JUDGEMENTS,
    PAGES,
    POSTPONED,
    RAW,
    REJECTS,
    VERSIONED,
)
from nabra.tasks.warehouse import snapshot
from nabra.tasks.warehouse.complete import forget_complete, forget_documents
from nabra.tasks.warehouse.heirs import hand_on, names_one_of
from nabra.tasks.warehouse.layout import AT_WORK, DAY, QUARANTINE, WHOLE, Batch, file_of, signatures_of
from nabra.tasks.warehouse.lease import Check, hold
from nabra.tasks.warehouse.store import Store

FOLDER: Final = "_removals"
# When a removal was undone last.
UNDONE: Final = "_undone/removal.json"
# They tell of addresses, and of what was refused, not of batches.
BY_URL: Final = (PAGES.name, POSTPONED.name)
OF_ADDRESSES: Final = (*BY_URL, REJECTS.name)
# What users decided about an article leaves with it, for they hold its words.
OF_USERS: Final = (CORRECTIONS.name, JUDGEMENTS.name)
# Their files are not those of the batches of articles.
APART: Final = (*OF_ADDRESSES, *OF_USERS)
# Rows before those that they belong to. The numbers of `runs` and `coverage` stay: they are nobody's words.
ORDER: Final = (*APART, *(name for name in reversed(VERSIONED) if name != ACTOR_ENTITIES.name))
# Who is who is made of all names: it is written anew after a removal.
WHO_IS_WHO: Final = (ACTOR_ENTITIES.name, ACTORS.name)

Kind = Literal["source", "article", "day"]


@dataclass(frozen=True)
class Removal:
    """What is to leave, or has left: a source, an article (its doc_id) or a day on which documents were fetched.

    `doc_ids` are the documents, which leave as a whole, with all versions; of a source they are forgotten in the end,
    as it is kept away by its name. While it `is_open`, `urls` are the documents' addresses, and `heirs` the articles
    that stories go by when others of theirs are gone.
    """

    kind: Kind
    value: str
    at: str
    doc_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    heirs: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = True

    @property
    def name(self) -> str:
        """The file of its note: a source may be called anything."""
        return f"{FOLDER}/{self.kind}-{hashlib.sha256(self.value.encode()).hexdigest()[:16]}.json"

    def leaving(self, dataset: str) -> ds.Expression:
        """Which rows leave a dataset."""
        if dataset not in OF_ADDRESSES:
            return _is_in("doc_id", self.doc_ids)
        rows = _is_in("url", self.urls) if dataset in BY_URL else _is_in("doc_id", self.doc_ids)
        columns = {"source": "source", "day": DAY}
        return rows | (ds.field(columns[self.kind]) == self.value) if self.kind in columns else rows

    def closed(self) -> Removal:
        """The same when all is done: what is left to know is what stays away."""
        kept = () if self.kind == "source" else self.doc_ids
        return replace(self, doc_ids=kept, urls=(), heirs={}, is_open=False)


def removals(store: Store) -> list[Removal]:
    """All that were removed or are on their way out, the oldest first."""
    found = (_read(content) for content in store.files.read_all(FOLDER).values())
    return sorted(found, key=lambda removal: (removal.at, removal.name))


def undo(store: Store, kind: Kind, value: str, at: datetime | None = None) -> bool:
    """Let fetch take again what was removed; False if it was not. Nothing comes back by itself, but with the next run.

    The time is noted first, for feeds to be asked without a condition: one that has not changed would name nothing.
    """
    name = Removal(kind, value, "").name
    if name not in store.files.below(FOLDER):
        return False
    store.files.write(UNDONE, json.dumps({"at": (at or datetime.now(UTC)).isoformat()}).encode())
    store.files.remove(name)
    return True


def undone_at(store: Store) -> datetime | None:
    """When a removal was undone last; None where none was."""
    note = store.files.read(UNDONE)
    return datetime.fromisoformat(json.loads(note)["at"]) if note else None


@contextmanager
def hold_whole(store: Store, run_id: str) -> Iterator[Check]:
    """As `hold`; a removal that was interrupted is carried out first."""
    with hold(store.files, run_id) as check:
        for removal in removals(store):
            if removal.is_open:
                carry_out(store, removal, check)
        yield check


def carry_out(store: Store, removal: Removal, check: Check) -> None:
    """Note a removal and do it; `check` is called before each file, and raises where the warehouse is lost.

    What left under the same name before stays away: a day can be removed again, and an article by whoever was killed.
    """
    content = store.files.read(removal.name)
    before = _read(content).doc_ids if content else ()
    removal = replace(removal, doc_ids=tuple(sorted({*removal.doc_ids, *before})))
    _note(store, removal)
    days = {batch.ingest_date for batch in batches(store, removal, RAW.name)}
    forget_complete(store, days)
    forget_documents(store, days)
    emptied = _emptied(store, removal)
    _forget_attempts(store, emptied)
    _forget_signatures(store, removal)
    for dataset in WHO_IS_WHO:
        store.files.remove(file_of(dataset, WHOLE))
    for dataset in ORDER:
        if dataset == "clean":
            hand_on(store, removal.doc_ids, removal.heirs, check)
        for batch in batches(store, removal, dataset):
            check()
            _take_out(store, removal, dataset, batch, whole=batch in emptied)
    if snapshot.read_manifest(store).files:
        snapshot.compact(store, check)
    _note(store, removal.closed())


def batches(store: Store, removal: Removal, dataset: str) -> list[Batch]:
    """The batches of a dataset in which rows of a removal can lie."""
    if dataset in APART:
        return sorted(store.batches_with(dataset, removal.leaving(dataset)))
    # `raw` is the last to lose them. Of the words of a source there are too many to look at each.
    return sorted(store.batches_with(RAW.name, removal.leaving(RAW.name)) & set(store.batches(dataset)))


def _emptied(store: Store, removal: Removal) -> set[Batch]:
    """The batches of which nothing stays."""
    touched = batches(store, removal, RAW.name)
    return {batch for batch in touched if not len(_staying(store.read(RAW.name, batch), removal, RAW.name, batch))}


def _take_out(store: Store, removal: Removal, dataset: str, batch: Batch, *, whole: bool) -> None:
    if whole or (dataset in APART and not len(_staying(store.read(dataset, batch), removal, dataset, batch))):
        store.remove(dataset, batch)
        return
    store.rewrite(dataset, batch, lambda data: _staying(data, removal, dataset, batch))


def _staying(data: pa.Table, removal: Removal, dataset: str, batch: Batch) -> pa.Table:
    dated = data.append_column(DAY, pa.repeat(batch.ingest_date, len(data)))
    return dated.filter(~removal.leaving(dataset)).drop_columns(DAY)


def _forget_signatures(store: Store, removal: Removal) -> None:
    """What finding copies needs of the days is made again by the next run."""
    changed = {*batches(store, removal, "clean"), *store.batches_with("clean", names_one_of(removal.doc_ids))}
    for day in sorted({batch.ingest_date for batch in changed}):
        store.files.remove(signatures_of(day))


def _forget_attempts(store: Store, emptied: Iterable[Batch]) -> None:
    """Nobody will take up again what failed on batches that are no more."""
    gone = {str(batch) for batch in emptied}
    for name in store.files.below(QUARANTINE):
        if name.removeprefix(f"{QUARANTINE}/").rsplit(".", 2)[0] in gone:
            store.files.remove(name)
    for name, note in store.files.read_all(AT_WORK.rpartition("/")[0]).items():
        attempt = json.loads(note or b"null")
        if attempt and attempt["batch"] in gone:
            store.files.write(name, b"null")


def _is_in(column: str, values: Iterable[str]) -> ds.Expression:
    return ds.field(column).isin(pa.array(values, pa.string()))


def _note(store: Store, removal: Removal) -> None:
    store.files.write(removal.name, json.dumps(asdict(removal), ensure_ascii=False).encode())


def _read(content: bytes) -> Removal:
    noted = json.loads(content)
    return Removal(**noted | {name: tuple(noted[name]) for name in ("doc_ids", "urls")})
