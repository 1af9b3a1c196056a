"""Where a series changes its level: `ruptures` finds the places, permutations say whether there is any.

A series of one level is told to change with a probability of `level` at most, whatever its values are: the gain of
its best split has to exceed that of the same values in random order (a permutation test; Fisher 1935). Then PELT
(Killick et al. 2012) splits it wherever that gains more than the chance does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import ruptures
from numpy.typing import NDArray

LEVEL: Final = 0.05
# On each side of a change.
SHORTEST: Final = 3
SEED: Final = 7


def changes(values: Sequence[float], level: float = LEVEL) -> list[int]:
    """The indices at which a new level begins, in order; none where chance explains the differences."""
    series = np.asarray(values, dtype=float)
    if len(series) < 2 * SHORTEST or not np.ptp(series):
        return []
    penalty = _chance(series, level)
    if _gains(series[None])[0] <= penalty:
        return []
    *found, _ = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST, jump=1).fit_predict(series, pen=penalty)
    return [int(index) for index in found]


def _chance(series: NDArray[np.float64], level: float) -> float:
    """The gain that `level` of the random orders reach or exceed, counted so that the test is exact."""
    orders = max(1999, int(np.ceil(100 / level)) - 1)
    drawn = np.random.default_rng(SEED).permuted(np.tile(series, (orders, 1)), axis=1)
    gains = np.sort(_gains(drawn))[::-1]
    return float(gains[int(level * (orders + 1)) - 1])


def _gains(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row by how much its best split into two levels lessens the sum of squared deviations."""
    length = series.shape[1]
    sums = np.cumsum(series - series.mean(axis=1, keepdims=True), axis=1)[:, SHORTEST - 1 : length - SHORTEST]
    left = np.arange(SHORTEST, length - SHORTEST + 1)
    return np.asarray(np.max(sums**2 * length / (left * (length - left)), axis=1))
