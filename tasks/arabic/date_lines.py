"""Date lines: lines that say when, and beside it at most who, where, and how often read.

A line is one if nothing but a date is left after labels (`نشر في`, `آخر تحديث`), bylines (`كتب: سلمى الهادي`), counters
(`12 مشاهدة`), weekdays, clocks, zones and separators are taken off. Up to `MAX_WORDS_BESIDE` other words may stand
beside a date with its year where something else shows that the line is one: a clock, the other calendar's date, a bar
between words and date, a dash and a weekday, or what the page calls the element. A date without its year (14 آذار is a
party, too) and a word such as اليوم (an outlet) need a label, a weekday, a clock or such a name even alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from nabra.tasks.arabic.ages import Age, find_ages
from nabra.tasks.arabic.clocks import Clock, find_clocks
from nabra.tasks.arabic.dates import WEEKDAY, Day, Moment, date_key, find_days, find_yearless, plausible
from nabra.tasks.arabic.months import alternatives

MAX_LINE_CHARS: Final = 160
MAX_SHORT_LINE_CHARS: Final = 80
MAX_WORDS_BESIDE: Final = 4
CLOCK_REACH: Final = 40  # characters between a date and its clock
SAME_DAY: Final = timedelta(days=2)  # of two calendars, at most
ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)  # where it is asked whether a line has a date, not which
# What a date line calls its date, folded.
LABELS: Final = (
    "نشر", "نشرت", "النشر", "نشره", "نشرها", "منشور", "منشوره", "تم", "تاريخ", "بتاريخ", "التاريخ", "وقت", "توقيت",
    "بتوقيت", "بالتوقيت", "المحلي", "تحديث", "التحديث", "تحديثه", "تحديثها", "محدث", "حدث", "حدثت", "تعديل",
    "التعديل", "عدل", "اخر", "اضيف", "اضيفت", "اضافه", "الاضافه", "ادراج", "ادرج", "كتب", "كتبت", "كتابه", "ارسل",
    "ارسلت", "مرسل", "انشئ", "انشئت", "انشاء", "صدر", "تحرير", "حرر", "الخبر", "خبر", "المقال", "مقال", "المقاله",
    "الموضوع", "الماده", "التقرير", "في", "من", "يوم", "ليوم", "اليوم", "امس", "الساعه", "ساعه", "عند", "علي", "الي",
    "تمام", "الموافق", "موافق", "ل", "و", "عام", "سنه", "لسنه", "لعام", "شهر", "م", "ه", "هجري", "هجريه", "ميلادي",
    "ميلاديه", "published", "posted", "updated", "update", "modified", "created", "written", "release", "date", "time",
    "last", "first", "on", "at", "the", "t", "le", "à", "publié", "mis", "jour",
)  # fmt: skip
LABEL: Final = re.compile(rf"(?<!\w)(?:{alternatives(LABELS)})(?!\w)")
COUNTED: Final = (
    "مشاهده", "مشاهدات", "المشاهدات", "قراءه", "قراءات", "القراءات", "قارئ", "زياره", "زيارات", "الزيارات", "تعليق",
    "تعليقات", "التعليقات", "تعليقا", "مره", "مرات", "عدد", "العدد", "دقائق قراءه", "دقيقه قراءه", "views", "view",
    "comments", "comment",
)  # fmt: skip
_COUNTED: Final = rf"(?:{alternatives(COUNTED)})(?!\w)"
COUNTER: Final = re.compile(rf"(?<!\w)(?:\d[\d,.]*\s?k?\s*{_COUNTED}|(?:{_COUNTED}\s*)+:?\s*(?:\d[\d,.]*)?)")
# A verb could begin a sentence, unless a colon follows.
BYLINE: Final = re.compile(
    r"(?<!\w)(?:(?:بقلم|بواسطه|by)\s*+[:/]?|"
    r"(?:كتب|كتبت|كتبه|اعداد|تحرير|المحرر|المصدر|مصدر|الكاتب|الكاتبه|القسم|قسم|التصنيف|تصنيف|متابعه|ترجمه|المراسل|"
    r"مراسل)\s*+[:/])"
    r"\s*+(?:[^\W\d]++[\s.،]*+){1,5}"
)
# Of what pages put side by side. A dash stands in captions, too: ميدان التحرير - 25 يناير 2011
BAR: Final = re.compile(r"[|•·»«]")
DASH: Final = re.compile(r"[|•·»«–—]|\s[\-/]\s")
SIGN: Final = re.compile(r"(?<!\w)(?:ال)?(?:نشرت?|ب?تاريخ|تحديث|تعديل|اضيفت?|published|posted|updated)(?!\w)")
WORD: Final = re.compile(r"\w+")
MARK: Final = "\0"
_BEFORE: Final = r"\W{0,9}+(?:\w{1,30}+\W{1,9}+){0,2}$"
UPDATED: Final = re.compile(rf"(?:تحديث|تحديثه|تعديل|updated?|modified){_BEFORE}")
PUBLISHED: Final = re.compile(rf"(?:نشر|نشرت|النشر|published){_BEFORE}")


@dataclass(frozen=True)
class DateLine:
    """A short line, taken apart; ages count back from `fetched_at`, clocks without a zone are of `zone` (IANA)."""

    text: str
    fetched_at: datetime
    zone: str

    @cached_property
    def key(self) -> str:
        """The line, folded."""
        return date_key(self.text)

    @cached_property
    def dates(self) -> list[Day | Age]:
        """All dates, those with a year first, then ages, then those without a year; none over another."""
        apart: list[Day | Age] = []
        for reader in (find_days(self.key), find_ages(self.key, self.fetched_at)):
            _add_apart(reader, apart)
        _add_apart(find_yearless(_masked(self.key, [(d.start, d.end) for d in apart]), self.fetched_at), apart)
        return [date for date in apart if not date.is_weak or self._can_count(date, apart)]

    def _can_count(self, weak: Day | Age, dates: list[Day | Age]) -> bool:
        """Whether a word such as اليوم is no name, as in `كتب: المصري اليوم`, and there is no fuller date beside it."""
        names = [match.span() for match in BYLINE.finditer(self.key)]
        return all(date.is_weak for date in dates) and not any(start < weak.start < end for start, end in names)

    @cached_property
    def clocks(self) -> list[Clock]:
        """The clocks beside the dates."""
        return find_clocks(_masked(self.key, [(date.start, date.end) for date in self.dates]), self.zone)

    @cached_property
    def rest(self) -> str:
        """The line without dates and clocks, labels, bylines and counters; where they stood, dates are marked."""
        spans = [(date.start, date.end) for date in self.dates]
        rest = _masked(_masked(self.key, spans), [span for clock in self.clocks for span in clock.spans], " ")
        for pattern in (COUNTER, BYLINE, WEEKDAY, LABEL):
            rest = pattern.sub(" ", rest)
        return rest

    @property
    def words_beside(self) -> int:
        """How many words and numbers say something else."""
        return len(WORD.findall(self.rest))

    @property
    def best(self) -> Day | Age | None:
        """The date of publication, or else of an update; None where none can be true."""
        possible = [date for date in self.dates if plausible(date.at, self.fetched_at)]
        published = [date for date in possible if PUBLISHED.search(self.key[: date.start])]
        first = [date for date in possible if not UPDATED.search(self.key[: date.start])]
        return next(iter(published or first or possible), None)

    @property
    def has_sign(self) -> bool:
        """Whether a clock, a weekday or a label beside the date shows that the line is about one."""
        return bool(self.clocks or WEEKDAY.search(self.key) or SIGN.search(self.key))

    @property
    def is_double(self) -> bool:
        """Whether it gives its day by both calendars, as in agencies' datelines."""
        return len({date.hijri for date in self.dates if isinstance(date, Day)}) > 1

    def is_apart(self, separator: re.Pattern[str]) -> bool:
        """Whether no other word stands between the same separators as a date."""
        return not any(MARK in part and WORD.search(part) for part in separator.split(self.rest))

    def moment(self, date: Day | Age) -> Moment:
        """The moment of a date of this line, with the clock that stands nearest, after it rather than before."""
        if isinstance(date, Age) and date.has_clock:
            return Moment(date.at, "UTC")
        at = date.at.astimezone(ZoneInfo(self.zone)) if isinstance(date, Age) else date.at
        day = datetime.combine(at.date(), time(), UTC)
        clock = None if isinstance(date, Age) and not date.is_weak else self._clock(date)
        if clock is None:
            return Moment(day, None, isinstance(date, Day) and date.hijri)
        return Moment(*clock.on(day, self.zone), isinstance(date, Day) and date.hijri)

    def _clock(self, date: Day | Age) -> Clock | None:
        others = [other for other in self.dates if abs(other.at - date.at) > SAME_DAY]
        after = [c for c in self.clocks if _is_next(date.end, c.start, others)]
        before = [c for c in self.clocks if _is_next(c.end, date.start, others)]
        return after[0] if after else before[-1] if before else None


