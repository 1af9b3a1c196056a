import tracemalloc

import numpy as np
import pytest

from nabra.tasks.report import changes as module
from nabra.tasks.report.changes import Week, changes
from nabra.tasks.report.scan import Values, stretches

STORIES = 6
UNEVEN = {
    "1 then 15": [1] * 15 + [15] * 15,
    "1 then 20": [1] * 8 + [20] * 32,
    "few between many": [15] * 11 + [1] * 8 + [15] * 11,
}


def series(shares: list[float], count: int, stories: list[int] | None = None) -> list[list[Week]]:
    """Seeded series with a week for each share of stories in favor; six stories a week if nothing else is said."""
    of = stories or [STORIES] * len(shares)
    favor = np.random.default_rng(23).binomial(of, shares, (count, len(shares)))
    return [[Week(n, int(f), n - int(f)) for n, f in zip(of, row, strict=True)] for row in favor]


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


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("stories", UNEVEN.values(), ids=UNEVEN)
def test_weeks_of_few_stories_beside_weeks_of_many_are_no_change(share: float, stories: list[int]) -> None:
    drawn = series([share] * len(stories), 200, stories)
    assert sum(bool(changes(each)) for each in drawn) <= 200 * 0.05


@pytest.mark.parametrize("stories", [[5] * 40, [20] * 30], ids=["five", "twenty"])
def test_weeks_whose_stories_go_together_are_no_change(stories: list[int]) -> None:
    random = np.random.default_rng(3)
    drawn = [series(random.beta(2, 2, len(stories)).tolist(), 1, stories)[0] for _ in range(200)]
    assert sum(bool(changes(each)) for each in drawn) <= 200 * 0.05


def test_a_change_among_weeks_of_many_stories_is_found_beside_weeks_of_few() -> None:
    found = [changes(each) for each in series([0.3] * 24 + [0.7] * 16, 20, UNEVEN["1 then 20"])]
    assert sum(len(each) == 1 and abs(each[0] - 24) <= 1 for each in found) >= 18


def test_stories_on_both_sides_are_between_them() -> None:
    between = [Week(4, 4, 4)] * 12
    assert changes(between) == []
    assert changes(between + [Week(4, 4, 0)] * 12) == [12]


def test_a_stricter_level_tells_less() -> None:
    drawn = series([0.4] * 10 + [0.65] * 10, 40)
    assert sum(bool(changes(each, level=0.001)) for each in drawn) < sum(bool(changes(each)) for each in drawn)


@pytest.mark.parametrize("favor", [[], [1], [0] * 20, [0, 1, 0, 1, 1]])
def test_what_is_short_or_level_has_no_change(favor: list[int]) -> None:
    assert changes([Week(1, each, 1 - each) for each in favor]) == []


def test_the_same_series_has_the_same_changes() -> None:
    (drawn,) = series([0.3] * 10 + [0.7] * 10, 1)
    assert changes(drawn) == changes(drawn)


def test_no_more_orders_are_drawn_than_the_answer_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def counted(sums: Values, stories: Values) -> Values:
        drawn.append(sums.shape[1])
        return stretches(sums, stories)

    monkeypatch.setattr(module, "stretches", counted)
    assert changes([Week(5, 2 + week % 2, 3 - week % 2) for week in range(30)], level=0.0001) == []
    assert sum(drawn) == 1 + module.AT_ONCE


def test_ten_years_of_weeks_take_little_memory() -> None:
    (drawn,) = series([0.35] * 300 + [0.65] * 220, 1)
    tracemalloc.start()
    assert len(changes(drawn, level=0.01)) == 1
    assert tracemalloc.get_traced_memory()[1] < 32e6
    tracemalloc.stop()
