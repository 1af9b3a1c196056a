"""How much there is and what is missing: articles by outlet and day, tone, copies, rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import duckdb

from nabra.tasks.report.scope import Row, Scope, ask

# More than these on an axis cannot be told apart: days become weeks, weeks months, months years.
MOST_BINS: Final = 62

_OUTLETS: Final = """
select outlet, count(*) as articles, count(distinct story) as stories, count(*) filter (is_copy) as copies,
       count(*) filter (undated) as undated, count(*) filter (title is null) as untitled,
       count(*) filter (doc_id not in (select doc_id from sentences)) as unread, min(day) as first, max(day) as last,
       (select count(*) from quote where quote.outlet = article.outlet) as quotes,
       (select count(*) from stance where stance.outlet = article.outlet) as stances
from article group by outlet order by articles desc, outlet
"""
_DAYS: Final = "select outlet, day, count(*) as articles from article where day is not null group by all"
_REJECTS: Final = """
select source as outlet, stage, reason, count(*) as documents from rejects
where ($since is null or "at"::date >= $since) and ($until is null or "at"::date <= $until)
  and (len($outlets) = 0 or source in (select unnest($outlets)))
group by all order by documents desc, outlet, stage, reason
"""
# The newest of what the table `coverage` calls too few, or lost.
_QUIET: Final = """
select source as outlet, day::date as day, articles, expected, least, named, fetched, refused, rejected, lost
from coverage
where (quiet_days is not null or lost > 0)
  and ($since is null or day::date >= $since) and ($until is null or day::date <= $until)
  and (len($outlets) = 0 or source in (select unnest($outlets)))
order by day desc, outlet limit 100
"""
_TOTALS: Final = """
select (select count(*) from article) as articles, (select count(distinct story) from article) as stories,
       (select count(distinct outlet) from article) as outlets, (select min(day) from article) as first,
       (select max(day) from article) as last, (select count(*) from quote) as quotes,
       (select count(distinct who) from quote) as speakers, (select count(*) from stance) as stances,
       (select count(distinct (story, text)) from quote where who is null) as unnamed
"""


@dataclass(frozen=True)
class Timeline:
    """Articles of each outlet over time: the first days of the bins, what a bin is, and a count for each."""

    step: str
    bins: Sequence[date]
    counts: dict[str, list[int]]


@dataclass(frozen=True)
class Overview:
    """The first page of a report; a row of `outlets` is an outlet, of `rejects` an outlet, stage and reason, of `quiet`
    a day on which an outlet brought too few articles by its own rhythm, or lost some.
    """

    totals: Row
    outlets: list[Row]
    timeline: Timeline
    rejects: list[Row]
    quiet: list[Row]


def overview(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Overview:
    """The overview of the chosen articles; rejects and quiet days are of no actor, and
    of the day on which something was refused or fetched."""
    (totals,) = ask(connection, _TOTALS)
    outlets = ask(connection, _OUTLETS)
    days = ask(connection, _DAYS)
    with_articles = Counter(day["outlet"] for day in days)
    for row in outlets:
        row["silent"] = _silent_days(row, with_articles[row["outlet"]])
    parameters = {"since": scope.since, "until": scope.until, "outlets": list(scope.outlets)}
    rejects, quiet = (ask(connection, question, **parameters) for question in (_REJECTS, _QUIET))
    return Overview(totals, outlets, timeline(days), rejects, quiet)


def _silent_days(outlet: Row, days: int) -> int:
    """Days without an article between the outlet's first and last; it has articles on `days`."""
    return (outlet["last"] - outlet["first"]).days + 1 - days if days else 0


def timeline(days: Sequence[Row]) -> Timeline:
    """Rows of outlet, day, articles in bins that are few enough to be drawn."""
    if not days:
        return Timeline("day", [], {})
    first, last = min(row["day"] for row in days), max(row["day"] for row in days)
    step = next((step for step in STEPS if len(_bins(first, last, step)) <= MOST_BINS), "year")
    bins = _bins(first, last, step)
    counted: Counter[tuple[str, date]] = Counter()
    for row in days:
        counted[row["outlet"], begin(row["day"], step)] += row["articles"]
    outlets = sorted({row["outlet"] for row in days})
    return Timeline(step, bins, {outlet: [counted[outlet, bin_] for bin_ in bins] for outlet in outlets})


STEPS: Final = ("day", "week", "month", "year")


def begin(day: date, step: str) -> date:
    """The first day of the bin that a day is in; weeks begin on Monday."""
    if step == "week":
        return day - timedelta(day.weekday())
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[step]


def _bins(first: date, last: date, step: str) -> list[date]:
    found = [begin(first, step)]
    while (following := begin(found[-1] + timedelta(_LONGEST[step]), step)) <= last:
        found.append(following)
    return found


# Days that lead from the first of a bin into the next.
_LONGEST: Final = {"day": 1, "week": 7, "month": 31, "year": 366}
