"""How many of the findings that a report counts are right, where users judged a sample of the warehouse's findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb

from nabra.tasks.decisions.estimates import Estimate
from nabra.tasks.decisions.judgements import OF_JUDGEMENTS, estimates_of
from nabra.tasks.report.scope import ask

# Labels of the kinds.
LABELLED: Final = {"quotes": "quotes", "speakers": "own_speakers", "stances": "stances", "sentiment": "tone"}
_COUNTS: Final = """
select (select count(*) from quote) as quotes, (select count(*) from quote where speaker is not null) as speakers,
       (select count(*) from stance) as stances,
       (select count(*) from sentiment join article using (doc_id) where level = 'sentence') as sentiment
"""


@dataclass(frozen=True)
class Judged:
    """So many findings of a kind are in the report; the estimate is that of all that the warehouse has."""

    label: str
    count: int
    estimate: Estimate

    @property
    def right(self) -> tuple[int, int, int]:
        """How many of them are right, at least and at most."""
        return self.estimate.of(self.count)


def judged(connection: duckdb.DuckDBPyConnection) -> list[Judged]:
    """What is known of the kinds that were judged and are in the report."""
    known = estimates_of(ask(connection, f"select {', '.join(OF_JUDGEMENTS)} from judgements"))
    (counts,) = ask(connection, _COUNTS) if known else [{}]
    return [Judged(LABELLED[kind], counts[kind], each) for kind, each in known.items() if counts[kind]]
