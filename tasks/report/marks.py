"""A text with spans of several kinds marked: cut into pieces, of which each knows all that it lies in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

SOURCE, TARGET, EVIDENCE = "source", "target", "evidence"


class Mark(NamedTuple):
    """`text[start:end]` is something of a kind."""

    start: int
    end: int
    kind: str


class Piece(NamedTuple):
    """A piece of a text and the kinds of the marks around it, as classes of HTML."""

    text: str
    kinds: str


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """`text` cut at every border of a mark; what of a mark lies outside is left out."""
    inside = [Mark(max(mark.start, 0), min(mark.end, len(text)), mark.kind) for mark in marks]
    inside = [mark for mark in inside if mark.start < mark.end]
    borders = sorted({0, len(text), *(mark.start for mark in inside), *(mark.end for mark in inside)})
    return [
        Piece(text[start:end], " ".join(sorted({m.kind for m in inside if m.start <= start and end <= m.end})))
        for start, end in pairwise(borders)
    ]


def stance_pieces(stance: dict[str, Any]) -> list[Piece]:
    """The sentence of a row of the table `stance` with its evidence, and where it names the source and the target.

    These have no place in the tables: their words are marked where the sentence has them, first in the evidence.
    """
    text, offset = stance["sentence"], stance["sentence_start"]
    evidence = Mark(stance["start"] - offset, stance["stop"] - offset, EVIDENCE)
    named = [_named(text, stance[side], evidence, side) for side in (SOURCE, TARGET)]
    return pieces(text, [evidence, *(mark for mark in named if mark)])


def _named(text: str, words: str, evidence: Mark, kind: str) -> Mark | None:
    at = text.find(words, max(evidence.start, 0), evidence.end)
    at = text.find(words) if at < 0 else at
    return Mark(at, at + len(words), kind) if at >= 0 else None
