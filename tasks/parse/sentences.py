"""Sentence spans of web news: paragraphs first, then stops, with quotations kept whole.

Stanza's own splitter is trained on treebank units, which are often whole paragraphs; nabra splits by rule and hands
the parser one sentence at a time. A sentence ends at a line feed or after `.`, `؟`, `?`, `!` followed by space (or by
the next word, where the space was forgotten), with the closing marks that follow it. It does not end inside a number,
after an abbreviation or an initial, at `..` or `…`, nor inside a quotation that is closed within its paragraph. What
is still longer than the parser should see is cut at the last comma, else space, before the limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

OPENING = {"«": "»", "“": "”", "”": "“", "(": ")", "[": "]", "‹": "›", "„": "”"}
STRAIGHT = '"'
# A stop run, the closing marks that belong to it, then space or the paragraph's end. Hasty pages leave the space out:
# a stop between two Arabic words of three letters or more counts too.
STOP = re.compile(
    r"(?P<stop>[.!?؟]+)(?P<closing>[»”“\"')\]›’]*)(?=\s|$)"
    r"|(?<=[ء-ي]{3})(?P<tight>[.!?؟])(?=«?[ء-ي]{3})"
)
# Titles (د. أ. م.), eras (ق.م، هـ، م) and Latin initials (U.S.) before a full stop.
ABBREVIATION = re.compile(r"(?:^|[\s(«“\"'.])(?:أ\.د|ق\.م|[دأمصجهتبن]|هـ|[A-Za-z]|Mr|Dr|St|No|vs|etc)$")
SOFT_BREAKS = ("؛", "،", ";", ",", ":")


def split_sentences(text: str, max_words: int) -> list[Span]:
    """Spans of the sentences of `text`, in order, without surrounding space; none is blank.

    `max_words` bounds the white-space words of a sentence. Every character that is not space lies in exactly one span.
    """
    spans: list[Span] = []
    for start, end in _paragraphs(text):
        for sentence_start, sentence_end in _split_at_stops(text, start, end):
            spans.extend(_cut(text, sentence_start, sentence_end, max_words))
    return spans


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
    quoted = _quotations(text, start, end)
    begin = start
    for match in STOP.finditer(text, start, end):
        # The mark that closes a quotation stands after the stop and belongs to the sentence.
        inside = any(left < match.start() and match.end() < right for left, right in quoted)
        if inside or not _ends_sentence(text, begin, match):
            continue
        span = _trimmed(text, begin, match.end())
        if span:
            yield span
        begin = match.end()
    span = _trimmed(text, begin, end)
    if span:
        yield span


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    stop = match["stop"] or match["tight"]
    if "." in stop and len(stop) > 1 and set(stop) == {"."}:
        return False
    # The paragraph's first mark alone is no sentence: a numbered item `1.` goes on.
    before = text[begin : match.start()]
    if stop == "." and (ABBREVIATION.search(before) or before.strip().isdecimal()):
        return False
    return any(letter.isalnum() for letter in before)


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """Spans between paired quotation marks of one paragraph, the marks included; unclosed ones are left out."""
    found: list[Span] = []
    stack: list[tuple[str, int]] = []
    for index in range(start, end):
        letter = text[index]
        if letter == STRAIGHT and _opens(text, index, start, end):
            # The one before it was never closed.
            if stack and stack[-1][0] == STRAIGHT:
                stack.pop()
            stack.append((STRAIGHT, index))
        elif stack and letter == stack[-1][0]:
            found.append((stack.pop()[1], index + 1))
        elif letter == STRAIGHT:
            stack.append((STRAIGHT, index))
        elif letter in OPENING and letter not in "([":
            stack.append((OPENING[letter], index))
        elif any(letter == closing for closing, _ in stack):
            # A mark was left open inside: close the outer one all the same.
            while stack[-1][0] != letter:
                stack.pop()
            found.append((stack.pop()[1], index + 1))
    return found


def _opens(text: str, index: int, start: int, end: int) -> bool:
    """Whether a straight quotation mark can only open: space or a colon before it, a letter after it."""
    before = text[index - 1] if index > start else " "
    after = text[index + 1] if index + 1 < end else " "
    return (before.isspace() or before in ":([") and after.isalnum()


def _cut(text: str, start: int, end: int, max_words: int) -> Iterator[Span]:
    words = list(re.finditer(r"\S+", text[start:end]))
    while len(words) > max_words:
        cut = _best_cut(words[:max_words])
        yield start + words[0].start(), start + words[cut - 1].end()
        words = words[cut:]
    yield start + words[0].start(), start + words[-1].end()


def _best_cut(words: list[re.Match[str]]) -> int:
    """How many of the words to keep: to the last that ends in a soft break in the second half, else all."""
    for mark in SOFT_BREAKS:
        for index in range(len(words) - 1, len(words) // 2, -1):
            if words[index][0].endswith(mark):
                return index + 1
    return len(words)
