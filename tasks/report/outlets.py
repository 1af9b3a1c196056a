"""Outlets side by side: the same target, the same speaker, the tone, and what one prints and the others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from nabra.tasks.report.scope import Row, ask

SIDE_BY_SIDE: Final = 8
COMPARED: Final = 15
OWN: Final = 5

_TARGETS: Final = """
with most as (select whom from stance group by whom order by count(distinct story) desc, whom limit $compared)
select whom as party, outlet, count(distinct story) filter (favor) as favor,
       count(distinct story) filter (not favor) as against
from stance join most using (whom) group by all
"""
_SPEAKERS: Final = """
with most as (
    select who from quote where who is not null group by who order by count(distinct story) desc, who limit $compared
)
select who as party, outlet, count(distinct (story, text)) as quotes from quote join most using (who) group by all
"""
_TONE: Final = """
select outlet, count(*) as articles, count(*) filter (label = 'positive') as positive,
       count(*) filter (label = 'neutral') as neutral, count(*) filter (label = 'negative') as negative,
       avg(p_positive - p_negative) as tone
from sentiment join article using (doc_id) where level = 'document'
group by outlet order by articles desc, outlet
"""
_OWN_SPEAKERS: Final = """
select any_value(outlet) as outlet, who, count(distinct (story, text)) as quotes, count(distinct story) as stories
from quote where who is not null group by who having count(distinct outlet) = 1
qualify row_number() over (partition by any_value(outlet) order by stories desc, quotes desc, who) <= $own
order by outlet, stories desc, quotes desc, who
"""
_OWN_PAIRS: Final = """
select any_value(outlet) as outlet, who, whom, favor, count(distinct story) as stories
from stance where source_kind <> 'author' group by who, whom, favor having count(distinct outlet) = 1
qualify row_number() over (partition by any_value(outlet) order by stories desc, who, whom) <= $own
order by outlet, stories desc, who, whom
"""


@dataclass(frozen=True)
class Comparison:
    """What outlets have of the same parties: rows of figures by party and outlet, parties of most first."""

    parties: list[str]
    cells: dict[tuple[str, str], Row]


@dataclass(frozen=True)
class Outlets:
    """`names` are those with most articles, of which the comparisons tell; `own_…` is what a single outlet has."""

    names: list[str]
    targets: Comparison
    speakers: Comparison
    tone: list[Row]
    own_speakers: list[Row]
    own_pairs: list[Row]


def side_by_side(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> Outlets:
    """The outlets compared; `names` are all of them, those with most articles first."""
    alone = len(names) < 2
    return Outlets(
        list(names[:SIDE_BY_SIDE]),
        _comparison(ask(connection, _TARGETS, compared=COMPARED)),
        _comparison(ask(connection, _SPEAKERS, compared=COMPARED)),
        ask(connection, _TONE),
        [] if alone else ask(connection, _OWN_SPEAKERS, own=OWN),
        [] if alone else ask(connection, _OWN_PAIRS, own=OWN),
    )


def _comparison(rows: Sequence[Row]) -> Comparison:
    sums: dict[str, int] = {}
    for row in rows:
        figures = (value for value in row.values() if isinstance(value, int))
        sums[row["party"]] = sums.get(row["party"], 0) + sum(figures)
    parties = sorted(sums, key=lambda party: (-sums[party], party))
    return Comparison(parties, {(row["party"], row["outlet"]): row for row in rows})