def read_date_line(text: str, fetched_at: datetime, zone: str, *, is_named: bool = False) -> Moment | None:
    """When a date line says that something was published; None where the line is none or its date cannot be true.

    `is_named`: the page calls the element so, as in `class="post-date"`.
    """
    if len(text) > MAX_LINE_CHARS:
        return None
    line = DateLine(text, fetched_at, zone)
    date = line.best
    return line.moment(date) if date and _is_date_line(line, date, is_named) else None


def has_label(text: str) -> bool:
    """Whether a line has a word such as نشر or تاريخ."""
    return bool(SIGN.search(date_key(text)))


def is_date_line(text: str) -> bool:
    """Whether a short line says when, and perhaps who or where, and nothing else."""
    if len(text) > MAX_SHORT_LINE_CHARS:
        return False
    line = DateLine(text, ANY_DAY, "UTC")
    return any(_is_date_line(line, date, is_named=line.is_apart(DASH)) for date in line.dates if not date.is_weak)


def _is_date_line(line: DateLine, date: Day | Age, is_named: bool) -> bool:
    if not line.words_beside:
        return not date.is_weak or is_named or line.has_sign
    if not isinstance(date, Day) or date.is_weak or line.words_beside > MAX_WORDS_BESIDE:
        return False
    if is_named or line.clocks or line.is_apart(BAR) or line.is_double:
        return True
    return bool(WEEKDAY.search(line.key)) and line.is_apart(DASH)


def _is_next(end: int, start: int, others: list[Day | Age]) -> bool:
    """Whether what starts there stands shortly after what ends here, and no other date between them."""
    return 0 <= start - end <= CLOCK_REACH and not any(end <= other.start < start for other in others)


def _masked(key: str, spans: list[tuple[int, int]], mark: str = MARK) -> str:
    for start, end in spans:
        key = key[:start] + mark * (end - start) + key[end:]
    return key


def _add_apart(dates: Iterable[Day | Age], apart: list[Day | Age]) -> None:
    for date in dates:
        if all(date.end <= other.start or date.start >= other.end for other in apart):
            apart.append(date)
