"""Exposure: which share of a usual day's articles the runs of a day could see that those before had not seen.

So a day that is not over, a run that came late, and a day without any are held to no more than they could bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from nabra.tasks.coverage.ledger import HOURS
from nabra.tasks.coverage.rhythm import Values

# A listing names what is new since it was asked last, but of no longer than this: most hold a day's articles.
MOST_HOURS: Final = 36
# So many articles without an hour of their own smooth those of a source over the day.
PRIOR_ARTICLES: Final = 24.0


def exposures(rows: Sequence[Mapping[str, Any] | None]) -> list[float]:
    """The exposure of each day, of which the rows of `coverage` are given, or None; 0 where the source was not asked,
    and when it was asked for the first time, as that brings what its feeds have kept of the days before.
    """
    hours = sum((np.array(row["by_hour"].split(), dtype=float) for row in rows if row), np.zeros(HOURS))
    running = np.concatenate([[0.0], np.cumsum(hours + PRIOR_ARTICLES / HOURS)])
    running /= running[-1]
    shares: list[float] = []
    before: datetime | None = None
    for row in rows:
        until = row["asked_until"] if row else None
        is_asked = row is not None and row["asked"] > 0 and before is not None
        shares.append(_seen(before, until, running) if is_asked and before and until else 0.0)
        before = until or before
    return shares


def _seen(begin: datetime, end: datetime, running: Values) -> float:
    """The share of a day's articles that come from `begin` to `end`."""
    begin = max(begin, end - timedelta(hours=MOST_HOURS))
    return _days(end, running) - _days(begin, running)


def _days(moment: datetime, running: Values) -> float:
    """Days since 1970, of which the last counts as far as its articles have come."""
    seconds = (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    return moment.date().toordinal() + float(np.interp(seconds / 3600, np.arange(HOURS + 1), running))
