"""Presentation forms: the shapes of Arabic letters that PDFs and old sites store in the letters' place."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

# With the letters of mathematics, which are shapes too.
SHAPE: Final = re.compile("[\u0627\ufe8d\ufe8e]?\ufdf2|[\ufb50-\ufdff\ufe70-\ufefc\U0001ee00-\U0001eeff]")
# Fonts draw the first without the alef that is written before it, and Unicode does not take the second apart.
GOD: Final = "\ufdf2"
BASMALA: Final = "\ufdfd"
# What marks that stand alone are put on.
CARRIERS: Final = " ـ"
# What is written from left to right, so that it keeps its order where a line is turned round.
LEFT_TO_RIGHT: Final = re.compile(r"[0-9A-Za-z٠-٩](?:[0-9A-Za-z٠-٩ .,:/@_%-]*[0-9A-Za-z٠-٩%])?")
MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")
PAIR: Final = re.compile("[\ufb50-\ufdf1\ufe70-\ufefc]{2}")


def with_letters(text: str) -> str:
    """The text with the letters that its shapes stand for, in the order of reading."""
    if not SHAPE.search(text):
        return text
    return SHAPE.sub(lambda shape: _letters(shape[0]), in_reading_order(text))


def in_reading_order(text: str) -> str:
    """The text, its lines turned round where they are stored from left to right, as they are seen."""
    return "\n".join(map(turned, text.split("\n"))) if is_turned(text) else text


def is_turned(text: str) -> bool:
    """True if the shapes of the text stand in the order in which they are seen: last letters before first ones."""
    pairs = [(_place(pair[0][0]), _place(pair[0][1])) for pair in PAIR.finditer(text)]
    reads_on = sum(one == "<initial>" and other in ("<medial>", "<final>") for one, other in pairs)
    turned = sum(one == "<final>" and other in ("<medial>", "<initial>") for one, other in pairs)
    return turned > reads_on


def turned(line: str) -> str:
    """A line that was stored from left to right, in the order of reading."""
    line = line[::-1].translate(MIRRORED)
    return LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], line)


def _place(shape: str) -> str:
    """Where in a word the shape stands: `<initial>`, `<medial>`, `<final>` or `<isolated>`."""
    return unicodedata.decomposition(shape).partition(" ")[0]


@cache
def _letters(shape: str) -> str:
    if shape.endswith(GOD):
        return "الله"
    if shape == BASMALA:
        return "بسم الله الرحمن الرحيم"
    return unicodedata.normalize("NFKC", shape).lstrip(CARRIERS)
