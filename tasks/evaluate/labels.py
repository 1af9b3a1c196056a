"""Scores of labels and of the confidence in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nabra.tasks.schemas import SENTIMENTS

BINS = 10


def label_scores(pairs: Counter[tuple[str, str]]) -> dict[str, float]:
    """Accuracy, macro-F1 and the F1 of each label, 0 to 1, from counts of (gold, predicted) labels."""
    f1 = {}
    for label in SENTIMENTS:
        gold = sum(n for (a, _), n in pairs.items() if a == label)
        predicted = sum(n for (_, b), n in pairs.items() if b == label)
        f1[label] = 2 * pairs[label, label] / max(gold + predicted, 1)
    hits = sum(pairs[label, label] for label in SENTIMENTS)
    return {"accuracy": hits / max(pairs.total(), 1), "macro_f1": sum(f1.values()) / len(f1), **f1}


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error (Guo et al. 2017), 0 to 1, of (confidence, whether right) in ten bins of one width."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in judged:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    gaps = (abs(sum(confidence - right for confidence, right in pairs)) for pairs in bins.values())
    return sum(gaps) / max(len(judged), 1)
