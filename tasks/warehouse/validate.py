"""The contract, checked on what lies in a warehouse: types, metadata, keys, offsets, references, whole batches.

One batch is in memory at a time, besides the ids of all documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.errors import StoreError
from nabra.tasks.schemas import DATASETS, REJECT_REASONS, REJECTS, VERSION
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

_DOCUMENTS: Final = ("raw", "clean")
# Columns of `clean` that name an article, which may lie in another batch.
_NAMES: Final = ("duplicate_of", "story")
_SPANS: Final = {"sentences": "text", "entities": "text", "mentions": "text", "quotes": "text", "stances": "evidence"}
# Rows of the first dataset belong to rows of the second, by these columns where none is null.
_REFERENCES: Final = (
    ("clean", "raw", ("doc_id",)),
    ("sentences", "clean", ("doc_id",)),
    ("tokens", "sentences", ("doc_id", "sent_id")),
    ("entities", "sentences", ("doc_id", "sent_id")),
    ("mentions", "sentences", ("doc_id", "sent_id")),
    ("quotes", "sentences", ("doc_id", "sent_id")),
    ("stances", "sentences", ("doc_id", "sent_id")),
    ("sentiment", "clean", ("doc_id",)),
    ("sentiment", "sentences", ("doc_id", "sent_id")),
    ("actor_entities", "actors", ("actor_id",)),
)
_METADATA: Final = ("stage", "schema_version", "fingerprint", "version", "run_id")

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Problem:
    """What is wrong in the file of a batch of a dataset."""

    dataset: str
    batch: Batch
    wrong: str


@dataclass
class Validation:
    """How much was looked at so far."""

    batches: int = 0
    rows: int = 0


def validate(store: Store, stages: Sequence[Stage], seen: Validation) -> Iterator[Problem]:
    """Yield all that breaks the contract, batch after batch; `seen` is counted up on the way.

    A batch that some stage has still to do is no problem: the next run does it.
    """
    made_by = {name: stage.name for stage in stages for name in stage.makes}
    there = {name: set(store.batches(name)) for name in DATASETS if name != REJECTS.name}
    ids: dict[str, dict[tuple[bytes, int], Batch]] = {name: {} for name in _DOCUMENTS}
    named: dict[tuple[str, str], Batch] = {}
    for batch in sorted(set().union(*there.values())):
        present = [name for name, batches in there.items() if batch in batches]
        yield from _orphans(store, batch, present, stages)
        tables: dict[str, pa.Table] = {}
        for name in present:
            yield from _look_into(store, name, batch, made_by.get(name, name), tables)
        for name, found in ids.items():
            if name in tables:
                yield from _repeated(name, batch, tables[name], found)
        yield from _check_batch(batch, tables)
        if "clean" in tables:
            named |= dict.fromkeys(_named_elsewhere(tables["clean"]), batch)
        seen.batches += "raw" in present
        seen.rows += sum(map(len, tables.values()))
    waiting = {doc_id for (doc_id, _), batch in ids["raw"].items() if batch not in there["clean"]}
    known = waiting | {doc_id for doc_id, _ in ids["clean"]}
    for (column, doc_id), batch in named.items():
        if _packed(doc_id) not in known:
            yield Problem("clean", batch, f"{column} names {doc_id}, which is no article of the warehouse")
    yield from _check_rejects(store, [stage.name for stage in stages], seen)


def _named_elsewhere(clean: pa.Table) -> set[tuple[str, str]]:
    """The articles that are named in a batch and do not lie in it, each with the column."""
    own = set(clean["doc_id"].to_pylist())
    return {(column, doc_id) for column in _NAMES for doc_id in {*clean[column].to_pylist()} - own - {None}}


def _look_into(store: Store, name: str, batch: Batch, made_by: str, tables: dict[str, pa.Table]) -> Iterator[Problem]:
    """Put the rows of a file among the tables, or say why they cannot be read; and check its metadata."""
    try:
        tables[name] = store.read(name, batch)
        metadata = store.metadata(name, batch)
    except StoreError as error:
        yield Problem(name, batch, str(error))
        return
    missing = [f"nabra.{key}" for key in _METADATA if not metadata.get(key)]
    if missing:
        yield Problem(name, batch, f"the file's metadata lack {', '.join(missing)}")
    elif metadata["stage"] != made_by:
        yield Problem(name, batch, f"the file's metadata name the stage {metadata['stage']}, not {made_by}")


def _check_rejects(store: Store, stages: Sequence[str], seen: Validation) -> Iterator[Problem]:
    """Their files are no batches: each is named by a batch and the stage that refused."""
    known = {"stage": {"fetch", *stages}, "reason": REJECT_REASONS.keys()}
    for batch in store.batches(REJECTS.name):
        tables: dict[str, pa.Table] = {}
        yield from _look_into(store, REJECTS.name, batch, REJECTS.name, tables)
        yield from _check_batch(batch, tables)
        for data in tables.values():
            for column, names in known.items():
                odd = set(data[column].to_pylist()) - names
                if odd:
                    yield Problem(REJECTS.name, batch, f"unknown {column}: {', '.join(sorted(odd))}")
            seen.rows += len(data)


def _orphans(store: Store, batch: Batch, present: list[str], stages: Sequence[Stage]) -> Iterator[Problem]:
    for stage in stages:
        missing = [name for name in stage.reads if name not in present]
        for made in [name for name in stage.makes if name in present] if missing else ():
            lacks = [name for name in missing if not _is_older(store, made, batch, than=name)]
            if lacks:
                yield Problem(made, batch, f"made from {', '.join(lacks)}, which has no such batch")


def _is_older(store: Store, made: str, batch: Batch, *, than: str) -> bool:
    """True if a file was made under a schema version that did not have the dataset `than` yet, and so not from it."""
    try:
        metadata = store.metadata(made, batch)
    except StoreError:
        return False  # told where the rows are read
    version = metadata.get("made_under", metadata.get("schema_version", ""))
    return version.isdecimal() and int(version) < DATASETS[than].since


def _repeated(name: str, batch: Batch, data: pa.Table, found: dict[tuple[bytes, int], Batch]) -> Iterator[Problem]:
    for row in data.select(["doc_id", VERSION.name]).to_pylist():
        version = row["version"] or 1
        first = found.setdefault((_packed(row["doc_id"]), version), batch)
        if first != batch:
            yield Problem(name, batch, f"version {version} of document {row['doc_id']} is in batch {first} too")


def _packed(doc_id: str) -> bytes:
    """Half the memory of the text."""
    return (
        bytes.fromhex(doc_id) if len(doc_id) % 2 == 0 and not set(doc_id) - set("0123456789abcdef") else doc_id.encode()
    )


def _check_batch(batch: Batch, tables: Tables) -> Iterator[Problem]:
    for name, data in tables.items():
        key = list(DATASETS[name].key)
        doubles = len(data) - len(data.group_by(key).aggregate([]))
        if doubles:
            yield Problem(name, batch, f"{doubles} rows repeat the key {', '.join(key)} of another")
    for name, other, columns in _REFERENCES:
        if {name, other} <= tables.keys():
            yield from _unreferenced(name, other, list(columns), batch, tables)
    if "clean" in tables:
        yield from _wrong_offsets(batch, tables)
    if "sentiment" in tables:
        yield from _wrong_levels(batch, tables["sentiment"])


def _unreferenced(name: str, other: str, key: list[str], batch: Batch, tables: Tables) -> Iterator[Problem]:
    strangers = tables[name].select(key).drop_null().join(tables[other].select(key), key, join_type="left anti")
    if len(strangers):
        example = ", ".join(str(value) for value in strangers.slice(0, 1).to_pylist()[0].values())
        yield Problem(name, batch, f"{len(strangers)} rows have no {other} of {', '.join(key)}, such as {example}")


def _wrong_offsets(batch: Batch, tables: Tables) -> Iterator[Problem]:
    texts = {row["doc_id"]: row for row in tables["clean"].select(["doc_id", "title", "text"]).to_pylist()}
    for name, column in _SPANS.items():
        wrong = 0
        for row in (
            tables[name].select(["doc_id", "part", "start", "end", column]).to_pylist() if name in tables else ()
        ):
            text = (texts.get(row["doc_id"]) or {}).get(row["part"]) or ""
            wrong += text[row["start"] : row["end"]] != row[column] or not row[column]
        if wrong:
            yield Problem(name, batch, f"{wrong} rows whose offsets don't cut `{column}` out of the article")
    if "quotes" in tables:
        yield from _wrong_speakers(batch, tables["quotes"], texts)
    if {"tokens", "sentences"} <= tables.keys():
        outside = _outside_sentence(tables["tokens"], tables["sentences"])
        if outside:
            yield Problem("tokens", batch, f"{outside} rows that lie outside their sentence")


def _wrong_speakers(batch: Batch, quotes: pa.Table, texts: Mapping[str, Mapping[str, str | None]]) -> Iterator[Problem]:
    wrong = 0
    for row in quotes.select(["doc_id", "part", "speaker", "speaker_start", "speaker_end"]).to_pylist():
        speaker = row["speaker"], row["speaker_start"], row["speaker_end"]
        text = texts.get(row["doc_id"], {}).get(row["part"]) or ""
        wrong += speaker != (None, None, None) and (None in speaker or text[speaker[1] : speaker[2]] != speaker[0])
    if wrong:
        yield Problem("quotes", batch, f"{wrong} rows whose offsets don't cut `speaker` out of the article")


def _wrong_levels(batch: Batch, sentiment: pa.Table) -> Iterator[Problem]:
    levels = {"document": True, "sentence": False}
    rows = zip(sentiment["level"].to_pylist(), sentiment["sent_id"].to_pylist(), strict=True)
    wrong = sum(levels.get(level) is not (sent_id is None) for level, sent_id in rows)
    if wrong:
        yield Problem(
            "sentiment", batch, f"{wrong} rows that are neither of a sentence nor, without sent_id, of a document"
        )


def _outside_sentence(tokens: pa.Table, sentences: pa.Table) -> int:
    key = ["doc_id", "sent_id"]
    bounds = sentences.select([*key, "start", "end"]).rename_columns([*key, "low", "high"])
    placed = tokens.select([*key, "start", "end"]).join(bounds, key, join_type="inner")
    inside = pc.and_(
        pc.and_(pc.greater_equal(placed["start"], placed["low"]), pc.less_equal(placed["end"], placed["high"])),
        pc.less(placed["start"], placed["end"]),
    )
    return len(placed) - (pc.sum(inside).as_py() or 0)
