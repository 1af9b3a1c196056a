"""Arabic dates: the moment that a line such as `الأحد 12 أيار 2024 - 10:30 ص` or `منذ ساعتين` names.

dateparser, which trafilatura brings, knows the Egyptian and Gulf month names and half of the relative forms, and reads
nothing with other words around it, so the grammar is our own. Hijri dates are turned by hijridate (Umm al-Qura).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hijridate import Hijri

from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.timestamps import parse_time

# Folded: ا for all hamza forms, ه for ة, ي for ى. Egypt and the Gulf; Syria, Lebanon, Jordan, Palestine, Iraq; Algeria
# and Tunisia; Morocco; English.
GREGORIAN: Final = (
    ("يناير", "كانون الثاني", "كانون ثاني", "كانون2", "جانفي", "january", "jan"),
    ("فبراير", "شباط", "فيفري", "february", "feb"),
    ("مارس", "اذار", "march", "mar"),
    ("ابريل", "نيسان", "افريل", "april", "apr"),
    ("مايو", "ايار", "ماي", "may"),
    ("يونيو", "يونيه", "حزيران", "جوان", "june", "jun"),
    ("يوليو", "يوليه", "تموز", "جويليه", "يوليوز", "july", "jul"),
    ("اغسطس", "اب", "اوت", "غشت", "اغشت", "august", "aug"),
    ("سبتمبر", "ايلول", "شتنبر", "september", "sept", "sep"),
    ("اكتوبر", "تشرين الاول", "تشرين اول", "تشرين1", "october", "oct"),
    ("نوفمبر", "تشرين الثاني", "تشرين ثاني", "تشرين2", "نونبر", "november", "nov"),
    ("ديسمبر", "كانون الاول", "كانون اول", "كانون1", "دجنبر", "دجمبر", "december", "dec"),
)
HIJRI: Final = (
    ("محرم", "المحرم"),
    ("صفر",),
    ("ربيع الاول", "ربيع اول"),
    ("ربيع الاخر", "ربيع الثاني", "ربيع ثاني"),
    ("جمادي الاولي", "جمادي الاول"),
    ("جمادي الاخره", "جمادي الاخر", "جمادي الثانيه", "جمادي الثاني"),
    ("رجب",),
    ("شعبان",),
    ("رمضان",),
    ("شوال",),
    ("ذو القعده", "ذي القعده", "ذوالقعده"),
    ("ذو الحجه", "ذي الحجه", "ذوالحجه"),
)
NUMBERS: Final = {
    word: number
    for number, stem in enumerate(("ثلاث", "اربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"), start=3)
    for word in (stem, f"{stem}ه")
} | {"ثمان": 8}
# Singular, dual, plurals of each unit, and its seconds.
UNITS: Final = {
    60: ("دقيقه", "دقيقتين", "دقائق", "دقايق", "minute", "minutes"),
    3600: ("ساعه", "ساعتين", "ساعات", "hour", "hours"),
    86400: ("يوم", "يومين", "ايام", "يوما", "day", "days"),
    7 * 86400: ("اسبوع", "اسبوعين", "اسابيع", "اسبوعا", "week", "weeks"),
    30 * 86400: ("شهر", "شهرين", "اشهر", "شهور", "شهرا", "month", "months"),
    365 * 86400: ("سنه", "سنتين", "سنوات", "عام", "عامين", "اعوام", "سنين", "عاما", "year", "years"),
    1: ("ثانيه", "ثانيتين", "ثوان", "ثواني", "seconds"),
}
SECONDS: Final = {name: seconds for seconds, names in UNITS.items() for name in names}
DUALS: Final = frozenset(names[1] for seconds, names in UNITS.items())
DAYS_AGO: Final = {"اليوم": 0, "امس": 1, "البارحه": 1, "اول امس": 2, "اول من امس": 2, "قبل امس": 2}
# Whose clock a line names: بتوقيت غرينتش.
ZONES: Final = {
    "UTC": ("غرينتش", "جرينتش", "غرينيتش", "جرينيتش", "جمت", "ت.غ", "gmt", "utc"),
    "Asia/Riyadh": ("مكه", "مكه المكرمه", "السعوديه", "الرياض", "المملكه"),
    "Africa/Cairo": ("القاهره", "مصر"),
    "Asia/Dubai": ("ابوظبي", "ابو ظبي", "الامارات", "دبي"),
    "Asia/Beirut": ("بيروت", "لبنان"),
    "Asia/Jerusalem": ("القدس",),
    "Asia/Damascus": ("دمشق",),
    "Asia/Baghdad": ("بغداد",),
    "Asia/Amman": ("عمان",),
}
ZONE_OF: Final = {name: zone for zone, names in ZONES.items() for name in names}
EVENING: Final = frozenset({"م", "مساء", "ليلا", "عصرا", "pm", "بعد الظهر", "ظهرا"})


def _alternatives(names: Iterator[str] | tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _months(calendar: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {name: number for number, names in enumerate(calendar, start=1) for name in names}


GREGORIAN_MONTHS: Final = _months(GREGORIAN)
HIJRI_MONTHS: Final = _months(HIJRI)
_G: Final = _alternatives(tuple(GREGORIAN_MONTHS))
_H: Final = _alternatives(tuple(HIJRI_MONTHS))
# مايو/أيار, أيار (مايو)
_PAIR: Final = rf"(?P<month>{_G})\b\.?(?:\s*+[/(\-–]\s*+(?:{_G})\)?)?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)(?!\d)"
DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>20\d\d|19\d\d)\s?[-/.]\s?(?P<month>\d\d?)\s?[-/.]\s?(?P<day>\d\d?)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)\s?[-/.]\s?(?P<month>\d\d?)\s?[-/.]\s?{_YEAR}",
        rf"(?<!\d)(?P<day>\d\d?)(?:st|nd|rd|th)?\s*+(?:من\s++|[,،\-/]\s*+)?(?:شهر\s++)?{_PAIR}\s*+[,،/\-]?\s*+(?:(?:عام|سنه|لسنه)\s++)?{_YEAR}",
        rf"(?<!\w){_PAIR}\s*+[,،/\-]?\s*+(?P<day>\d\d?)(?!\d)\s*+[,،/\-]?\s*+{_YEAR}",
    )
)
NO_YEAR: Final = re.compile(rf"(?<![\d/])(?P<day>\d\d?)\s*+[,،\-]?\s*+{_PAIR}(?!\s*+[,،/\-]?\s*+\d)")
HIJRI_DATE: Final = re.compile(
    rf"(?<!\d)(?P<day>\d\d?)\s*+[,،\-/]?\s*+(?:من\s++)?(?P<month>{_H})\s*+[,،/\-]?\s*+(?:عام\s++|سنه\s++)?(?P<year>1[34]\d\d)(?!\d)"
)
HIJRI_NUMBERS: Final = (
    re.compile(r"(?<!\d)(?P<year>1[34]\d\d)\s?[-/]\s?(?P<month>\d\d?)\s?[-/]\s?(?P<day>\d\d?)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)\s?[-/]\s?(?P<month>\d\d?)\s?[-/]\s?(?P<year>1[34]\d\d)(?!\d)"),
)
_AMOUNT: Final = (
    rf"(?:(?P<amount>\d+|{_alternatives(tuple(NUMBERS))})\s+)?(?P<unit>{_alternatives(tuple(SECONDS))})(?!\w)"
)
RELATIVE: Final = (
    re.compile(rf"(?<!\w)(?:منذ|قبل|من)\s+(?:حوالي\s+|نحو\s+)?{_AMOUNT}"),
    re.compile(rf"(?<!\w){_AMOUNT}\s+(?:مضت|مضي|خلت|ago)(?!\w)"),
)
DAY_WORD: Final = re.compile(rf"(?<!\w)(?P<day>{_alternatives(tuple(DAYS_AGO))})(?!\w)")
NOW: Final = re.compile(r"(?<!\w)(?:الان|قبل قليل|منذ قليل|منذ لحظات|قبل لحظات)(?!\w)")
CLOCK: Final = re.compile(
    r"(?<![\d:/.\-])(?P<hour>[01]?\d|2[0-4])\s?[:٫]\s?(?P<minute>[0-5]\d)(?:\s?:\s?[0-5]\d)?(?!\d)"
    r"\s*(?P<half>صباحا|مساء|ظهرا|عصرا|فجرا|ليلا|بعد الظهر|ص|م|am|pm)?(?!\w)"
)
ZONE: Final = re.compile(
    rf"(?:ب?توقيت\s+)(?P<zone>{_alternatives(tuple(ZONE_OF))})|(?P<universal>gmt|utc|جمت|ت\.غ)|(?P<offset>[+-]\d\d:?\d\d)(?!\d)"
)
CLOCK_REACH: Final = 40  # characters between a date and its clock
UPDATED: Final = re.compile(r"(?:تحديث|تعديل|updated|modified)\W{0,9}+(?:\w{1,30}+\W{1,9}+){0,2}$")
PUBLISHED: Final = re.compile(r"(?:نشر|النشر|published)\W{0,9}+(?:\w{1,30}+\W{1,9}+){0,2}$")
DIGITS: Final = {0x6F0 + n: str(n) for n in range(10)}
LINE_CHARS: Final = 200  # of metadata in which a date is looked for
DAY_SECONDS: Final = 86400
OLDEST: Final = 1990
MAX_WORDS_BESIDE: Final = 4  # a date in a line that says nothing else


@dataclass(frozen=True)
class Moment:
    """When, in UTC; `zone` is that of the clock read, None where only a day is known: then it is its 00:00 UTC.

    `hijri`: the line gave the day by the Islamic calendar alone, whose months can begin a day later elsewhere.
    """

    at: datetime
    zone: str | None = None
    hijri: bool = False


def read_moment(text: str | None, fetched_at: datetime, zone: str) -> Moment | None:
    """What metadata say: ISO 8601 or RFC 2822, else a date in words; None where it is none that can be true.

    A clock without a zone counts in `zone`, an IANA name.
    """
    if not text:
        return None
    text = text[:LINE_CHARS]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
        parsed = parse_time(text)
        moment = Moment(parsed) if parsed else None
    elif re.match(r"\s*(?:\d{4}-\d\d-\d\d[T ]\d|\w{3}, \d)", text):
        parsed = parse_time(text, zone)
        named = re.search(r"(?:Z|[+-]\d\d:?\d\d|GMT|UTC)\s*$", text.strip())
        moment = Moment(parsed, named.group().strip() if named else zone) if parsed else None
    else:
        moment = find_date(text, fetched_at, zone)
    return moment if moment and plausible(moment, fetched_at) else None


def plausible(moment: Moment, fetched_at: datetime) -> bool:
    """True if an article fetched then can have been published at the moment: clocks and zones may be a day wrong."""
    return moment.at.year >= OLDEST and moment.at <= fetched_at + timedelta(days=1)


def find_date(text: str, fetched_at: datetime, zone: str) -> Moment | None:
    """The first date in a line, one of an update only where there is no other; None where there is none.

    Gregorian before relative before Hijri: lines often give the Islamic date first, and then the other.
    """
    key = fold(text.translate(DIGITS))
    found = [
        (match, moment)
        for read in (_gregorian, _relative, _hijri, _without_year)
        for match, moment in read(key, fetched_at)
        if plausible(Moment(moment), fetched_at)
    ]
    if not found:
        return None
    published = [pair for pair in found if PUBLISHED.search(key[: pair[0].start()])]
    first = [pair for pair in found if not UPDATED.search(key[: pair[0].start()])]
    match, at = (published or first or found)[0]
    if match.re is NOW or (match.re in RELATIVE and SECONDS[match["unit"]] < DAY_SECONDS):
        return Moment(at, "UTC")
    if match.re in RELATIVE or match.re is DAY_WORD:
        at = at.astimezone(ZoneInfo(zone))
    day = Moment(datetime.combine(at.date(), time(), UTC), hijri=match.re in (HIJRI_DATE, *HIJRI_NUMBERS))
    if match.re in RELATIVE:
        return day
    return _with_clock(day, key, match, zone)


def _gregorian(key: str, fetched_at: datetime) -> Iterator[tuple[re.Match[str], datetime]]:
    matches = sorted((match for pattern in DATES for match in pattern.finditer(key)), key=lambda match: match.start())
    for match in matches:
        month = GREGORIAN_MONTHS.get(match["month"]) or int(match["month"])
        day = int(match["day"])
        if month > 12 >= day:
            month, day = day, month
        yield from _dated(match, int(match["year"]), month, day)


def _without_year(key: str, fetched_at: datetime) -> Iterator[tuple[re.Match[str], datetime]]:
    for match in NO_YEAR.finditer(key):
        for year in (fetched_at.year, fetched_at.year - 1):
            dated = list(_dated(match, year, GREGORIAN_MONTHS[match["month"]], int(match["day"])))
            if dated and dated[0][1] <= fetched_at + timedelta(days=1):
                yield dated[0]
                break


def _dated(match: re.Match[str], year: int, month: int, day: int) -> Iterator[tuple[re.Match[str], datetime]]:
    try:
        yield match, datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return


def _hijri(key: str, fetched_at: datetime) -> Iterator[tuple[re.Match[str], datetime]]:
    for pattern in (HIJRI_DATE, *HIJRI_NUMBERS):
        for match in pattern.finditer(key):
            month = HIJRI_MONTHS.get(match["month"]) or int(match["month"])
            try:
                day: date = Hijri(int(match["year"]), month, int(match["day"])).to_gregorian()
            except (ValueError, OverflowError):
                continue
            yield match, datetime(day.year, day.month, day.day, tzinfo=UTC)


def _relative(key: str, fetched_at: datetime) -> Iterator[tuple[re.Match[str], datetime]]:
    for pattern in RELATIVE:
        for match in pattern.finditer(key):
            word = match["amount"]
            amount = 2 if match["unit"] in DUALS else 1 if word is None else NUMBERS.get(word) or int(word)
            try:
                yield match, fetched_at - timedelta(seconds=amount * SECONDS[match["unit"]])
            except OverflowError:
                continue
    for match in NOW.finditer(key):
        yield match, fetched_at
    for match in DAY_WORD.finditer(key):
        yield match, fetched_at - timedelta(days=DAYS_AGO[match["day"]])


def _with_clock(day: Moment, key: str, date_match: re.Match[str], zone: str) -> Moment:
    """The day with the clock that stands nearest to it in the line, after it rather than before."""
    low, high = date_match.span()
    after = CLOCK.search(key[: high + CLOCK_REACH], high)
    before = list(CLOCK.finditer(key, max(0, low - CLOCK_REACH), low))
    clock = after or (before[-1] if before else None)
    if clock is None:
        return day
    hour, minute, half = int(clock["hour"]), int(clock["minute"]), clock["half"]
    if half in EVENING and hour < 12:
        hour += 12
    elif half and half not in EVENING and hour == 12:
        hour = 0
    named = ZONE.search(key, clock.end(), clock.end() + CLOCK_REACH)
    name = zone if named is None else named["offset"] or ZONE_OF.get(named["zone"] or "", "UTC")
    wall = f"{day.at.date()}T{hour % 24:02}:{minute:02}:00"
    parsed = parse_time(wall + name) if named and named["offset"] else parse_time(wall, name)
    return replace(day, at=parsed, zone=name) if parsed else day


def is_date_line(text: str) -> bool:
    """True if a short line says when, and perhaps who or where, and nothing else."""
    if len(text) > 80:
        return False
    key = fold(text.translate(DIGITS))
    rest = key
    for pattern in (*DATES, HIJRI_DATE, *RELATIVE, CLOCK):
        rest = pattern.sub(" ", rest)
    return rest != key and len(re.findall(r"[^\W\d]{2,}", rest)) <= MAX_WORDS_BESIDE
