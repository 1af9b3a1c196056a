"""Quotation marks: which stretches of a text stand between them, whatever marks a newspaper mixes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CLOSING: Final = {"«": "»", "»": "«"}
_DOUBLE: Final = frozenset('"“”„‟″')
MARKS: Final = _DOUBLE | _CLOSING.keys()


@dataclass(frozen=True, slots=True)
class Quotation:
    """`text[start:end]` stands between marks; `closed` is false where the closing one is missing."""

    start: int
    end: int
    closed: bool


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of `text`, in order; marks nested in them are content.

    Guillemets pair by shape, in either direction; straight and curly double marks are one kind, as the press opens with
    ” as often as with “, and pair by turns. A quotation that is never closed ends with its paragraph.
    """
    found: list[Quotation] = []
    start = 0
    for paragraph in text.split("\n"):
        found.extend(_in_paragraph(text, start, start + len(paragraph)))
        start += len(paragraph) + 1
    return found


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Quotation]:
    at = start
    while at < end:
        if text[at] not in MARKS or not _opens(text, at, end):
            at += 1
            continue
        close = _close(text, at, end)
        yield Quotation(at + 1, end if close is None else close, close is not None)
        at = end if close is None else close + 1


def _opens(text: str, at: int, end: int) -> bool:
    """True if the mark can open: something follows it, and it does not hang on a word as a closing mark does."""
    if at + 1 >= end or text[at + 1] in ".،؛:؟!)" or (text[at + 1].isspace() and text[at - 1 : at].isalnum()):
        return False
    return text[at] != "»" or not text[at - 1 : at].isalnum() or text[at + 1].isalnum()


def _close(text: str, opening: int, end: int) -> int | None:
    """The mark that closes the one at `opening`, those nested between them skipped."""
    mark = text[opening]
    depth = 0
    for at in range(opening + 1, end):
        if mark in _DOUBLE and text[at] in _DOUBLE:
            step = 1 if _opens_within(text, at, end) else -1
        elif mark in _CLOSING and text[at] in _CLOSING:
            step = 1 if text[at] == mark else -1
        else:
            continue
        depth += step
        if depth < 0:
            return at
    if depth > 0 and mark in _DOUBLE:  # some mark was misread as a nested opening one: pair by turns
        return next((at for at in range(opening + 1, end) if text[at] in _DOUBLE), None)
    return None


def _opens_within(text: str, at: int, end: int) -> bool:
    """True if a double mark inside a quotation opens another: it stands before a word and not after one."""
    return text[at - 1 : at].isspace() and at + 1 < end and text[at + 1].isalnum()
