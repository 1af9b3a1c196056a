"""Words that were broken so that filters do not find them: by tatweel and signs, by dots between all letters."""

from __future__ import annotations

import re
from typing import Final

LETTERS: Final = "\u0621-\u063a\u0641-\u064a\u0671-\u06d3"
MARKS: Final = "\u064b-\u065f\u0670"
# Not what quotes or brackets a part of a word.
SIGNS: Final = r"""[^\w\s()\[\]{}«»"“”]"""
AFTER_LETTER: Final = f"(?<=[{LETTERS}{MARKS}])"
# With tatweel on both sides, whatever stands between: `الـ. ـوفـ. ـيات`.
JOINT: Final = re.compile(rf"{AFTER_LETTER}(?:ـ+(?:[ ]?(?:{SIGNS}|٠){{1,3}}[ ]?|[ ]))+ـ+(?=[{LETTERS}])")
# With tatweel on one side, no space: `كورـ.ونا`. A letter alone is an abbreviation: `هـ.`.
HALF_JOINT: Final = re.compile(
    rf"(?<=[{LETTERS}][{LETTERS}])ـ+[.·•…*]{{1,3}}(?=[{LETTERS}])|{AFTER_LETTER}[.·•…*]{{1,3}}ـ+(?=[{LETTERS}])"
)
# Abbreviations have fewer letters, or no alef: `أ.ف.ب`, `ش.ذ.م.م`. What is joined to the word has no dot.
SPELLED: Final = re.compile(
    rf"(?<![{LETTERS}.·•*…])[وفبلك]?(?:[{LETTERS}]([.·•*…])[{LETTERS}](?:\1[{LETTERS}]){{3,}}"
    rf"|[{LETTERS}]([.·•*…])(?:ا\2[{LETTERS}]|[{LETTERS}]\2ا)\2[{LETTERS}])(?![{LETTERS}]|\.[{LETTERS}])"
)
# Letters that only a word has whose dots were left out.
DOTLESS: Final = re.compile("[ٮڡٯ]")
WORD: Final = re.compile(f"[{LETTERS}ٮٯ]+")
DOTTED: Final = str.maketrans("ٮڡٯں", "بفقن")
MIDDLE_YEH: Final = re.compile(f"ى(?=[{LETTERS}])")


def mended(text: str) -> str:
    """The text with its broken words whole."""
    text = JOINT.sub("", text)
    text = HALF_JOINT.sub("", text)
    text = SPELLED.sub(lambda word: re.sub(r"[.·•*…]", "", word[0]), text)
    return WORD.sub(lambda word: _dotted(word[0]), text) if DOTLESS.search(text) else text


def _dotted(word: str) -> str:
    return MIDDLE_YEH.sub("ي", word.translate(DOTTED)) if DOTLESS.search(word) else word
