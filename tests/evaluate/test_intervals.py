"""Intervals by the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from nabra.tasks.evaluate.intervals import interval, scores_of


def counts(*right: int) -> np.ndarray:
    return np.array([[(one, 10, 10)] for one in right], dtype=np.float64)


def test_a_score_lies_within_its_interval_and_the_same_data_give_the_same() -> None:
    scores = scores_of(counts(5, 7, 9, 10, 2, 8), ("LAS",))
    low, high = interval(scores, "LAS") or (0.0, 0.0)
    assert scores["LAS"] == pytest.approx(41 / 60)
    assert low < scores["LAS"] < high
    assert scores_of(counts(5, 7, 9, 10, 2, 8), ("LAS",)) == scores


def test_the_interval_is_that_of_the_mean_where_sentences_are_alike_in_length() -> None:
    right = np.random.default_rng(1).integers(0, 11, size=400)
    low, high = interval(scores_of(counts(*right.tolist()), ("LAS",)), "LAS") or (0.0, 0.0)
    error = right.std() / 10 / 20
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_sentences_that_are_all_right_leave_no_doubt_and_nothing_is_zero() -> None:
    assert interval(scores_of(counts(10, 10), ("LAS",)), "LAS") == (1.0, 1.0)
    assert scores_of(np.zeros((2, 1, 3)), ("LAS",))["LAS"] == 0.0
    assert interval({"LAS": 0.5}, "LAS") is None
