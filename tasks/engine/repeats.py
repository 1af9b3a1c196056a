"""Repeats: articles that are word for word another, headline included.

What a stage after clean makes of an article depends on its title and text alone. So a repeat is not worked on again:
it gets the rows of its original under its own doc_id, and can be read without knowing of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from nabra.tasks.schemas import DATASETS, REJECTS, table
from nabra.tasks.stage import Stage, StageOutput
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

Tables = Mapping[str, pa.Table]
Words = tuple[str | None, str]


@dataclass(frozen=True)
class Original:
    """The article that has a title and text first, and its batch."""

    batch: Batch
    doc_id: str


@dataclass
class Originals:
    """The originals of the articles seen so far, batch after batch, the oldest first."""

    _by_words: dict[Words, Original] = field(default_factory=dict)

    def add(self, batch: Batch, clean: pa.Table) -> dict[str, Original]:
        """Learn the articles of a batch of `clean`; those of another batch which its articles repeat, by doc_id."""
        originals = {
            doc_id: self._by_words.setdefault(words, Original(batch, doc_id)) for doc_id, words in _articles(clean)
        }
        return {doc_id: original for doc_id, original in originals.items() if original.batch != batch}


class OriginalsSeen(Protocol):
    """Tells what the articles of a batch repeat."""

    def add(self, batch: Batch, clean: pa.Table) -> Mapping[str, Original]:
        """Those of other batches which its articles repeat, by doc_id."""


@dataclass(frozen=True)
class KnownOriginals:
    """What was found out elsewhere of some batches."""

    repeats: Mapping[Batch, Mapping[str, Original]]

    def add(self, batch: Batch, clean: pa.Table) -> Mapping[str, Original]:
        """See `OriginalsSeen`; nothing is learnt."""
        return self.repeats[batch]


def repeats_within(clean: pa.Table) -> dict[str, str]:
    """The articles that repeat another before them in the same table, with the doc_id of that."""
    first: dict[Words, str] = {}
    originals = {doc_id: first.setdefault(words, doc_id) for doc_id, words in _articles(clean)}
    return {doc_id: original for doc_id, original in originals.items() if original != doc_id}


def with_repeats(output: StageOutput, originals: Mapping[str, str], articles: pa.Table) -> StageOutput:
    """What a stage made, and the same for the repeats of `originals`: the rows of each original, or its refusal.

    `articles` has doc_id, url and source of all.
    """
    tables = {
        name: pa.concat_tables([data, *(_renamed(data, original, doc_id) for doc_id, original in originals.items())])
        for name, data in output.tables.items()
    }
    refused = {row["doc_id"]: row for row in output.rejects.to_pylist()}
    named = articles.select(["doc_id", "url", "source"]).to_pylist() if refused else []
    rejects = [refused[originals[row["doc_id"]]] | row for row in named if originals.get(row["doc_id"]) in refused]
    return StageOutput(tables, pa.concat_tables([output.rejects, table(REJECTS, rejects)]))


def rows_of_originals(
    stage: Stage, repeats: Mapping[str, Original], store: Store, current: Callable[[set[Batch]], set[Batch]]
) -> Tables:
    """The rows that the stage wrote for the originals, as those of their repeats, by dataset.

    `current` tells which batches the stage has done as it would do them now. An original in another batch, or of which
    the stage made nothing, adds no rows.
    """
    done = current({original.batch for original in repeats.values()}) if repeats else set()
    tables = {}
    for name in stage.makes:
        written = {batch: store.read(name, batch) for batch in done}
        pieces = [_renamed(written[o.batch], o.doc_id, doc_id) for doc_id, o in repeats.items() if o.batch in written]
        tables[name] = pa.concat_tables([DATASETS[name].schema.empty_table(), *pieces])
    return tables


def documents_in(taken: Tables) -> set[str]:
    """The doc_ids of the repeats for which there are rows."""
    return set().union(*(data["doc_id"].to_pylist() for data in taken.values()))


def without_documents(tables: Tables, doc_ids: set[str]) -> Tables:
    """The tables without the rows of these documents."""
    if not doc_ids:
        return tables
    known = pa.array(sorted(doc_ids), pa.string())
    return {name: data.filter(pc.invert(pc.is_in(data["doc_id"], value_set=known))) for name, data in tables.items()}


def with_taken_over(output: StageOutput, taken: Tables) -> StageOutput:
    """What a stage made together with what was taken over."""
    return StageOutput(
        {name: pa.concat_tables([data, taken[name]]) for name, data in output.tables.items()}, output.rejects
    )


def _articles(clean: pa.Table) -> Iterator[tuple[str, Words]]:
    """The doc_id of each article, and its title and the hash of its text."""
    titled = zip(clean["title"].to_pylist(), clean["text_sha256"].to_pylist(), strict=True)
    yield from zip(clean["doc_id"].to_pylist(), titled, strict=True)


def _renamed(data: pa.Table, old: str, new: str) -> pa.Table:
    rows = data.filter(pc.equal(data["doc_id"], old))
    place = rows.schema.get_field_index("doc_id")
    return rows.set_column(place, rows.schema.field(place), pa.repeat(pa.scalar(new, pa.string()), len(rows)))
