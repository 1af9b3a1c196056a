"""Sentence spans of web news: paragraphs first, then stops, with quotations kept whole.

Stanza's own splitter is trained on treebank units, which are often whole paragraphs; nabra splits by rule and hands
the parser one sentence at a time. A sentence ends at a line feed or after `.`, `؟`, `?`, `!` followed by space (or by
the next word, where the space was forgotten), with the closing marks that follow it. It does not end inside a number,
after an abbreviation or an initial, at `..` or `…`, nor inside a quotation that is closed within its paragraph. What
is still longer than the parser should see is cut at the last comma, else space, before the limit. What holds no letter
and no digit is no sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

Span = tuple[int, int]

# The encoder sees 512 pieces at once, and memory grows with the square of a sentence. A piece of a word has three to
# five letters, every mark is one: by this measure 120 words of news have some 200.
MAX_UNITS: Final = 400
MARKS: Final = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"  # that belong to a letter
UNIT: Final = re.compile(rf"(?:[^\W_][{MARKS}]*+){{1,6}}+|\S")
# No word of any language has so many letters.
LONG_RUN: Final = re.compile(r"[^\W_]{100}(?=[^\W_])")
WORD: Final = re.compile(r"[^\W_]")
BLANKLESS: Final = re.compile(r"\S+")
ABBREVIATION_CHARS: Final = 8
NUMBER_CHARS: Final = 20

OPENING = {"«": "»", "“": "”", "”": "“", "(": ")", "[": "]", "‹": "›", "„": "”"}
STRAIGHT = '"'
# A stop run, the closing marks that belong to it, then space or the paragraph's end. Hasty pages leave the space out:
# a stop between two Arabic words of three letters or more counts too.
STOP = re.compile(
    r"(?<![.!?؟])(?P<stop>[.!?؟]++)(?P<closing>[»”“\"')\]›’]*+)(?=\s|$)"
    r"|(?<=[ء-ي]{3})(?P<tight>[.!?؟])(?=«?[ء-ي]{3})"
)
# Titles (د. أ. م.), eras (ق.م، هـ، م) and Latin initials (U.S.) before a full stop.
ABBREVIATION = re.compile(r"(?:^|[\s(«“\"'.])(?:أ\.د|ق\.م|[دأمصجهتبن]|هـ|[A-Za-z]|Mr|Dr|St|No|vs|etc)$")
SOFT_BREAKS = ("؛", "،", ";", ",", ":")


def split_sentences(text: str, max_words: int) -> list[Span]:
    """Spans of the sentences of `text`, in order, without surrounding space.

    `max_words` bounds the white-space words of a sentence, `MAX_UNITS` what they and their marks come to. Every letter
    and every digit lies in exactly one span.
    """
    return [
        span
        for start, end in _paragraphs(text)
        for sentence_start, sentence_end in _split_at_stops(text, start, end)
        for run_start, run_end in _without_long_runs(text, sentence_start, sentence_end)
        for span in _cut(text, run_start, run_end, max_words)
        if has_word(text, *span)
    ]


def has_word(text: str, start: int, end: int) -> bool:
    """True if a letter or a digit stands between the offsets."""
    return WORD.search(text, start, end) is not None


def _paragraphs(text: str) -> Iterator[Span]:
    for line in re.finditer(r"[^\n]+", text):
        span = _trimmed(text, line.start(), line.end())
        if span:
            yield span


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _split_at_stops(text: str, start: int, end: int) -> Iterator[Span]:
    quoted = iter(_quotations(text, start, end))
    quotation = next(quoted, None)
    begin, word = start, WORD.search(text, start, end)
    for match in STOP.finditer(text, start, end):
        while quotation and quotation[1] <= match.end():
            quotation = next(quoted, None)
        # The mark that closes a quotation stands after the stop and belongs to the sentence.
        inside = quotation is not None and quotation[0] < match.start()
        if inside or word is None or word.start() >= match.start() or not _ends_sentence(text, begin, match):
            continue
        span = _trimmed(text, begin, match.end())
        if span:
            yield span
        begin, word = match.end(), WORD.search(text, match.end(), end)
    span = _trimmed(text, begin, end)
    if span:
        yield span


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    """True if a stop that has a word before it, since `begin`, is the end of a sentence."""
    stop, at = match["stop"] or match["tight"], match.start()
    if len(stop) > 1 and set(stop) == {"."}:
        return False
    if stop != ".":
        return True
    # The paragraph's first mark alone is no sentence: a numbered item `1.` goes on.
    is_number = at - begin <= NUMBER_CHARS and text[begin:at].strip().isdecimal()
    return not is_number and not ABBREVIATION.search(text[max(begin, at - ABBREVIATION_CHARS) : at])


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """Spans between paired quotation marks of one paragraph, the marks included, without those inside another.

    Those that are never closed are left out.
    """
    found: list[Span] = []
    marks = _OpenMarks()
    for index in range(start, end):
        letter = text[index]
        if letter == STRAIGHT and _opens(text, index, start, end):
            if marks.last == STRAIGHT:
                marks.close()  # it was never closed
            marks.open(STRAIGHT, index)
        elif letter == marks.last:
            found.append((marks.close(), index + 1))
        elif letter == STRAIGHT:
            marks.open(STRAIGHT, index)
        elif letter in OPENING and letter not in "([":
            marks.open(OPENING[letter], index)
        elif marks.awaited[letter]:
            # A mark was left open inside: close the outer one all the same.
            while marks.last != letter:
                marks.close()
            found.append((marks.close(), index + 1))
    return _outermost(found)


class _OpenMarks:
    """Quotation marks that are open, the innermost last: what closes each, and where it stands."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, int]] = []
        self.awaited: Counter[str] = Counter()

    @property
    def last(self) -> str | None:
        """What closes the innermost."""
        return self._stack[-1][0] if self._stack else None

    def open(self, closing: str, at: int) -> None:
        """Wait for `closing`."""
        self._stack.append((closing, at))
        self.awaited[closing] += 1

    def close(self) -> int:
        """Where the innermost stood, which is open no longer."""
        closing, at = self._stack.pop()
        self.awaited[closing] -= 1
        return at


