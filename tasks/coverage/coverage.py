"""The table `coverage`: the ledger of each day, judged by what each source brought before. One file a day.

Days are counted anew as long as a stage has work left on them, and yesterday and today in any case; the rest stays as
it was judged, so that an archive of years costs a run nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from nabra.tasks.coverage.exposure import exposures
from nabra.tasks.coverage.ledger import Entry, Ledger
from nabra.tasks.coverage.rhythm import MOST_DAYS, Judgement, judge
from nabra.tasks.schemas import COVERAGE, RAW, RUNS, table
from nabra.tasks.warehouse.complete import month_of
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store

Row = dict[str, Any]
# The rows of days by source.
History = dict[str, dict[str, Row]]


def update_coverage(store: Store, open_days: Sequence[str], today: date, provenance: Provenance) -> None:
    """Count and judge the days that are open or have not been counted yet, and write those that have changed."""
    history: History = {}
    has_changed = False
    for _, month in groupby(_to_count(store, open_days, today), month_of):
        days = list(month)
        _extend(history, store, _before(days[0], MOST_DAYS), days[-1])
        asked_before = {source for day in history if day < days[0] for source in _asked(history[day])}
        entries = Ledger(store, days, asked_before).entries
        for day in days:
            past = _past(day, history)
            rows = _counted(day, {source: entry for (of, source), entry in entries.items() if of == day}, past)
            if has_changed or _differ(rows, history.get(day, {})):
                rows = judged_day(day, rows, past)
                if rows and rows != history.get(day):
                    data = table(COVERAGE, list(rows.values()))
                    store.write(
                        COVERAGE.name, Batch(day, COVERAGE.name), data, replace(provenance, stage=COVERAGE.name)
                    )
                    has_changed = True
                history[day] = rows


def _to_count(store: Store, open_days: Sequence[str], today: date) -> list[str]:
    """The days up to today: those that are open, and all from the first without a count, whether anything was fetched
    on them or not.
    """
    counted = store.days(COVERAGE.name)
    fetched = [day for day in {*store.days(RAW.name), *store.days(RUNS.name)} if day <= today.isoformat()]
    if not fetched:
        return []
    since = date.fromisoformat(max(counted) if counted else min(fetched))
    missing = {(since + timedelta(days)).isoformat() for days in range((today - since).days + 1)}
    return sorted({day for day in open_days if min(fetched) <= day <= today.isoformat()} | missing)


def _past(day: str, history: History) -> History:
    """The days before that count for a day."""
    return {each: history[each] for each in _days_before(day) if each in history}


def _counted(day: str, entries: Mapping[str, Entry], past: History) -> dict[str, Row]:
    """The rows of a day by source, not judged yet: of its entries, and of the sources that the past has anything of."""
    known = {row["source"] for rows in past.values() for row in rows.values() if row["asked"] or row["fetched"]}
    return {source: _counts(day, source, entries.get(source, Entry()), past) for source in sorted({*entries, *known})}


def _differ(rows: Mapping[str, Row], stored: Mapping[str, Row]) -> bool:
    """True if anything is counted otherwise than it was: else, after the same days, the judgement would be the same."""
    return rows.keys() != stored.keys() or any(row.items() - stored[source].items() for source, row in rows.items())


def judged_day(day: str, rows: Mapping[str, Row], past: History) -> dict[str, Row]:
    """The rows of a day with what is expected by those of the past."""
    if not rows:
        return {}
    days = _days_before(day)
    series = [[*(past.get(each, {}).get(source) for each in days), row] for source, row in rows.items()]
    counts = np.array([[row["articles"] if row else 0 for row in each] for each in series])
    weekdays = np.array([date.fromisoformat(each).weekday() for each in (*days, day)])
    verdict = judge(counts, np.array([exposures(each) for each in series]), weekdays)
    return {source: row | _verdict(verdict, number) for number, (source, row) in enumerate(rows.items())}


def _counts(day: str, source: str, entry: Entry, past: History) -> Row:
    """The columns of a row that are counted."""
    earlier = (rows[source]["asked_until"] for rows in past.values() if source in rows)
    until = entry.asked_until or max((at for at in earlier if at), default=None)
    rejected = ", ".join(f"{stage} {count}" for stage, count in entry.rejected.most_common())
    return {
        "source": source,
        "day": day,
        "asked": entry.asked,
        "asked_until": until,
        **{name: getattr(entry, name) for name in ("named", "fetched", "refused", "lost", "gaps", "articles")},
        "rejected": entry.rejected.total(),
        "rejected_by": rejected or None,
        "by_hour": " ".join(map(str, entry.by_hour)),
    }


def _verdict(verdict: Judgement, number: int) -> Row:
    """The columns of a row that are judged."""
    expected, least, chance = (float(each[number]) for each in (verdict.expected, verdict.least, verdict.chance))
    known = not np.isnan(expected)
    return {
        "expected": round(expected, 2) if known else None,
        "least": int(least) if known else None,
        "chance": chance if known else None,
        "quiet_days": int(verdict.quiet[number]) or None,
    }


def _extend(history: History, store: Store, first: str, last: str) -> None:
    """Read the days from the first to the last that are not in the history yet, and forget those before them."""
    for day in [day for day in history if day < first]:
        del history[day]
    files = {batch.ingest_date: file.name for batch, file in store.batch_files(COVERAGE.name).items()}
    wanted = [name for day, name in files.items() if first <= day <= last and day not in history]
    history |= _stored(store, wanted)


def _stored(store: Store, files: list[str]) -> History:
    """The rows of days as they were judged."""
    found: History = {}
    for row in store.scan(COVERAGE.name, [column.name for column in COVERAGE.columns], files=files).to_pylist():
        found.setdefault(row["day"], {})[row["source"]] = row
    return found


def _asked(rows: Mapping[str, Row]) -> set[str]:
    return {source for source, row in rows.items() if row["asked_until"] is not None}


def _days_before(day: str) -> list[str]:
    return [_before(day, back) for back in range(MOST_DAYS, 0, -1)]


def _before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days)).isoformat()


def newest_rows(store: Store) -> Iterator[Row]:
    """The row of each source for the last day on which it was asked, of the last two days counted."""
    newest: dict[str, Row] = {}
    files = sorted(file.name for file in store.batch_files(COVERAGE.name).values())
    for _, rows in sorted(_stored(store, files[-2:]).items()):
        newest |= {source: row for source, row in rows.items() if row["asked"]}
    yield from newest.values()
