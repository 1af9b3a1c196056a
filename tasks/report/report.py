"""All that a report tells, asked of the views of a warehouse; the pages only show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from nabra.tasks.errors import UsageError
from nabra.tasks.report.judged import Judged, judged
from nabra.tasks.report.outlets import Outlets, side_by_side
from nabra.tasks.report.overview import Overview, overview
from nabra.tasks.report.pack import MOST_ARTICLES, contents
from nabra.tasks.report.pairs import Matrix, Pair, all_pairs, matrix, pairs
from nabra.tasks.report.positions import Series, positions
from nabra.tasks.report.scope import Row, Scope, ask, choose
from nabra.tasks.report.speakers import Speaker, speakers

MOST_IN_ALL: Final = 100_000
STEPS: Final = ("articles", "overview", "speakers", "pairs", "positions", "outlets", "texts")

_SCORES: Final = """
select floor(least(score, 0.999) * 10) / 10 as least, count(*) as stances, count(*) filter (favor) as favor,
       count(*) filter (not favor) as against
from stance group by all order by least desc
"""


@dataclass(frozen=True)
class Report:
    """What the pages show. `pages` says whether there is one for each article; `contents` is what the script shows."""

    scope: Scope
    pages: bool
    overview: Overview
    judged: list[Judged]
    speakers: list[Speaker]
    matrix: Matrix
    pairs: list[Pair]
    pair_count: int
    positions: list[Series]
    outlets: Outlets
    scores: list[Row]
    contents: dict[str, Any]


def ask_report(connection: duckdb.DuckDBPyConnection, scope: Scope, begin: Callable[[str], None]) -> Report:
    """The report of the articles in `scope`; `begin` is called with each of `STEPS` as it begins, and in between with
    each series of positions, such as `positions 3/60`.

    UsageError where no article passes the filters, or more than `MOST_IN_ALL`.
    """
    begin("articles")
    count = _chosen(connection, scope)
    begin("overview")
    first = overview(connection, scope)
    begin("speakers")
    voices = speakers(connection)
    begin("pairs")
    found = all_pairs(connection)
    shown = pairs(connection, found)
    begin("positions")
    series = positions(connection, found, begin=lambda number, of: begin(f"positions {number}/{of}"))
    begin("outlets")
    compared = side_by_side(connection, [row["outlet"] for row in first.outlets])
    begin("texts")
    pages = count <= MOST_ARTICLES
    texts, scores = contents(connection, pages=pages), ask(connection, _SCORES)
    sure = judged(connection)
    return Report(scope, pages, first, sure, voices, matrix(found), shown, len(found), series, compared, scores, texts)


def _chosen(connection: duckdb.DuckDBPyConnection, scope: Scope) -> int:
    count = choose(connection, scope)
    if count > MOST_IN_ALL:
        raise UsageError(
            f"{count} articles are too many for a report, which holds {MOST_IN_ALL}; "
            "narrow it by --since, --until, --outlet, --actor, --topic"
        )
    return count
