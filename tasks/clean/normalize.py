"""Normalisation: one spelling of the same text, with nothing invisible in it. Letters, marks and digits stay."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Soft hyphen, grapheme joiner, Arabic letter mark, Mongolian separator, zero-width space, marks, embeddings, overrides,
# isolates, word joiner and deprecated formats, byte order mark, interlinear annotations, C0 and C1 controls.
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
BREAK: Final = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
SPACES: Final = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Zero-width non-joiner and joiner are spelling between letters (Persian words, forced forms) and rubbish elsewhere.
JOINERS: Final = re.compile("[\u200c\u200d]+")


def normalize(text: str) -> tuple[str, int]:
    """The text in NFC, without invisible and bidirectional controls, and how many of these were removed.

    Paragraphs are separated by one line feed, without empty ones; odd spaces and runs of spaces become one space.
    """
    visible, removed = INVISIBLE.subn("", text)
    visible, joiners = _joiners_between_letters(visible)
    composed = unicodedata.normalize("NFC", visible)
    lines = (SPACES.sub(" ", line).strip(" ") for line in BREAK.split(composed))
    return "\n".join(line for line in lines if line), removed + joiners


def normalize_line(text: str | None) -> str | None:
    """The same for a headline or byline, on one line; None where nothing is left."""
    return normalize(text)[0].replace("\n", " ") or None if text else None


def _joiners_between_letters(text: str) -> tuple[str, int]:
    removed = 0

    def keep_one(match: re.Match[str]) -> str:
        nonlocal removed
        start, end = match.span()
        between = start > 0 and end < len(text) and _is_letter(text[start - 1]) and _is_letter(text[end])
        kept = match[0][0] if between else ""
        removed += len(match[0]) - len(kept)
        return kept

    return JOINERS.sub(keep_one, text), removed


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"
