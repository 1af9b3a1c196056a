"""Folding: a key under which spellings of the same Arabic words are equal, with the way back to the text."""

from __future__ import annotations

import re
from typing import Final

# Vowel signs, Koranic marks, tatweel, joiners.
MARKS: Final = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06ed\u0640\u200c\u200d]")
LETTERS: Final = str.maketrans("أإآٱىیےةۃکگ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايييههكك01234567890123456789")


def fold(text: str) -> str:
    """The text without marks and tatweel; forms of alef, ya, ta marbuta and kaf as one letter; digits as ASCII."""
    return MARKS.sub("", text).translate(LETTERS)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its code points and for its end, the offset in `text`."""
    offsets = [offset for offset, character in enumerate(text) if not MARKS.match(character)]
    return fold(text), [*offsets, len(text)]
