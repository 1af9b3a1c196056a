"""Arabic words reduced to a key in which spellings of the same word meet: for comparing, never for showing.

Newspapers write hamza, alef maqsura, ta marbuta, diacritics and tatweel as they please; `fold` makes them alike.
Every word keeps its place in the original text, so that what was found in keys can be cited exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MARKS: Final = "".join(
    chr(code)
    for first, last in (
        (0x610, 0x61A),
        (0x640, 0x640),
        (0x64B, 0x65F),
        (0x670, 0x670),
        (0x6D6, 0x6ED),
        (0x200B, 0x200F),
    )
    for code in range(first, last + 1)
)
# What folding makes of letters, for those who fold elsewhere than in Python.
FOLD: Final = str.maketrans(
    dict.fromkeys(_MARKS)
    | dict(zip("أإآٱىةؤئیک", "ااااي" + "ه" + "ويي" + "ك", strict=True))
    | {chr(code): str(code - 0x660) for code in range(0x660, 0x66A)}
)
_WORD: Final = re.compile(rf"[^\W_{_MARKS}](?:[^\W_]|[{_MARKS}])*")

_FOLDED_WORD: Final = re.compile(r"[^\W_]+")

# The prefixes that Arabic writes joined to a noun; س is left out, as it joins verbs alone.
PROCLITICS: Final = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل", "وك", "فك")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`, and its key."""

    start: int
    end: int
    key: str


def fold_letters(text: str) -> str:
    """`text` without diacritics and tatweel, hamza seats, ى/ي, ة/ه and digits made alike; Latin case is kept."""
    return text.translate(FOLD)


def fold(text: str) -> str:
    """The same in lower case."""
    return fold_letters(text).lower()


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its code points and for its end, the offset in `text`."""
    keys = [fold(letter) for letter in text]
    offsets = [offset for offset, key in enumerate(keys) for _ in key]
    return "".join(keys), [*offsets, len(text)]


def words(text: str) -> Iterator[Word]:
    """The words of `text` in order: runs of letters and digits with the marks on them; `_` separates."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), fold(match.group()))


def word_keys(text: str) -> list[str]:
    """The keys of the words of `text`, without their places."""
    return _FOLDED_WORD.findall(fold(text))


def readings(key: str) -> Iterator[tuple[int, str]]:
    """The ways to read a key as proclitics and a word: (letters of the proclitics, key of the word), shortest first.

    In للـ the article has lost its alef: there the word gets it back, and both lams count as the word's own letters.
    """
    for prefix in PROCLITICS:
        if key.startswith(prefix) and len(key) > len(prefix) + 1:
            yield len(prefix), key[len(prefix) :]
            if key.startswith("لل", len(prefix)):
                yield len(prefix), "ا" + key[len(prefix) + 1 :]


def after_letters(text: str, start: int, letters: int) -> int:
    """The offset in `text` after the first `letters` key letters from `start`, and after the marks on them."""
    at = start
    while letters or text[at] in _MARKS:
        letters -= text[at] not in _MARKS
        at += 1
    return at


def without_article(key: str) -> str:
    """The key without the article ال."""
    return key[2:] if key.startswith("ال") and len(key) > 4 else key
