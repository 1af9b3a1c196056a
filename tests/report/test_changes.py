import numpy as np
import pytest

from nabra.tasks.report.changes import changes

STORIES = 6


def series(shares: list[float], count: int) -> list[list[float]]:
    """Seeded series with a week for each share: of six stories those in favor less those against, over six."""
    favor = np.random.default_rng(23).binomial(STORIES, shares, (count, len(shares)))
    balances: list[list[float]] = ((2 * favor - STORIES) / STORIES).tolist()
    return balances


def test_a_planted_change_is_found_where_it_is() -> None:
    found = [changes(each) for each in series([0.15] * 12 + [0.85] * 12, 50)]
    assert all(found)
    assert sum(any(abs(index - 12) <= 1 for index in each) for each in found) >= 48


@pytest.mark.parametrize("between", [6, 12])
def test_a_level_that_comes_and_goes_is_found(between: int) -> None:
    found = [changes(each) for each in series([0.1] * 12 + [0.9] * between + [0.1] * 14, 20)]
    assert sum(len(each) == 2 and abs(each[0] - 12) <= 1 and abs(each[1] - 12 - between) <= 1 for each in found) >= 18


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("weeks", [8, 30])
def test_of_series_without_any_one_in_twenty_at_most_is_told_to_change(share: float, weeks: int) -> None:
    assert sum(bool(changes(each)) for each in series([share] * weeks, 400)) <= 400 * 0.05


def test_a_stricter_level_tells_less() -> None:
    drawn = series([0.4] * 10 + [0.65] * 10, 40)
    assert sum(bool(changes(each, level=0.001)) for each in drawn) < sum(bool(changes(each)) for each in drawn)


@pytest.mark.parametrize("values", [[], [1.0], [0.0] * 20, [0.0, 1.0, 0.0, 1.0, 1.0]])
def test_what_is_short_or_level_has_no_change(values: list[float]) -> None:
    assert changes(values) == []


def test_the_same_series_has_the_same_changes() -> None:
    (drawn,) = series([0.3] * 10 + [0.7] * 10, 1)
    assert changes(drawn) == changes(drawn)
