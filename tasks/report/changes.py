"""Where a series changes its level: permutations say whether it does, then `ruptures` says where.

The whole series is judged first: of the stretches of weeks, the one that stands out most has to be beyond chance twice
(a scan statistic under permutation tests; Fisher 1935): among orders in which the same stories are dealt out to the
weeks, each week keeping its number, and among orders of whole weeks. So a series is told to change with a probability
of `level` at most where the week of a story says nothing of its side, whether weeks have many stories or few; and where
stories of one week depend on one another but weeks come in no order. Events of several weeks can be told as a change.
Then PELT (Killick et al. 2012), each week weighted by its stories, splits the series wherever that gains more than one
split of a random order does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from ruptures import Pelt
from ruptures.base import BaseCost

from nabra.tasks.report.scan import SHORTEST, Values, splits, stretches

LEVEL: Final = 0.05
# Random orders: so many that ten may stand out as much as the series; where to split takes fewer.
ORDERS_OVER_LEVEL: Final = 10
FEW: Final = 999
# Orders at once: of most series without a change the first of them will do.
AT_ONCE: Final = 250
SEED: Final = 7

# A row for each week and a column for each order: favor less against, and stories (one column if all are alike).
Orders = tuple[Values, Values]
Shuffle = Callable[[np.random.Generator, int], Orders]


class Week(NamedTuple):
    """How many stories a week has, one at least, and how many are on each side; some may be on both."""

    stories: int
    favor: int
    against: int


def changes(weeks: Sequence[Week], level: float = LEVEL) -> list[int]:
    """The indices of the weeks in which a new level begins, in order; none where chance explains the differences."""
    if len(weeks) < 2 * SHORTEST:
        return []
    series = np.array([week.favor - week.against for week in weeks]), np.array([week.stories for week in weeks])
    shuffles = (partial(_dealt, weeks), partial(_reordered, *series))
    columns = series[0][:, None], series[1][:, None]
    if not all(_is_beyond_chance(columns, shuffle, level) for shuffle in shuffles):
        return []
    penalty = max(_penalty(shuffle) for shuffle in shuffles)
    *found, _ = Pelt(custom_cost=_Cost(), min_size=SHORTEST, jump=1).fit_predict(np.column_stack(series), pen=penalty)
    return [int(index) for index in found]


def _is_beyond_chance(series: Orders, shuffle: Shuffle, level: float) -> bool:
    """True if the share of orders, the series among them, in which some stretch stands out as much is within `level`.

    No more of them are drawn once so many stand out that the rest cannot help (Besag and Clifford 1991).
    """
    drawn = round(ORDERS_OVER_LEVEL / level)
    most = level * (drawn + 1) - 1
    least, as_much = stretches(*series)[0] - 1e-9, 0
    for orders in _random(shuffle, drawn):
        as_much += int(np.sum(stretches(*orders) >= least))
        if as_much > most:
            return False
    return True


def _penalty(shuffle: Shuffle) -> float:
    """What a split of one order in twenty gains at least."""
    gains = np.concatenate([splits(*orders) for orders in _random(shuffle, FEW)])
    return float(np.quantile(gains, 1 - LEVEL)) ** 2


def _random(shuffle: Shuffle, count: int) -> Iterator[Orders]:
    random = np.random.default_rng(SEED)
    for first in range(0, count, AT_ONCE):
        yield shuffle(random, min(AT_ONCE, count - first))


def _dealt(weeks: Sequence[Week], random: np.random.Generator, count: int) -> Orders:
    """The stories dealt out week by week, as cards are: how many of each side a week gets is hypergeometric."""
    stories, in_favor, opposed = (sum(week[number] for week in weeks) for number in range(3))
    sides = (stories - opposed, stories - in_favor, in_favor + opposed - stories)
    favor, against, both = (np.full(count, side) for side in sides)
    dealt = np.empty((len(weeks), count))
    for number, week in enumerate(weeks):
        to_favor = random.hypergeometric(favor, against + both, week.stories)
        to_both = random.hypergeometric(both, against, week.stories - to_favor) if sides[2] else 0
        to_against = week.stories - to_favor - to_both
        favor, against, both = favor - to_favor, against - to_against, both - to_both
        dealt[number] = to_favor - to_against
    return dealt, np.array([[week.stories] for week in weeks])


def _reordered(sums: Values, stories: Values, random: np.random.Generator, count: int) -> Orders:
    """The weeks in another order, each as it is."""
    order = random.permuted(np.tile(np.arange(len(sums)), (count, 1)), axis=1).T
    return sums[order], stories[order]


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
