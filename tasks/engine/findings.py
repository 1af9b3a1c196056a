"""Findings: what the new articles of a run say, in a few rows: who spoke most, which positions are surest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.engine.counts import Present
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

TOLD: Final = 3


@dataclass(frozen=True)
class Voice:
    """Somebody who spoke: the name that most of his quotes give, and how many quotes of new articles he has."""

    name: str
    quotes: int


@dataclass(frozen=True)
class Position:
    """A position that an article shows, and how likely it does."""

    source: str
    stance: str
    target: str
    score: float
    doc_id: str


@dataclass(frozen=True)
class Findings:
    """Of a run: its new articles that repeat no earlier one, their quotes and stances, and the first few of these."""

    articles: int = 0
    quotes: int = 0
    stances: int = 0
    voices: tuple[Voice, ...] = ()
    positions: tuple[Position, ...] = ()


def new_findings(store: Store, before: Present) -> Findings:
    """What the articles say that were cleaned since `before`; copies of earlier articles say nothing new."""
    batches = {batch for batch, file in store.batch_files("clean").items() if file not in before}
    if not batches:
        return Findings()
    articles = _of_batches(store, batches, "clean", "duplicate_of")
    own = articles.filter(pc.is_null(articles["duplicate_of"]))["doc_id"].combine_chunks()
    quotes = _of_articles(_of_batches(store, batches, "quotes", "speaker", "speaker_id"), own)
    columns = ("source_kind", "source", "stance", "target", "score")
    stances = _of_articles(_of_batches(store, batches, "stances", *columns), own)
    return Findings(len(own), len(quotes), len(stances), _voices(quotes), _positions(stances))


def _voices(quotes: list[dict[str, Any]]) -> tuple[Voice, ...]:
    """Those with most quotes, by their id where they have one."""
    names: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for quote in quotes:
        if quote["speaker"]:
            names[quote["speaker_id"] or quote["speaker"]][quote["speaker"]] += 1
    ordered = sorted(names.items(), key=lambda item: (-item[1].total(), item[0]))
    return tuple(Voice(found.most_common(1)[0][0], found.total()) for _, found in ordered[:TOLD])


def _positions(stances: list[dict[str, Any]]) -> tuple[Position, ...]:
    """The surest of each source, stance and target; the narration of outlets is nobody's position."""
    surest: dict[tuple[str, str, str], Position] = {}
    for row in sorted(stances, key=lambda row: (-row["score"], row["doc_id"])):
        if row["source_kind"] != "author":
            key = row["source"], row["stance"], row["target"]
            surest.setdefault(key, Position(*key, row["score"], row["doc_id"]))
    return tuple(surest.values())[:TOLD]


def _of_batches(store: Store, batches: set[Batch], dataset: str, *columns: str) -> pa.Table:
    files = [file.name for batch, file in store.batch_files(dataset).items() if batch in batches]
    return store.scan(dataset, ["doc_id", *columns], files=files)


def _of_articles(data: pa.Table, doc_ids: pa.Array) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data.filter(pc.is_in(data["doc_id"], value_set=doc_ids)).to_pylist()
    return rows
