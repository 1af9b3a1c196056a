"""Surnames: the end of a full name by which a newspaper goes on to call somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nabra.tasks.arabic.folding import fold, word_keys
from nabra.tasks.arabic.particles import NAME_LINKS

# Words that belong to the surname after them, and words to which the surname before belongs.
_PARTICLES: Final = NAME_LINKS | frozenset(map(fold, ("ولد", "بو", "ذو", "دي", "دو", "دا", "فان", "فون", "لو", "لا")))
_ENDS: Final = frozenset(map(fold, ("الله", "الدين", "الرحمن", "أوغلو", "الزمان")))
# Titles with which a name of two words has no surname.
TITLES: Final = frozenset(
    fold("ال" + title)
    for title in (
        *("ملك", "ملكة", "أمير", "أميرة", "سلطان", "إمبراطور", "رئيس", "سيد", "سيدة", "سير", "دكتور", "شيخ", "شيخة"),
        *("إمام", "ملا", "بابا", "بطريرك", "كاردينال", "أنبا", "قديس", "حاج", "مرشد", "أم"),
        *("مشير", "فريق", "لواء", "عميد", "عقيد", "جنرال", "مارشال"),
    )
)
_ORDINALS: Final = frozenset(
    map(
        fold,
        ("الأول", "الثاني", "الثانية", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "عشر"),
    )
)
_MIN_LETTERS: Final = 3


def surnames(name: str) -> Iterator[str]:
    """The surnames of a full name as keys, the briefest first: `أردوغان` and `طيب أردوغان` of `رجب طيب أردوغان`.

    A name with a title before or a number after it has none: `الملك سلمان`, `عبد الله الثاني`.
    """
    keys = word_keys(name)
    start = _start(keys, len(keys) - 1)
    if keys[0] in TITLES or keys[-1] in _ORDINALS:
        return
    if start > 0 and len(" ".join(keys[start:])) >= _MIN_LETTERS:
        yield " ".join(keys[start:])
        before = _start(keys, start - 1)
        if before > 0:
            yield " ".join(keys[before:])


def _start(keys: list[str], at: int) -> int:
    """Where the name begins of which word `at` is the last: `نصر | الله`, `دي | ميستورا`, `بن عبد | العزيز`."""
    if at > 0 and keys[at] in _ENDS:
        at -= 1
    while at > 0 and keys[at - 1] in _PARTICLES:
        at -= 1
    return at
