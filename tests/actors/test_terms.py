"""Terms: days, months and years, known and unknown ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nabra.tasks.actors.terms import Term, article_day
from nabra.tasks.data_files import read_data_file
from nabra.tasks.errors import ConfigError


def term(folder: Path, text: str) -> Term:
    (folder / "term.toml").write_text(text, encoding="utf-8")
    return read_data_file(folder / "term.toml", Term)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("from = 2015-04-29\nuntil = 2018-12-27", date(2015, 4, 29), date(2018, 12, 27)),
        ('from = "2015-04"\nuntil = "2016-02"', date(2015, 4, 1), date(2016, 2, 29)),
        ('from = 2015\nuntil = "2018"', date(2015, 1, 1), date(2018, 12, 31)),
    ],
)
def test_a_month_or_a_year_is_meant_whole(tmp_path: Path, text: str, first: date, last: date) -> None:
    known = term(tmp_path, text)
    assert (known.start, known.until) == (first, last)
    assert known.holds(first)
    assert known.holds(last)
    assert not known.holds(date(2014, 12, 31))
    assert not known.holds(date(2019, 1, 1))


def test_an_unknown_end_is_open_and_an_unknown_day_lies_in_every_term(tmp_path: Path) -> None:
    assert term(tmp_path, "from = 2015").holds(date(2100, 1, 1))
    assert term(tmp_path, "until = 2015").holds(date(1900, 1, 1))
    assert term(tmp_path, "until = 2015").holds(None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('from = "in spring"', 'from: write a day (2015-04-29), a month ("2015-04") or a year (2015)'),
        ('from = "2015-13"', "write a day"),
        ("from = 2018\nuntil = 2015", "until = 2015-12-31 is before from = 2018-01-01"),
        ("since = 2018", "unknown key since; allowed: from, until"),
    ],
)
def test_a_term_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        term(tmp_path, text)
    assert told in str(error.value)


def test_an_article_without_a_date_has_no_day() -> None:
    assert article_day({"published_at": datetime(2016, 3, 1, 23, 59, tzinfo=UTC)}) == date(2016, 3, 1)
    assert article_day({"published_at": None}) is None
    assert article_day({}) is None
