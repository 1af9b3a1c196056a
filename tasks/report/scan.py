"""By how much the stretches of a series stand out: what `changes` compares with chance.

Of a stretch it is the root of what a level of its own takes off the sum of squared deviations of all stories. All is
asked of many series at once: a row for each week, a column for each series; `sums` and `stories` by week.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# In weeks, of a stretch and of what is around it.
SHORTEST: Final = 3
# Stretches are of each size up to ten weeks, then a tenth longer each: all sizes would take the square of the weeks.
LONGER: Final = 1.1

Values = NDArray[Any]


def stretches(sums: Values, stories: Values) -> Values:
    """Of the stretch that stands out most in each series."""
    (summed, counted), size = _running(sums, stories), SHORTEST
    best = splits(sums, stories)
    while size <= len(sums) - SHORTEST:
        apart = _apart(summed[size:] - summed[:-size], counted[size:] - counted[:-size], counted[-1])
        best = np.maximum(best, apart)
        size = max(size + 1, int(size * LONGER))
    return best


def splits(sums: Values, stories: Values) -> Values:
    """The same of stretches from the first week on."""
    summed, counted = _running(sums, stories)
    at = slice(SHORTEST, len(sums) - SHORTEST + 1)
    return _apart(summed[at], counted[at], counted[-1])


def _running(sums: Values, stories: Values) -> tuple[Values, Values]:
    """Of the first 0, 1, 2 … weeks: their sums less what so many stories make on average, and their stories."""
    mean = sums.sum(axis=0) / stories.sum(axis=0)
    return _from_zero(sums - mean * stories), _from_zero(stories)


def _from_zero(rows: Values) -> Values:
    return np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=float)])


def _apart(sums: Values, stories: Values, whole: Values) -> Values:
    return np.asarray(np.sqrt(whole * np.max(sums * sums / (stories * (whole - stories)), axis=0)))
