"""The skeleton of Arabic text that the models see, with the way back to the characters it came from.

Diacritics and tatweel are left out: treebanks have none, and the tokenizer tears vocalised words apart. Presentation
forms (the shapes that some sites store instead of letters) become letters. Other characters stay one for one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Tashkeel, Quranic marks, superscript alef, tatweel.
DROPPED = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True)
class Skeleton:
    """`text` is the skeleton; `origin[i]` the index in the original of `text[i]`, `origin[len(text)]` its length."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of the non-empty skeleton span `[start, end)`, with the marks that follow its letters."""
        first, last = self.origin[start], self.origin[end]
        # A presentation form can stand for several letters, all from one character.
        return first, max(last, self.origin[end - 1] + 1)


def skeleton(text: str) -> Skeleton:
    """The skeleton of `text`; white space of any kind becomes a plain space."""
    letters: list[str] = []
    origin: list[int] = []
    for index, letter in enumerate(text):
        if DROPPED.match(letter):
            continue
        if PRESENTATION.match(letter):
            shown = DROPPED.sub("", unicodedata.normalize("NFKC", letter)).strip()
        else:
            shown = " " if letter.isspace() else letter
        letters.extend(shown)
        origin.extend([index] * len(shown))
    return Skeleton("".join(letters), (*origin, len(text)))
