"""Days of the calendar in a line: `الأحد 12 أيار/مايو 2024`, `12/05/2024`, `15 شعبان 1445 هـ`, `8 من شهر مايو 2017`.

dateparser, which trafilatura brings, knows the Egyptian and Gulf month names only and reads nothing with other words
around it, so the grammar is our own. Islamic dates are turned by hijridate (Umm al-Qura).

Of two numbers the first is the day, as Arabic news writes it, unless only the second can be one: `5/28/2024`. No other
date of the source is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hijridate import Hijri

from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.months import GREGORIAN_MONTHS, HIJRI_MONTHS, alternatives, month_number

OLDEST: Final = 1990  # there was no web before
WEEKDAYS: Final = (
    ("الاثنين", "اثنين", "الاتنين", "monday", "mon", "lundi"),
    ("الثلاثاء", "ثلاثاء", "الثلثاء", "tuesday", "tue", "tues", "mardi"),
    ("الاربعاء", "اربعاء", "wednesday", "wed", "mercredi"),
    ("الخميس", "خميس", "thursday", "thu", "thur", "thurs", "jeudi"),
    ("الجمعه", "جمعه", "friday", "fri", "vendredi"),
    ("السبت", "سبت", "saturday", "sat", "samedi"),
    ("الاحد", "احد", "sunday", "sun", "dimanche"),
)
WEEKDAY_OF: Final = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
WEEKDAY: Final = re.compile(rf"(?<!\w)(?P<name>{alternatives(WEEKDAY_OF)})(?!\w)")
# After how many years at the latest a day falls on the same weekday again.
WEEKDAY_YEARS: Final = 11

_G: Final = rf"(?:{alternatives(GREGORIAN_MONTHS)})(?![^\W\d])\.?"
_H: Final = rf"(?:{alternatives(HIJRI_MONTHS)})(?![^\W\d])"
_DAY: Final = r"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th|er)?"
_DASH: Final = r"\s?[-/.\\]\s?"
_TO_MONTH: Final = r"(?:\s*+[,،\-/.(]\s*+|\s*+(?:من\s++)?(?:شهر\s++)?)"
_TO_YEAR: Final = r"\s*+[,،\-/]?\s*+(?:من\s++)?(?:(?:ال|ل)?(?:عام|سنه)\s++)?"
_AD: Final = r"(?:\s?(?:م|ميلادي|ميلاديه|ad)(?![^\W\d]))?"
_AH: Final = r"(?:\s?(?:ه|هجري|هجريه|للهجره)(?![^\W\d]))?"
_YEAR: Final = rf"(?P<year>(?:19|20)\d\d)(?!\d){_AD}"
_HIJRI_YEAR: Final = rf"(?P<year>1[34]\d\d)(?!\d){_AH}"
# مايو/أيار, أيار (مايو), كانون الثاني يناير
_PAIR: Final = rf"(?P<month>{_G})\s?\)?(?:\s*+(?:[/(\[\-–—,،|=]|او\s)?\s*+(?P<other>{_G})\s?[)\]]?)?"
GREGORIAN: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?P<year>(?:19|20)\d\d){_DASH}(?P<month>\d\d?){_DASH}(?P<day>\d\d?)(?!\d)(?:t(?=\d))?",
        rf"(?<!\d)(?P<day>\d\d?){_DASH}(?P<month>\d\d?){_DASH}{_YEAR}",
        rf"{_DAY}{_TO_MONTH}{_PAIR}{_TO_YEAR}{_YEAR}",
        rf"(?<!\w){_PAIR}\s*+[,،/\-]?\s*+{_DAY}(?!\d)\s*+[,،/\-]?\s*+{_YEAR}",
        rf"(?<!\d)(?P<year>(?:19|20)\d\d){_TO_MONTH}{_PAIR}\s*+[,،/\-]?\s*+{_DAY}(?![\d:])",
        # RFC 822: a year of two digits, before a clock.
        rf"{_DAY}[\s\-]{_PAIR}[\s\-](?P<year>\d\d)(?=\s++\d\d?:\d)",
    )
)
HIJRI: Final = (
    re.compile(rf"{_DAY}{_TO_MONTH}(?P<month>{_H}){_TO_YEAR}{_HIJRI_YEAR}"),
    re.compile(rf"(?<!\d)(?P<year>1[34]\d\d){_DASH}(?P<month>\d\d?){_DASH}(?P<day>\d\d?)(?!\d){_AH}"),
    re.compile(rf"(?<!\d)(?P<day>\d\d?){_DASH}(?P<month>\d\d?){_DASH}{_HIJRI_YEAR}"),
)
YEARLESS: Final = re.compile(rf"(?<![\d/.\-]){_DAY}{_TO_MONTH}{_PAIR}(?!\s*+[,،/\-]?\s*+\d\d)")
# Sun May 12 10:30:00 EET 2024, as C, Java and JavaScript write it.
C_TIME: Final = re.compile(
    r"(?P<month>[a-z]{3})\s+(?P<day>\d\d?)\s+(?P<clock>\d\d:\d\d:\d\d(?:\s+[a-z+\-\d:]{1,9})?)\s+(?P<year>\d{4})(?!\d)"
)
_PLAIN: Final = str.maketrans(
    {0x6F0 + number: str(number) for number in range(10)}
    | dict.fromkeys("\u2010\u2011\u2012\u2212", "-")
    | dict.fromkeys([0x61C, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
# Stretched, a tatweel stands for a dash between numbers.
_TATWEEL_DASH: Final = re.compile("(?<=\\d)\\s?\u0640+\\s?(?=\\d)")


@dataclass(frozen=True)
class Moment:
    """When, in UTC; `zone` is that of the clock read, None where only a day is known: then it is its 00:00 UTC.

    `hijri`: the line gave the day by the Islamic calendar alone, whose months can begin a day later elsewhere.
    """

    at: datetime
    zone: str | None = None
    hijri: bool = False


@dataclass(frozen=True)
class Day:
    """A day that a line names, at its 00:00 UTC, and where it does; `is_weak` where the line does not name the year."""

    start: int
    end: int
    at: datetime
    hijri: bool = False
    is_weak: bool = False


def plausible(at: datetime, fetched_at: datetime) -> bool:
    """True if an article fetched then can have been published at the moment: clocks and zones may be a day wrong."""
    return at.year >= OLDEST and at <= fetched_at + timedelta(days=1)


def date_key(text: str) -> str:
    """A line in which all spellings of a date meet: folded, with Latin digits, without marks of direction."""
    plain = unicodedata.normalize("NFKC", _TATWEEL_DASH.sub("-", text)).translate(_PLAIN)
    return C_TIME.sub(r"\g<day> \g<month> \g<year> \g<clock>", fold(plain))


def find_days(key: str) -> Iterator[Day]:
    """The days that a folded line names with their year: Gregorian ones before Islamic ones."""
    yield from sorted(_days(key, GREGORIAN, _gregorian), key=lambda day: day.start)
    yield from _days(key, HIJRI, _islamic)


def find_yearless(key: str, fetched_at: datetime) -> Iterator[Day]:
    """The days that a folded line names without a year: of the last that the fetch and a named weekday allow."""
    weekday = WEEKDAY.search(key)
    wanted = WEEKDAY_OF[weekday["name"]] if weekday else None
    for match in YEARLESS.finditer(key):
        for year in range(fetched_at.year, fetched_at.year - WEEKDAY_YEARS - 1, -1):
            at = _day(match, lambda _, year=year: year)  # type: ignore[misc]
            if at and plausible(at, fetched_at) and wanted in (None, at.weekday()):
                yield Day(*match.span(), at, is_weak=True)
                break


def _days(
    key: str, patterns: tuple[re.Pattern[str], ...], read: Callable[[re.Match[str]], datetime | None]
) -> Iterator[Day]:
    for pattern in patterns:
        for match in pattern.finditer(key):
            if at := read(match):
                yield Day(*match.span(), at, hijri=patterns is HIJRI)


def _gregorian(match: re.Match[str]) -> datetime | None:
    return _day(match, _full_year)


def _full_year(match: re.Match[str]) -> int:
    year = int(match["year"])
    return year if year > 99 else year + (1900 if year > 68 else 2000)


def _day(match: re.Match[str], year_of: Callable[[re.Match[str]], int]) -> datetime | None:
    day, month = int(match["day"]), month_number(match["month"].rstrip("."), GREGORIAN_MONTHS)
    other = match.groupdict().get("other")
    if other and month_number(other.rstrip("."), GREGORIAN_MONTHS) != month:
        return None
    if month > 12 >= day:
        month, day = day, month
    try:
        return datetime(year_of(match), month, day, tzinfo=UTC)
    except ValueError:
        return None


def _islamic(match: re.Match[str]) -> datetime | None:
    try:
        day: date = Hijri(
            int(match["year"]), month_number(match["month"], HIJRI_MONTHS), int(match["day"])
        ).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
