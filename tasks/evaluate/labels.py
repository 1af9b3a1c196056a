"""Scores of sentiment labels."""

from __future__ import annotations

from collections import Counter

from tasks.schemas import SENTIMENTS


def label_scores(pairs: Counter[tuple[str, str]]) -> dict[str, float]:
    """Accuracy, macro-F1 and the F1 of each label, 0 to 1, from counts of (gold, predicted) labels."""
    f1 = {}
    for label in SENTIMENTS:
        gold = sum(n for (a, _), n in pairs.items() if a == label)
        predicted = sum(n for (_, b), n in pairs.items() if b == label)
        f1[label] = 2 * pairs[label, label] / max(gold + predicted, 1)
    hits = sum(pairs[label, label] for label in SENTIMENTS)
    return {"accuracy": hits / max(pairs.total(), 1), "macro_f1": sum(f1.values()) / len(f1), **f1}
