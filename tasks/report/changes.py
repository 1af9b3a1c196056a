"""Where a series changes its level: permutations say whether it does, then `ruptures` says where.

The whole series is judged first: of the stretches of weeks, the one that stands out most is compared with that of the
same stories dealt out to the weeks at random, each week keeping its number of stories (a scan statistic under a
permutation test; Fisher 1935). So where the week of a story says nothing of its side, a change is told with a
probability of `level` at most, whether weeks have many stories or few. That does not hold for stories that depend on
one another: many of one event can stand out by themselves. Then PELT (Killick et al. 2012), each week weighted by its
stories, splits the series wherever that gains more than one split of a random order does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ruptures import Pelt
from ruptures.base import BaseCost

LEVEL: Final = 0.05
# Of each level, in weeks.
SHORTEST: Final = 3
# Stretches are of each size up to ten weeks, then a tenth longer each: all sizes would take the square of the weeks.
LONGER: Final = 1.1
# Random orders: so many that ten may stand out as much as the series; where to split takes fewer.
ORDERS_OVER_LEVEL: Final = 10
FEW: Final = 999
# Orders at once: of most series without a change the first of them will do.
AT_ONCE: Final = 250
SEED: Final = 7

Values = NDArray[np.float64]


class Week(NamedTuple):
    """How many stories a week has, one at least, and how many are on each side; some may be on both."""

    stories: int
    favor: int
    against: int


def changes(weeks: Sequence[Week], level: float = LEVEL) -> list[int]:
    """The indices of the weeks in which a new level begins, in order; none where chance explains the differences."""
    if len(weeks) < 2 * SHORTEST:
        return []
    totals = Week(*(sum(week[number] for week in weeks) for number in range(3)))
    scan = _Scan([week.stories for week in weeks], (totals.favor - totals.against) / totals.stories)
    series = np.array([[week.favor - week.against] for week in weeks], dtype=float)
    if not _is_beyond_chance(scan, series, totals, level):
        return []
    gains = np.concatenate([scan.splits(order) for order in _orders(scan, totals, FEW)])
    *found, _ = Pelt(custom_cost=_Cost(), min_size=SHORTEST, jump=1).fit_predict(
        np.column_stack([series, scan.stories]), pen=float(np.quantile(gains, 1 - LEVEL)) ** 2
    )
    return [int(index) for index in found]


def _is_beyond_chance(scan: _Scan, series: Values, totals: Week, level: float) -> bool:
    """True if the share of orders, the series among them, in which some stretch stands out as much is within `level`.

    No more of them are drawn once so many stand out that the rest cannot help (Besag and Clifford 1991).
    """
    drawn = round(ORDERS_OVER_LEVEL / level)
    most = level * (drawn + 1) - 1
    least, as_much = scan.stretches(series)[0] - 1e-9, 0
    for orders in _orders(scan, totals, drawn):
        as_much += int(np.sum(scan.stretches(orders) >= least))
        if as_much > most:
            return False
    return True


def _orders(scan: _Scan, totals: Week, count: int) -> Iterator[Values]:
    """Random orders of the stories, some at a time: a column for each, with favor less against by week."""
    random = np.random.default_rng(SEED)
    for first in range(0, count, AT_ONCE):
        yield _dealt(random, scan.stories, totals, min(AT_ONCE, count - first))


def _dealt(random: np.random.Generator, stories: Values, totals: Week, count: int) -> Values:
    """The stories dealt out week by week, as cards are: how many of each side a week gets is hypergeometric."""
    favor = np.full(count, totals.stories - totals.against)
    against = np.full(count, totals.stories - totals.favor)
    both = np.full(count, totals.favor + totals.against - totals.stories)
    dealt = np.empty((len(stories), count))
    for week, size in enumerate(stories.astype(int)):
        to_favor = random.hypergeometric(favor, against + both, size)
        to_both = random.hypergeometric(both, against, size - to_favor)
        to_against = size - to_favor - to_both
        favor, against, both = favor - to_favor, against - to_against, both - to_both
        dealt[week] = to_favor - to_against
    return dealt


class _Scan:
    """By how much stretches stand out: the root of what a level of their own takes off the sum of squares."""

    def __init__(self, stories: Sequence[int], mean: float) -> None:
        self.stories = np.array(stories, dtype=float)
        self._mean = mean
        self._before = np.concatenate([[0.0], np.cumsum(self.stories)])

    def stretches(self, orders: Values) -> Values:
        """Of the stretch that stands out most in each column."""
        sums, size = self._sums(orders), SHORTEST
        best = self.splits(orders)
        while size <= len(self.stories) - SHORTEST:
            best = np.maximum(best, self._most(sums[size:] - sums[:-size], self._before[size:] - self._before[:-size]))
            size = max(size + 1, int(size * LONGER))
        return best

    def splits(self, orders: Values) -> Values:
        """The same of stretches from the first week on."""
        at = slice(SHORTEST, len(self.stories) - SHORTEST + 1)
        return self._most(self._sums(orders)[at], self._before[at])

    def _most(self, sums: Values, stories: Values) -> Values:
        whole = self._before[-1]
        return np.asarray(np.max(np.abs(sums) * np.sqrt(whole / (stories * (whole - stories)))[:, None], axis=0))

    def _sums(self, orders: Values) -> Values:
        """The sums of the first 0, 1, 2 … weeks of each column, less what their stories make on average."""
        deviations = orders - self._mean * self.stories[:, None]
        return np.concatenate([np.zeros((1, orders.shape[1])), np.cumsum(deviations, axis=0)])


class _Cost(BaseCost):  # type: ignore[misc]  # ruptures has no types
    """What a level leaves of the sum of squares of its stories, less that sum, which is the same however one splits."""

    model = "weighted"
    min_size = SHORTEST

    def fit(self, signal: Values) -> _Cost:
        """Take a row for each week: the sum of its stories, and how many they are."""
        self.signal = signal
        self._before = np.concatenate([[[0.0, 0.0]], np.cumsum(signal, axis=0)])
        return self

    def error(self, start: int, end: int) -> float:
        """Of the weeks from `start` to before `end`."""
        summed, stories = self._before[end] - self._before[start]
        return float(-(summed**2) / stories)
