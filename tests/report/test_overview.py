from datetime import date, timedelta

import pytest

from nabra.tasks.report.overview import begin, timeline

FIRST = date(2026, 1, 7)


@pytest.mark.parametrize(
    ("days", "step"), [(1, "day"), (60, "day"), (63, "week"), (430, "week"), (500, "month"), (3_000, "year")]
)
def test_long_periods_are_told_in_longer_steps(days: int, step: str) -> None:
    rows = [{"outlet": "sada", "day": FIRST + timedelta(number), "articles": 1} for number in (0, days - 1)]
    told = timeline(rows)
    assert told.step == step
    assert sum(told.counts["sada"]) == 2
    assert told.bins[0] == begin(FIRST, step)
    assert told.bins[-1] == begin(FIRST + timedelta(days - 1), step)


def test_bins_without_articles_are_there() -> None:
    rows = [{"outlet": outlet, "day": FIRST + timedelta(n), "articles": 2} for outlet, n in (("sada", 0), ("barq", 3))]
    assert timeline(rows).counts == {"barq": [0, 0, 0, 2], "sada": [2, 0, 0, 0]}


def test_articles_without_a_day_give_no_timeline() -> None:
    assert timeline([]).bins == []


@pytest.mark.parametrize(
    ("step", "first"),
    [("day", FIRST), ("week", date(2026, 1, 5)), ("month", date(2026, 1, 1)), ("year", date(2026, 1, 1))],
)
def test_a_day_is_in_the_bin_that_begins_before_it(step: str, first: date) -> None:
    assert begin(FIRST, step) == first
