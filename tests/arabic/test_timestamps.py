from datetime import UTC, datetime

import pytest

from nabra.tasks.arabic.timestamps import parse_time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-12T09:30:00+03:00", datetime(2024, 5, 12, 6, 30, tzinfo=UTC)),
        ("2024-05-12 09:30:00", datetime(2024, 5, 12, 9, 30, tzinfo=UTC)),
        ("2024-05-12", datetime(2024, 5, 12, tzinfo=UTC)),
        ("Sun, 12 May 2024 09:30:00 +0300", datetime(2024, 5, 12, 6, 30, tzinfo=UTC)),
        ("Sun, 12 May 2024 09:30:00 GMT", datetime(2024, 5, 12, 9, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+03:00", None),
        ("أمس", None),
        ("  ", None),
        (None, None),
    ],
)
def test_dates_of_feeds_and_rows_become_utc_or_none(text: str | None, moment: datetime | None) -> None:
    assert parse_time(text) == moment


def test_a_date_without_a_zone_counts_in_the_one_given_and_one_with_it_does_not() -> None:
    assert parse_time("2024-05-12 09:30:00", "Asia/Riyadh") == datetime(2024, 5, 12, 6, 30, tzinfo=UTC)
    assert parse_time("2024-05-12T09:30:00Z", "Asia/Riyadh") == datetime(2024, 5, 12, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["1" * 10_000_000, "Mon, " * 100_000, "(" * 100_000, "20240512T" + "0" * 5_000, "Mon,", "x -"]
)
def test_what_is_far_too_long_or_half_a_date_is_none(text: str) -> None:
    assert parse_time(text) is None
