"""Who is for or against whom: pairs of source and target by stories, each with sentences that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from nabra.tasks.report.scope import Row, ask

SHOWN: Final = 60
SENTENCES: Final = 4
MATRIX_SIDE: Final = 12

# A story counts once on each side that it shows, however many outlets copy it.
_PAIRS: Final = """
select who, whom, count(distinct story) as stories, count(distinct story) filter (favor) as favor,
       count(distinct story) filter (not favor) as against, count(*) as stances, avg(score) as score,
       count(distinct outlet) as outlets
from stance group by all order by stories desc, stances desc, who, whom
"""
_SENTENCES: Final = """
with shown as (
    select * from stance join (select unnest($who) as who, unnest($whom) as whom) using (who, whom)
    qualify row_number() over (partition by who, whom, favor, story order by score desc, doc_id, stance_id) = 1
)
from shown qualify row_number() over (partition by who, whom order by score desc, doc_id, stance_id) <= $sentences
order by score desc, doc_id, stance_id
"""


@dataclass(frozen=True)
class Pair:
    """A source and a target: `row` has the figures, `sentences` rows of `stance` of different stories, surest first."""

    row: Row
    sentences: list[Row]


@dataclass(frozen=True)
class Matrix:
    """The sources and targets of most stories; a cell, where there is one, is a row of figures of the pair."""

    sources: list[str]
    targets: list[str]
    cells: dict[tuple[str, str], Row]


def all_pairs(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The figures of every pair, those of most stories first."""
    return ask(connection, _PAIRS)


def pairs(connection: duckdb.DuckDBPyConnection, found: Sequence[Row], shown: int = SHOWN) -> list[Pair]:
    """The first of `all_pairs` with their sentences."""
    chosen = found[:shown]
    sides = {"who": [row["who"] for row in chosen], "whom": [row["whom"] for row in chosen]}
    by_pair: dict[tuple[str, str], list[Row]] = {(row["who"], row["whom"]): [] for row in chosen}
    for sentence in ask(connection, _SENTENCES, **sides, sentences=SENTENCES):
        by_pair[sentence["who"], sentence["whom"]].append(sentence)
    return [Pair(row, by_pair[row["who"], row["whom"]]) for row in chosen]


def matrix(found: Sequence[Row], side: int = MATRIX_SIDE) -> Matrix:
    """The pairs among the `side` sources and targets that have most stories."""
    sources, targets = (_most(found, name, side) for name in ("who", "whom"))
    cells = {(row["who"], row["whom"]): row for row in found if row["who"] in sources and row["whom"] in targets}
    return Matrix(sources, targets, cells)


def _most(found: Sequence[Row], name: str, side: int) -> list[str]:
    counted: Counter[str] = Counter()
    for row in found:
        counted[row[name]] += row["stories"]
    return [key for key, _ in counted.most_common(side)]
