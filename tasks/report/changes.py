"""Where a series changes its level: permutations say whether it does, then `ruptures` says where.

The whole series is judged first: among all stretches of it, the mean of the one that stands out most is compared with
that in random orders of the same values (a scan statistic under a permutation test; Fisher 1935). So a series of one
level is told to change with a probability of `level` at most, whatever its values are. Then PELT (Killick et al. 2012)
splits it wherever that gains more than one split of a random order does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import ruptures
from numpy.typing import NDArray

LEVEL: Final = 0.05
# Of each level.
SHORTEST: Final = 3
# Random orders: a few, which most series without a change do not survive, then as many as a strict level needs.
FEW: Final = 999
MANY_OVER_LEVEL: Final = 20
SEED: Final = 7

Values = NDArray[np.float64]


def changes(values: Sequence[float], level: float = LEVEL) -> list[int]:
    """The indices at which a new level begins, in order; none where chance explains the differences."""
    series = np.asarray(values, dtype=float)
    if len(series) < 2 * SHORTEST or not np.ptp(series) or not _is_beyond_chance(series, level):
        return []
    penalty = float(np.quantile(_split_gains(_orders(series, FEW)), 1 - LEVEL))
    *found, _ = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST).fit_predict(series, pen=penalty)
    return [int(index) for index in found]


def _is_beyond_chance(series: Values, level: float) -> bool:
    return _chance(series, FEW) <= LEVEL and _chance(series, round(MANY_OVER_LEVEL / level)) <= level


def _chance(series: Values, orders: int) -> float:
    """The share of random orders, the series among them, in which some stretch stands out as much."""
    gains = _stretch_gains(_orders(series, orders))
    return float(1 + np.sum(gains >= _stretch_gains(series[None])[0] - 1e-9)) / (orders + 1)


def _orders(series: Values, count: int) -> Values:
    return np.random.default_rng(SEED).permuted(np.tile(series, (count, 1)), axis=1)


def _stretch_gains(rows: Values) -> Values:
    """For each row by how much a level of its own for the best stretch lessens the sum of squared deviations."""
    sums, length = _sums(rows), rows.shape[1]
    best = np.zeros(len(rows))
    for size in range(SHORTEST, length - SHORTEST + 1):
        apart = np.max((sums[:, size:] - sums[:, :-size]) ** 2, axis=1)
        np.maximum(best, apart * length / (size * (length - size)), out=best)
    return best


def _split_gains(rows: Values) -> Values:
    """The same for the best stretch that begins where the row does."""
    length = rows.shape[1]
    sizes = np.arange(SHORTEST, length - SHORTEST + 1)
    return np.asarray(np.max(_sums(rows)[:, sizes] ** 2 * length / (sizes * (length - sizes)), axis=1))


def _sums(rows: Values) -> Values:
    """The sums of the first 0, 1, 2 … deviations of each row from its mean."""
    deviations = rows - rows.mean(axis=1, keepdims=True)
    return np.concatenate([np.zeros((len(rows), 1)), np.cumsum(deviations, axis=1)], axis=1)
