"""Scores with their intervals of 95 %, by the bootstrap: how far a score moves when the sentences are drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

DRAWS: Final = 1000
SEED: Final = 0
LEVEL: Final = 0.95
INTERVALS: Final = "intervals"

# For each sentence, for each metric: how many are right, how many were found, how many there are.
Counts = npt.NDArray[np.float64]


def scores_of(counts: Counts, metrics: Sequence[str]) -> dict[str, Any]:
    """F1 by metric, 0 to 1, and under `intervals` the bounds of each; `counts` has shape (sentences, metrics, 3)."""
    values, draws = f1(counts.sum(axis=0)), f1(_drawn(counts))
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    bounds = zip(metrics, low.tolist(), high.tolist(), strict=True)
    return {
        **dict(zip(metrics, values.tolist(), strict=True)),
        INTERVALS: {metric: [lowest, highest] for metric, lowest, highest in bounds},
    }


def f1(counts: Counts) -> Counts:
    """2 × right / (found + wanted), over the last axis of `counts`; 0 where there is nothing."""
    total: Counts = counts[..., 1] + counts[..., 2]
    scores: Counts = 2 * counts[..., 0] / np.maximum(total, 1)
    return scores


def _drawn(counts: Counts) -> Counts:
    """The sums of as many sentences, drawn with replacement, for each draw; seeded, so that a score says the same."""
    sentences = len(counts)
    times = np.random.default_rng(SEED).multinomial(sentences, np.full(sentences, 1 / sentences), size=DRAWS)
    sums: Counts = (times @ counts.reshape(sentences, -1)).reshape(DRAWS, *counts.shape[1:])
    return sums


def interval(scores: Mapping[str, Any], metric: str) -> tuple[float, float] | None:
    """The bounds of a metric where the scores have them."""
    bounds = scores.get(INTERVALS, {}).get(metric)
    return (bounds[0], bounds[1]) if bounds else None
