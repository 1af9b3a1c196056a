"""Terms: from which day to which day something held."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from nabra.tasks.data_files import Entry

_EARLIEST: Final = date.min
_YEAR_OR_MONTH: Final = re.compile(r"(\d{4})(?:-(\d\d))?")


class LikelyDay(date):
    """A day that an undated article seems to be of: good enough for whom its people spoke, not for who is meant."""


def article_day(article: Mapping[str, Any]) -> date | None:
    """The day on which an article of `clean` was published (UTC); None where nobody knows."""
    published = article.get("published_at")
    return published.date() if isinstance(published, datetime) else None


def _first_day(value: object) -> object:
    """2015, "2015" and "2015-04" as their first day."""
    return _day(value, first=True)


def _last_day(value: object) -> object:
    """2015, "2015" and "2015-04" as their last day."""
    return _day(value, first=False)


def _day(value: object, *, first: bool) -> object:
    if isinstance(value, date | None):
        return value
    found = _YEAR_OR_MONTH.fullmatch(str(value))
    year, month = (int(found[1]), int(found[2] or (1 if first else 12))) if found else (0, 0)
    if not (date.min.year <= year and 1 <= month <= 12):
        raise ValueError('write a day (2015-04-29), a month ("2015-04") or a year (2015)')
    return date(year, month, 1 if first else calendar.monthrange(year, month)[1])


class Term(Entry):
    """From the first day of `from` to the last of `until`, either of which may be unknown: a day, a month, a year."""

    start: Annotated[date | None, BeforeValidator(_first_day)] = Field(None, alias="from")
    until: Annotated[date | None, BeforeValidator(_last_day)] = None

    @model_validator(mode="after")
    def _in_order(self) -> Term:
        if self.start and self.until and self.until < self.start:
            raise ValueError(f"until = {self.until} is before from = {self.start}")
        return self

    @property
    def begins(self) -> date:
        """Its first day, the first of all where that is unknown."""
        return self.start or _EARLIEST

    def holds(self, day: date | None) -> bool:
        """True if the day lies in it; of an unknown day, too."""
        return day is None or (self.begins <= day and (self.until is None or day <= self.until))

    def overlap(self, other: Term) -> int:
        """The days that two terms share; as many as to the last of all days where neither has an end."""
        end = min(self.until or date.max, other.until or date.max)
        return (end - max(self.begins, other.begins)).days
