"""Whose clock a line or a timestamp names: `بتوقيت مكة`, `GMT+3`, `+03:00`, `EET`, `Asia/Riyadh`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from nabra.tasks.arabic.months import alternatives

# After توقيت; folded.
PLACES: Final = {
    "UTC": (
        "غرينتش", "جرينتش", "غرينيتش", "جرينيتش", "غرينويتش", "جرينويتش", "غرنتش", "جرنتش", "العالمي", "عالمي",
    ),
    "Asia/Riyadh": ("مكه", "مكه المكرمه", "السعوديه", "الرياض", "المملكه", "المدينه المنوره"),
    "Africa/Cairo": ("القاهره", "مصر"),
    "Asia/Dubai": ("ابوظبي", "ابو ظبي", "الامارات", "دبي"),
    "Asia/Muscat": ("مسقط", "سلطنه عمان"),
    "Asia/Qatar": ("الدوحه", "قطر"),
    "Asia/Kuwait": ("الكويت",),
    "Asia/Bahrain": ("المنامه", "البحرين"),
    "Asia/Aden": ("صنعاء", "عدن", "اليمن"),
    "Asia/Beirut": ("بيروت", "لبنان"),
    "Asia/Jerusalem": ("القدس",),
    "Asia/Hebron": ("فلسطين", "رام الله"),
    "Asia/Gaza": ("غزه",),
    "Asia/Damascus": ("دمشق", "سوريا"),
    "Asia/Baghdad": ("بغداد", "العراق"),
    "Asia/Amman": ("عمان", "الاردن"),
    "Africa/Khartoum": ("الخرطوم", "السودان"),
    "Africa/Tripoli": ("طرابلس", "ليبيا"),
    "Africa/Tunis": ("تونس",),
    "Africa/Algiers": ("الجزائر",),
    "Africa/Casablanca": ("المغرب", "الرباط"),
    "Africa/Nouakchott": ("نواكشوط", "موريتانيا"),
    "Europe/London": ("لندن",),
    "Europe/Paris": ("باريس",),
    "Europe/Moscow": ("موسكو",),
    "Europe/Istanbul": ("اسطنبول", "تركيا", "انقره"),
    "America/New_York": ("نيويورك", "واشنطن"),
}  # fmt: skip
PLACE_OF: Final = {name: zone for zone, names in PLACES.items() for name in names}
# People write EET and CET in summer, too, and mean the clock there, as the zones of that name do. AST is Arabia's.
LETTERS: Final[dict[str, int | str]] = {
    "eet": "EET", "cet": "CET", "wet": "WET", "met": "MET",
    "eest": 3, "cest": 2, "mest": 2, "west": 1, "bst": 1, "ast": 3, "ksa": 3, "msk": 3, "trt": 3, "idt": 3, "gst": 4,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
UNIVERSAL: Final = r"gmt|utc|ut(?!\w)|غرينتش|جرينتش|جمت|ت\.\s?غ\.?"
_OFFSET: Final = r"[+\-]\d{1,2}(?::?\d\d)?(?![\d:])"
ZONE: Final = re.compile(
    rf"(?<!\w)(?:ال)?(?:ب|ل)?(?:ال)?توقيت\s+(?P<place>{alternatives(PLACE_OF)})(?!\w)(?:\s?(?P<beside>{_OFFSET}))?"
    rf"|(?<![^\W\d])(?P<universal>{UNIVERSAL})(?:\s?(?P<shift>{_OFFSET}))?"
    r"|(?P<offset>\+\d{1,2}(?::?\d\d)?(?![\d:])|-\d\d:?\d\d(?![\d:]))"
    r"|(?<=\d)(?P<zulu>z)(?!\w)"
    r"|(?P<region>(?:africa|asia|europe|america|etc)/[a-z_+\-\d]{2,30})"
    rf"|(?<!\w)(?P<letters>{alternatives(LETTERS)})(?!\w)"
)
MAX_OFFSET_HOURS: Final = 14


def read_zone(match: re.Match[str], home: str) -> tuple[tzinfo, str] | None:
    """The zone that a match of `ZONE` names, and its name as written; None where there is no such zone.

    `home` is the zone of the source (IANA): where it calls itself so, letters such as EET are that zone.
    """
    offset = match["offset"] or match["shift"] or match["beside"]
    if offset:
        return _shifted(offset, f"{match['universal'] or ''}{offset}".upper())
    if match["universal"] or match["zulu"]:
        written = match["universal"] or match["zulu"]
        return UTC, written.upper() if written.isascii() else "UTC"
    if match["letters"]:
        return _lettered(match["letters"], home)
    name = PLACE_OF[" ".join(match["place"].split())] if match["place"] else _region(match["region"])
    return _named(name, name)


def _shifted(offset: str, name: str) -> tuple[tzinfo, str] | None:
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > MAX_OFFSET_HOURS or minutes > 59:
        return None
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset.startswith("-") else shift), name


def _lettered(letters: str, home: str) -> tuple[tzinfo, str] | None:
    meant = LETTERS[letters]
    if isinstance(meant, int):
        return timezone(timedelta(hours=meant)), letters.upper()
    return _named(home if meant in _own_letters(home) else meant, meant)


def _own_letters(home: str) -> set[str | None]:
    """What a zone calls its winter time."""
    return {datetime(2024, 1, 1, tzinfo=ZoneInfo(home)).tzname()}


def _region(written: str) -> str:
    """`asia/riyadh` as the IANA writes it."""
    return re.sub(r"[a-z]+", lambda part: part[0].capitalize(), written)


def _named(zone: str, name: str) -> tuple[tzinfo, str] | None:
    try:
        return ZoneInfo(zone), name
    except (KeyError, ValueError, OSError):  # the last of a name that is a folder
        return None
