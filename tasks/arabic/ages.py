"""How long ago something was: `منذ ساعتين`, `قبل عامين`, `3 ساعات مضت`, `أمس`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nabra.tasks.arabic.months import alternatives

# One, two (in both cases), many, and their counted form, folded.
UNITS: Final = {
    "seconds": ("ثانيه", "ثانيتين", "ثانيتان", "ثوان", "ثواني", "second", "seconds"),
    "minutes": ("دقيقه", "دقيقتين", "دقيقتان", "دقائق", "دقايق", "minute", "minutes", "min", "mins"),
    "hours": ("ساعه", "ساعتين", "ساعتان", "ساعات", "hour", "hours"),
    "days": ("يوم", "يومين", "يومان", "ايام", "يوما", "day", "days"),
    "weeks": ("اسبوع", "اسبوعين", "اسبوعان", "اسابيع", "اسبوعا", "week", "weeks"),
    "months": ("شهر", "شهرين", "شهران", "اشهر", "شهور", "شهرا", "month", "months"),
    "years": (
        "سنه", "سنتين", "سنتان", "سنوات", "سنين", "عام", "عامين", "عامان", "اعوام", "عاما", "year", "years",
    ),
}  # fmt: skip
UNIT_OF: Final = {name: unit for unit, names in UNITS.items() for name in names}
# يومين ends as many plurals do, so the duals are told by what they are duals of.
DUALS: Final = frozenset(
    f"{stem}{ending}"
    for stem in ("ثانيت", "دقيقت", "ساعت", "يوم", "اسبوع", "شهر", "سنت", "عام")
    for ending in ("ين", "ان")
)
# قبل أيام does not say how many.
MANY: Final = frozenset(
    {"ثوان", "ثواني", "دقائق", "دقايق", "ساعات", "ايام", "اسابيع", "اشهر", "شهور", "سنوات", "سنين", "اعوام"}
)
NUMBERS: Final = {
    word: float(number)
    for number, stem in enumerate(("ثلاث", "اربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"), start=3)
    for word in (stem, f"{stem}ه")
} | {"ثمان": 8.0, "نصف": 0.5, "ربع": 0.25, "a": 1.0, "an": 1.0, "one": 1.0}
CLOCK_UNITS: Final = frozenset({"seconds", "minutes", "hours"})
DAYS_AGO: Final = {
    "اليوم": 0, "امس": 1, "البارحه": 1, "اول امس": 2, "اول من امس": 2, "امس الاول": 2, "قبل امس": 2, "today": 0,
    "yesterday": 1,
}  # fmt: skip


def _amount(number: str) -> str:
    """A pattern of `5 ساعات`, `خمس ساعات`, `ساعتين`, `ساعة واحدة`."""
    return (
        rf"(?:(?P<amount{number}>\d{{1,4}}|{alternatives(NUMBERS)})\s*+)?"
        rf"(?P<unit{number}>{alternatives(UNIT_OF)})(?![^\W\d])(?:\s+واحده?(?!\w))?"
    )


_AMOUNTS: Final = rf"{_amount('1')}(?:\s*(?:و|,|،|and)\s*{_amount('2')})?(?P<half>\s*و\s*نصف)?"
AGES: Final = (
    re.compile(rf"(?<!\w)(?:منذ|قبل|مضي علي|مضت علي)\s+(?:حوالي\s+|نحو\s+)?{_AMOUNTS}(?:\s+(?:مضت|مضي|خلت))?(?!\w)"),
    re.compile(rf"(?<!\w){_AMOUNTS}\s+(?:مضت|مضي|خلت|ago)(?!\w)"),
    # من أشهر and من عام are `among` and `of`, so the preposition of the dialects needs a number or a dual.
    re.compile(rf"(?<!\w)من\s+(?=\d|{alternatives(DUALS)}){_AMOUNTS}(?!\w)"),
)
DAY_WORD: Final = re.compile(rf"(?<!\w)(?P<day>{alternatives(DAYS_AGO)})(?!\w)")
JUST_NOW: Final = re.compile(r"(?<!\w)(?:(?:قبل|منذ)\s+(?:قليل|لحظات|ثوان|ثواني|دقائق)|للتو|just now)(?!\w)")
NOW: Final = re.compile(r"(?<!\w)(?:الان|now)(?!\w)")


@dataclass(frozen=True)
class Age:
    """The moment so long ago, and where the line says it.

    `has_clock` where hours or minutes are counted; `is_weak` for a word such as اليوم, which names outlets, too.
    """

    start: int
    end: int
    at: datetime
    has_clock: bool
    is_weak: bool = False


def find_ages(key: str, now: datetime) -> Iterator[Age]:
    """How long ago a folded line says that something was, counted back from `now`."""
    for pattern in AGES:
        for match in pattern.finditer(key):
            units = {UNIT_OF[match[unit]] for unit in ("unit1", "unit2") if match[unit]}
            if not match["amount1"] and match["unit1"] in MANY:
                continue
            try:
                yield Age(*match.span(), _before(now, match), bool(units & CLOCK_UNITS))
            except (OverflowError, ValueError):
                continue
    for pattern, is_weak in ((JUST_NOW, False), (NOW, True)):
        yield from (Age(*match.span(), now, True, is_weak) for match in pattern.finditer(key))
    for match in DAY_WORD.finditer(key):
        days = DAYS_AGO[" ".join(match["day"].split())]
        yield Age(*match.span(), now - timedelta(days=days), has_clock=False, is_weak=True)


def _before(now: datetime, match: re.Match[str]) -> datetime:
    moment = now
    for number in ("1", "2"):
        if unit := match[f"unit{number}"]:
            moment = _back(moment, _count(match[f"amount{number}"], unit), UNIT_OF[unit])
    return _back(moment, 0.5, UNIT_OF[match["unit1"]]) if match["half"] else moment


def _count(word: str | None, unit: str) -> float:
    if unit in DUALS:
        return 2
    return 1 if word is None else NUMBERS.get(word) or int(word)


def _back(moment: datetime, amount: float, unit: str) -> datetime:
    """So much earlier; months and years by the calendar, to its last day where a month is shorter."""
    months = round(amount * {"months": 1, "years": 12}.get(unit, 0))
    if not months:
        return moment - timedelta(**{unit: amount})
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
