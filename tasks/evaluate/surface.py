"""Texts parsed so that no character is lost: the CoNLL scorer compares two analyses of the same characters.

The tables leave out what holds no letter the parser could see: a tatweel that stands for a dash, diacritics alone.
Here it belongs to the token that it touches, or is a mark of punctuation by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from nabra.tasks.parse.parser import LongSentencesError, ParsedSentence, Parser, Span, Word

RUN: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Piece:
    """A sentence as it was parsed: where it begins in its text, what it says, its analysis."""

    start: int
    text: str
    parsed: ParsedSentence


def parse_whole(texts: Sequence[Sequence[str]], parser: Parser) -> list[list[Piece]]:
    """Parse texts that are given as their sentences; a sentence that is too long for the parser comes in pieces."""
    sentences = [sentence for text in texts for sentence in text if sentence.strip()]
    pieces = iter(_pieces(sentences, parser))
    parsed = []
    for text in texts:
        at = 0
        found: list[Piece] = []
        for sentence in text:
            own = next(pieces) if sentence.strip() else []
            found.extend(Piece(at + piece.start, piece.text, piece.parsed) for piece in own)
            at += len(sentence)
        parsed.append(found)
    return parsed


def _pieces(sentences: Sequence[str], parser: Parser) -> list[list[Piece]]:
    try:
        parsed = parser.parse(sentences)
    except LongSentencesError as error:
        return parse_whole(list(_cut(sentences, error.cuts)), parser)
    return [[Piece(0, text, covering(text, one))] for text, one in zip(sentences, parsed, strict=True)]


def _cut(sentences: Sequence[str], cuts: Mapping[int, Sequence[Span]]) -> Iterator[list[str]]:
    for number, text in enumerate(sentences):
        starts = [0, *(start for start, _ in cuts.get(number, ())[1:]), len(text)]
        yield [text[start:end] for start, end in pairwise(starts)]


def covering(text: str, parsed: ParsedSentence) -> ParsedSentence:
    """The sentence with its tokens stretched, or others added, so that no character of `text` is without a token."""
    tokens = {word.token_id: (word.start, word.end) for word in parsed.words}
    spans = list(_covering(text, list(tokens.values())))
    if len(spans) == len(tokens):
        placed = dict(zip(tokens, spans, strict=True))
        moved = (replace(w, start=placed[w.token_id][0], end=placed[w.token_id][1]) for w in parsed.words)
        return replace(parsed, words=tuple(moved))
    return replace(parsed, words=_with_marks(text, parsed.words, spans))


def _covering(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans of tokens, each as long as what touches it, and those of runs without any, in order."""
    for first, last in _runs(text, spans):
        inside = [start for start, _ in spans if first <= start < last]
        edges = [first, *inside[1:], last]
        yield from pairwise(edges)


def _runs(text: str, spans: Sequence[Span]) -> list[Span]:
    """What stands between spaces, joined where a token (a number) reaches over one."""
    runs: list[Span] = []
    for start, end in (run.span() for run in RUN.finditer(text)):
        if any(first < start < last for first, last in spans):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _with_marks(text: str, words: Sequence[Word], spans: Sequence[Span]) -> tuple[Word, ...]:
    """The words of tokens over `spans`; a span without a word is a mark under the word after it, or before it."""
    rows: list[tuple[Span, Word | None]] = []
    for start, end in spans:
        own = [word for word in words if start <= word.start < end]
        rows.extend(((start, end), word) for word in own or (None,))
    numbers = {word.word_id: number for number, (_, word) in enumerate(rows, start=1) if word}
    token_ids = {span: number for number, span in enumerate(spans, start=1)}
    made: list[Word] = []
    for number, (span, word) in enumerate(rows, start=1):
        if word is None:
            form = text[slice(*span)]
            head = next((n for n in numbers.values() if n > number), max(numbers.values(), default=0))
            head, relation = (head, "punct") if head else (1, "punct") if made else (0, "root")
            word = Word(number, 0, *span, form, form, "PUNCT", "G---------", None, head, relation)
        else:
            word = replace(word, word_id=number, start=span[0], end=span[1], head=numbers.get(word.head, 0))
        made.append(replace(word, token_id=token_ids[span]))
    return tuple(made)
