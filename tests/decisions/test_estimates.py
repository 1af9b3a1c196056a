"""Precision from a judged sample: right where the truth is known, with intervals that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from nabra.tasks.decisions.estimates import Estimate, Stratum, bounds, estimate

DRAWS = 1000
# Findings of each stratum and how many of them are right, and how many are judged.
WAREHOUSES = {
    "even": ([400, 300, 200, 100], [340, 210, 120, 60], [40, 30, 20, 10]),
    "one large": ([5000, 120, 80], [4000, 60, 20], [60, 20, 20]),
    "good": ([900, 600, 500], [801, 528, 450], [70, 50, 40]),
    "many small": ([30] * 20, [21] * 20, [5] * 20),
}


@pytest.mark.parametrize("name", WAREHOUSES)
def test_the_interval_holds_the_truth_in_95_of_100_samples(name: str) -> None:
    rows, right, judged = map(np.array, WAREHOUSES[name])
    found = np.random.default_rng(7).hypergeometric(right, rows - right, judged, size=(DRAWS, len(rows)))
    _, low, high = bounds(rows, judged, found)
    truth = right.sum() / rows.sum()
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.97


def test_a_stratum_weighs_as_many_findings_as_it_has() -> None:
    found = estimate([Stratum(900, 10, 10), Stratum(100, 10, 0)])
    assert found
    assert found.precision == pytest.approx(0.9)


def test_all_right_is_not_certain_and_all_judged_is() -> None:
    some, all_of_them = estimate([Stratum(1000, 30, 30)]), estimate([Stratum(30, 30, 24)])
    assert some
    assert (some.precision, some.high) == (1.0, 1.0)
    assert 0.8 < some.low < 0.95
    assert all_of_them == Estimate(30, 0.8, pytest.approx(0.8), pytest.approx(0.8))


def test_what_was_not_judged_says_nothing() -> None:
    assert estimate([Stratum(10, 0, 0)]) is None
    assert estimate([]) is None


def test_a_count_is_corrected_with_its_bounds() -> None:
    assert Estimate(40, 0.8, 0.7, 0.9).of(1000) == (800, 700, 900)
