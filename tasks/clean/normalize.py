"""Normalisation: one spelling of the same text, with nothing invisible in it, and words whole that were broken.

Letters, marks and digits stay; shapes of letters become the letters.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Final

from nabra.tasks.arabic.broken_words import mended
from nabra.tasks.arabic.shapes import SHAPE, is_turned, turned, with_letters

# Soft hyphen, grapheme joiner, Arabic letter mark, Mongolian separator, zero-width space, marks, embeddings, overrides,
# isolates, word joiner and deprecated formats, byte order mark, interlinear annotations, C0 and C1 controls.
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
MARK: Final = "[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]"
MARKS: Final = re.compile(f"{MARK}+")
MARKED: Final = re.compile(f"(?<![\u0621-\u065f])[\u0621-\u065f]++(?:{MARK}++[\u0621-\u065f]++)+")
MAX_WORD_CHARS: Final = 20
REFERENCE: Final = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|rlm|lrm|shy);")
# Letters that are shown from left to right in spite of themselves: with Arabic ones among them they were turned round.
FORCED: Final = re.compile("\u202d([^\u202c\u202d\n]*)\u202c?")
ARABIC: Final = re.compile("[\u0621-\u064a\ufb50-\ufdff\ufe70-\ufefc]")
# An image within the text, and how Markdown sets one: its alternative text is no part of the article.
IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,500}\]\((?:data:|https?://)[^()\s]*+(?:\s++[\"'][^\"'\n]{0,500}[\"'])?\)")
INLINE_DATA: Final = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,60}(?:;[\w.=-]{1,60})*+,[A-Za-z0-9+/=_%-]*+"
    r"(?:\s++[A-Za-z0-9+/=_%-]{40,}+)*+(?:\s++[A-Za-z0-9+/]{1,100}={1,2})?"
)
BREAK: Final = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
SPACES: Final = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Zero-width non-joiner and joiner are spelling between letters (Persian words, forced forms) and rubbish elsewhere.
JOINERS: Final = re.compile("[\u200c\u200d]+")


def normalize(text: str) -> tuple[str, int]:
    """The text in NFC, without invisible and bidirectional controls, and how many of these were removed.

    Presentation forms are read as their letters, words broken by tatweel or dots as whole; images in the text go.

    Paragraphs are separated by one line feed, without empty ones; odd spaces and runs of spaces become one space.
    """
    visible, removed = _without_marks(FORCED.sub(_read_round, INLINE_DATA.sub("", IMAGE.sub("", text))))
    visible, joiners = _joiners_between_letters(visible)
    composed = unicodedata.normalize("NFC", mended(with_letters(visible)))
    lines = (SPACES.sub(" ", line).strip(" ") for line in BREAK.split(composed))
    return "\n".join(line for line in lines if line), removed + joiners


def normalize_line(text: str | None) -> str | None:
    """The same for a headline or byline, on one line; None where nothing is left."""
    return normalize(text)[0].replace("\n", " ") or None if text else None


def readable(page: str) -> str:
    """The source of a page without what cannot be seen, and with letters for shapes, also where they are references.

    What stands in the order in which it is seen is left: in a source there are tags between.
    """
    plain, _ = _without_marks(REFERENCE.sub(_resolved, page))
    return plain if is_turned(plain) else with_letters(plain)


def _without_marks(text: str) -> tuple[str, int]:
    return INVISIBLE.subn("", MARKED.sub(_parted, text))


def _parted(run: re.Match[str]) -> str:
    """Letters with marks between them: a word, or where no word is as long, words that have marks for spaces."""
    parts = MARKS.split(run[0])
    letters = sum(map(len, parts))
    return " ".join(parts) if letters > MAX_WORD_CHARS and letters >= 2 * len(parts) else run[0]


def _resolved(reference: re.Match[str]) -> str:
    """What a reference stands for, if that is to be replaced."""
    letter = unescape(reference[0])
    return letter if INVISIBLE.fullmatch(letter) or SHAPE.fullmatch(letter) else reference[0]


def _read_round(forced: re.Match[str]) -> str:
    return turned(forced[1]) if ARABIC.search(forced[1]) else forced[1]


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