def _outermost(spans: list[Span]) -> list[Span]:
    """The spans that lie in no other, in order; no two of `spans` overlap but where one lies in the other."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return kept


def _opens(text: str, index: int, start: int, end: int) -> bool:
    """True if a straight quotation mark can only open: space or a colon before it, a letter after it."""
    before = text[index - 1] if index > start else " "
    after = text[index + 1] if index + 1 < end else " "
    return (before.isspace() or before in ":([") and after.isalnum()


@dataclass(frozen=True, slots=True)
class _Chunk:
    """White-space word, or a part of one that no sentence could hold, and the units in it."""

    start: int
    end: int
    units: int


def _without_long_runs(text: str, start: int, end: int) -> Iterator[Span]:
    for run in LONG_RUN.finditer(text, start, end):
        yield start, run.end()
        start = run.end()
    yield start, end


def _cut(text: str, start: int, end: int, max_words: int) -> Iterator[Span]:
    if end - start <= MAX_UNITS and len(text[start:end].split()) <= max_words:  # as most are
        yield start, end
        return
    chunks = [chunk for word in BLANKLESS.finditer(text, start, end) for chunk in _chunks(text, *word.span())]
    while chunks:
        room = min(max_words, sum(1 for units in accumulate(c.units for c in chunks[:max_words]) if units <= MAX_UNITS))
        kept = room if room >= len(chunks) else _best_cut(text, chunks[:room])
        yield chunks[0].start, chunks[kept - 1].end
        chunks = chunks[kept:]


def _chunks(text: str, start: int, end: int) -> Iterator[_Chunk]:
    ends = [unit.end() for unit in UNIT.finditer(text, start, end)]
    for at in range(0, len(ends), MAX_UNITS):
        part = ends[at : at + MAX_UNITS]
        yield _Chunk(start, part[-1], len(part))
        start = part[-1]


def _best_cut(text: str, chunks: Sequence[_Chunk]) -> int:
    """How many of the chunks to keep: to the last that ends in a soft break in the second half, else all."""
    for mark in SOFT_BREAKS:
        for index in range(len(chunks) - 1, len(chunks) // 2, -1):
            if text[chunks[index].end - 1] == mark:
                return index + 1
    return len(chunks)
