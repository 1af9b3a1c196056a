"""Names of months, Gregorian and Islamic, folded, in all the spellings that Arabic news writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Egypt and the Gulf; Syria, Lebanon, Jordan, Palestine, Iraq; Tunisia and Algeria; Morocco and Mauritania; Libya before
# 2011; English; French.
GREGORIAN: Final = (
    ("يناير", "كانون الثاني", "كانون ثاني", "كانون ثان", "كانون2", "ك2", "جانفي", "اي النار", "january", "jan",
     "janvier"),
    ("فبراير", "شباط", "فيفري", "النوار", "february", "feb", "février"),
    ("مارس", "اذار", "مارث", "march", "mar", "mars"),
    ("ابريل", "نيسان", "افريل", "الطير", "april", "apr", "avril"),
    ("مايو", "ايار", "ماي", "may", "mai"),
    ("يونيو", "يونيه", "حزيران", "جوان", "june", "jun", "juin"),
    ("يوليو", "يوليه", "تموز", "جويليه", "يوليوز", "ناصر", "july", "jul", "juillet"),
    ("اغسطس", "اب", "اوت", "غشت", "اغشت", "هانيبال", "august", "aug", "août"),
    ("سبتمبر", "ايلول", "شتنبر", "شتمبر", "الفاتح", "september", "sept", "sep", "septembre"),
    ("اكتوبر", "تشرين الاول", "تشرين اول", "تشرين1", "ت1", "التمور", "october", "oct", "octobre"),
    ("نوفمبر", "تشرين الثاني", "تشرين ثاني", "تشرين ثان", "تشرين2", "ت2", "نونبر", "نوفبر", "الحرث", "november", "nov",
     "novembre"),
    ("ديسمبر", "كانون الاول", "كانون اول", "كانون1", "ك1", "دجنبر", "دجمبر", "دسمبر", "الكانون", "december", "dec",
     "décembre"),
)  # fmt: skip
# Which of two months of one name, as people count them: ربيع الأول, ربيع أول, ربيع1.
_FIRST: Final = ("الاول", "الاولي", "اول", "اولي", "1")
_SECOND: Final = ("الثاني", "الثانيه", "ثاني", "ثانيه", "ثان", "الاخر", "الاخره", "اخر", "اخره", "2")


def _counted(names: tuple[str, ...], ordinals: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}{'' if ordinal.isdecimal() else ' '}{ordinal}" for name in names for ordinal in ordinals)


def _owned(name: str) -> tuple[str, ...]:
    """ذو القعدة and ذو الحجة, in all cases, in one word or two, and short."""
    return (*(f"{of}{space}ال{name}" for of in ("ذو", "ذي", "ذا") for space in (" ", "")), f"ال{name}")


HIJRI: Final = (
    ("محرم", "المحرم", "محرم الحرام", "المحرم الحرام"),
    ("صفر", "صفر الخير", "صفر المظفر"),
    _counted(("ربيع",), _FIRST),
    _counted(("ربيع",), _SECOND),
    _counted(("جمادي", "جماد"), _FIRST),
    _counted(("جمادي", "جماد"), _SECOND),
    ("رجب", "رجب الفرد", "رجب المرجب", "رجب الحرام"),
    ("شعبان", "شعبان المعظم", "شعبان المكرم"),
    ("رمضان", "رمضان المبارك", "رمضان المعظم", "رمضان الكريم"),
    ("شوال", "شوال المكرم"),
    (*_owned("قعده"), "ذو القعده الحرام", "ذي القعده الحرام"),
    (*_owned("حجه"), "ذو الحجه الحرام", "ذي الحجه الحرام"),
)


def alternatives(names: Iterable[str]) -> str:
    """A pattern that is any of the names, the longest first; white space between words is any."""
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)


def _numbers(calendar: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {name: number for number, names in enumerate(calendar, start=1) for name in names}


GREGORIAN_MONTHS: Final = _numbers(GREGORIAN)
HIJRI_MONTHS: Final = _numbers(HIJRI)


def month_number(written: str, months: dict[str, int]) -> int:
    """The number of a month that is written as a number or as one of the names."""
    return int(written) if written.isdecimal() else months[" ".join(written.split())]
