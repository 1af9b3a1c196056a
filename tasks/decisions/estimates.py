"""How many findings are right, from the judged ones of a stratified sample: precision with an interval of 95 %.

The estimate is that of survey sampling: the precision of each stratum weighs as its findings do. The interval is
Wilson's, with the size of a simple sample that would vary as much (the effective size; Korn and Graubard, Survey
Methodology 24, 1998), so that it stays within 0 and 1 and tells something where all were right. The variance of a
stratum is that of its share with half a finding added to either side, for of few none may be wrong (which takes away
half of what n - 1 in place of n gives: n - 0.5); it falls with the
part of the stratum that was judged. The quantile is Student's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95

Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Stratum:
    """How many findings there are of a kind, how many were judged, how many of these are right."""

    rows: int
    judged: int
    right: int


@dataclass(frozen=True)
class Estimate:
    """The share of findings that are right, and the bounds that hold it in 95 of 100 samples."""

    judged: int
    precision: float
    low: float
    high: float

    def of(self, count: int) -> tuple[int, int, int]:
        """How many of so many findings are right, at least and at most."""
        expected, low, high = (round(count * share) for share in (self.precision, self.low, self.high))
        return expected, low, high


def estimate(strata: Iterable[Stratum]) -> Estimate | None:
    """The estimate for the strata of which anything was judged; None where nothing was."""
    known = [each for each in strata if each.judged]
    if not known:
        return None
    counts = (np.array([getattr(each, name) for each in known]) for name in ("rows", "judged", "right"))
    share, low, high = (float(value) for value in bounds(*counts))
    return Estimate(sum(each.judged for each in known), share, low, high)


def bounds(rows: Values, judged: Values, right: Values) -> tuple[Values, Values, Values]:
    """The precision and its bounds; the last axis of the arrays are strata, all of them judged in part."""
    from scipy.special import stdtrit  # Student's quantile; not before something was judged

    weights = rows / rows.sum(axis=-1, keepdims=True)
    share = (weights * right / judged).sum(axis=-1)
    smooth = (right + 0.5) / (judged + 1)
    variances = weights**2 * (1 - judged / rows) * smooth * (1 - smooth) / (judged - 0.5)
    expected = (weights * smooth).sum(axis=-1)
    freedom = np.maximum((judged - 1).sum(axis=-1), 1)
    spread = stdtrit(freedom, (1 + LEVEL) / 2) ** 2 * variances.sum(axis=-1) / (expected * (1 - expected))
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    return share, np.minimum(middle - half, share), np.maximum(middle + half, share)
