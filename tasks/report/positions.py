"""Positions over time: what a source's stories say towards a target week by week, and where that changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import duckdb

from nabra.tasks.report.changes import LEVEL, Week, changes
from nabra.tasks.report.scan import SHORTEST
from nabra.tasks.report.scope import Row, ask

# Of pairs that are looked at, and of those the ones that are drawn.
TESTED: Final = 60
SHOWN: Final = 12
AROUND: Final = 2

# A story is of the week in which its earliest article is, and counts once on each side that it shows.
_WEEKS: Final = """
with told as (select story, min(day) as day from stance where day is not null group by story)
select who, whom, date_trunc('week', told.day)::date as week, count(distinct story) as stories,
       count(distinct story) filter (favor) as favor, count(distinct story) filter (not favor) as against
from stance join told using (story) join (select unnest($who) as who, unnest($whom) as whom) using (who, whom)
group by all order by who, whom, week
"""
_AROUND: Final = """
with told as (select story, min(day) as day from stance where day is not null group by story),
of_pair as (
    select stance.* replace (told.day as day), told.day >= $change as is_after from stance join told using (story)
    where who = $who and whom = $whom
    qualify row_number() over (partition by favor, story order by score desc, doc_id, stance_id) = 1
)
from of_pair
qualify row_number() over (partition by is_after order by abs(day - $change), score desc, doc_id) <= $around
order by day, doc_id
"""


@dataclass(frozen=True)
class Change:
    """The first day of the week in which another level begins, and sentences of the stories before and after it."""

    week: date
    before: list[Row]
    after: list[Row]


@dataclass(frozen=True)
class Series:
    """A pair's weeks that have a story (`week`, `stories`, `favor`, `against`), in order, and its changes."""

    who: str
    whom: str
    weeks: list[Row]
    changes: list[Change]


def positions(
    connection: duckdb.DuckDBPyConnection,
    found: Sequence[Row],
    shown: int = SHOWN,
    begin: Callable[[int, int], None] = lambda number, count: None,
) -> list[Series]:
    """The series of `all_pairs` that can have a change: those that have one, then those of most stories.

    The chance that any of them is told to change where none does is `LEVEL` at most (Bonferroni), as far as `changes`
    holds its level. `begin` is called with the number of each series, from 1 on, and how many there are.
    """
    chosen = found[:TESTED]
    sides = {"who": [row["who"] for row in chosen], "whom": [row["whom"] for row in chosen]}
    weeks: dict[tuple[str, str], list[Row]] = {(row["who"], row["whom"]): [] for row in chosen}
    for row in ask(connection, _WEEKS, **sides):
        weeks[row["who"], row["whom"]].append(row)
    long = {pair: rows for pair, rows in weeks.items() if len(rows) >= 2 * SHORTEST}
    series = []
    for number, (pair, rows) in enumerate(long.items(), 1):
        begin(number, len(long))
        series.append(_series(connection, pair, rows, LEVEL / len(long)))
    return sorted(series, key=lambda one: not one.changes)[:shown]


def _series(connection: duckdb.DuckDBPyConnection, pair: tuple[str, str], weeks: list[Row], level: float) -> Series:
    counts = [Week(week["stories"], week["favor"], week["against"]) for week in weeks]
    found = [weeks[index]["week"] for index in changes(counts, level)]
    return Series(*pair, weeks, [_change(connection, pair, week) for week in found])


def _change(connection: duckdb.DuckDBPyConnection, pair: tuple[str, str], week: date) -> Change:
    rows = ask(connection, _AROUND, who=pair[0], whom=pair[1], change=week, around=AROUND)
    return Change(week, *([row for row in rows if row["is_after"] is side] for side in (False, True)))


def every_week(weeks: Sequence[Row]) -> list[date]:
    """The Mondays from the first to the last week."""
    first, last = weeks[0]["week"], weeks[-1]["week"]
    return [first + timedelta(7 * number) for number in range((last - first).days // 7 + 1)]
