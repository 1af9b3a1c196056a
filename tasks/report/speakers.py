"""Who speaks: speakers with their quotes, stories and outlets, and some of what they say.

The same words in the same story are one quote, however many copies of the story have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb

from nabra.tasks.report.scope import Row, ask

SHOWN: Final = 40
SAMPLES: Final = 3

_SPEAKERS: Final = """
select who, count(distinct (story, text)) as quotes, count(distinct (story, text)) filter (kind = 'direct') as direct,
       count(distinct story) as stories, count(distinct outlet) as outlets, min(day) as first, max(day) as last
from quote where who is not null group by who order by quotes desc, stories desc, who limit $shown
"""
_SHARES: Final = """
select who, outlet, count(distinct (story, text)) as quotes from quote where list_contains($who, who)
group by all order by who, quotes desc, outlet
"""
# What is told again in copies is one sample; direct speech first, then what is new.
_SAMPLES: Final = """
with told as (
    select * from quote where list_contains($who, who)
    qualify row_number() over (partition by who, story order by kind = 'direct' desc, len(text) desc, quote_id) = 1
)
select who, doc_id, text, kind, cue, speaker, outlet, day, title, url from told
qualify row_number() over (partition by who order by kind = 'direct' desc, day desc nulls last, doc_id) <= $samples
order by who, kind = 'direct' desc, day desc nulls last, doc_id
"""


@dataclass(frozen=True)
class Speaker:
    """A speaker: `row` has the figures, `shares` the quotes each outlet has, `samples` quotes of different stories."""

    row: Row
    shares: list[Row]
    samples: list[Row]


def speakers(connection: duckdb.DuckDBPyConnection, shown: int = SHOWN) -> list[Speaker]:
    """The speakers who are quoted most."""
    found = ask(connection, _SPEAKERS, shown=shown)
    who = [row["who"] for row in found]
    shares = ask(connection, _SHARES, who=who)
    samples = ask(connection, _SAMPLES, who=who, samples=SAMPLES)
    return [Speaker(row, _of(row, shares), _of(row, samples)) for row in found]


def _of(speaker: Row, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["who"] == speaker["who"]]
