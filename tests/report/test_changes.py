import numpy as np
import pytest

from nabra.tasks.report.changes import changes

RANDOM = np.random.default_rng(23)


def weekly_balance(shares: list[float], stories: int = 6) -> list[float]:
    """For each share: of so many stories that week, those for less those against, over all."""
    favor = RANDOM.binomial(stories, shares)
    return list((2 * favor - stories) / stories)


def test_a_planted_change_is_found_where_it_is() -> None:
    found = [changes(weekly_balance([0.15] * 12 + [0.85] * 12)) for _ in range(50)]
    assert all(found)
    assert sum(any(abs(index - 12) <= 1 for index in each) for each in found) >= 48


def test_two_planted_changes_are_found() -> None:
    found = [changes(weekly_balance([0.1] * 12 + [0.9] * 12 + [0.1] * 14)) for _ in range(20)]
    assert sum(len(each) == 2 and abs(each[0] - 12) <= 1 and abs(each[1] - 24) <= 1 for each in found) >= 18


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("weeks", [8, 30])
def test_a_series_without_any_gives_one_in_twenty_at_most(share: float, weeks: int) -> None:
    told = sum(bool(changes(weekly_balance([share] * weeks))) for _ in range(400))
    assert told <= 400 * 0.05 + 2 * np.sqrt(400 * 0.05 * 0.95)


def test_a_stricter_level_tells_less() -> None:
    series = [weekly_balance([0.4] * 10 + [0.65] * 10) for _ in range(40)]
    assert sum(bool(changes(each, level=0.001)) for each in series) < sum(bool(changes(each)) for each in series)


@pytest.mark.parametrize("values", [[], [1.0], [0.0] * 20, [0.0, 1.0, 0.0, 1.0, 1.0]])
def test_what_is_short_or_level_has_no_change(values: list[float]) -> None:
    assert changes(values) == []


def test_the_same_series_has_the_same_changes() -> None:
    series = weekly_balance([0.3] * 10 + [0.7] * 10)
    assert changes(series) == changes(series)
