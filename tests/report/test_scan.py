import numpy as np
import pytest

from nabra.tasks.report.scan import splits, stretches


def taken_off(sides: list[int], first: int, last: int) -> float:
    """By how much a mean of its own for a stretch of stories lessens the sum of squared deviations."""
    inside, outside = np.array(sides[first:last]), np.array(sides[:first] + sides[last:])
    return float(np.var(sides) * len(sides) - np.var(inside) * len(inside) - np.var(outside) * len(outside))


def test_the_best_stretch_is_that_which_takes_most_off_the_sum_of_squares() -> None:
    sides = [-1, -1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1]
    weeks = np.array(sides)[:, None], np.ones((12, 1))
    best = max(
        taken_off(sides, first, last) for first in range(10) for last in range(first + 3, 13) if last - first < 10
    )
    assert stretches(*weeks)[0] == pytest.approx(best**0.5)
    assert splits(*weeks)[0] == pytest.approx(max(taken_off(sides, 0, last) for last in range(3, 10)) ** 0.5)


def test_a_week_weighs_as_much_as_it_has_stories() -> None:
    sums, stories = np.array([[1], [1], [1], [-4], [2], [-6]]), np.array([[1], [1], [1], [4], [4], [6]])
    sides = [1, 1, 1, -1, -1, -1, -1, 1, 1, 1, -1] + [-1] * 6
    assert splits(sums, stories)[0] == pytest.approx(taken_off(sides, 0, 3) ** 0.5)


def test_series_side_by_side_are_scanned_each_by_itself() -> None:
    random = np.random.default_rng(5)
    stories = random.integers(1, 9, (30, 4))
    sums = random.binomial(stories, 0.5) * 2 - stories
    alone = [stretches(sums[:, [column]], stories[:, [column]])[0] for column in range(4)]
    assert stretches(sums, stories) == pytest.approx(alone)
