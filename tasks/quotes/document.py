"""A light view of one document for the stance stage: its sentences, their words with what the parser says of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from nabra.tasks.arabic.folding import Word, fold, readings, words
from nabra.tasks.arabic.quotation_marks import Quotation, quotations
from nabra.tasks.schemas import PARTS

Row = Mapping[str, Any]

_BOUND: Final = frozenset(("CCONJ", "ADP", "PRON", "PART", "SCONJ", "DET", "AUX", "PUNCT"))
_JOINED_PREPOSITIONS: Final = "بلك"


@dataclass(frozen=True, slots=True)
class Token:
    """One written word: its place in the part, key, and the parse of the word in it that carries the meaning.

    `head` is the index of the governing token in the sentence, -1 for the root or where the parser said nothing;
    `letters` of the key are proclitics, and `preposition` is the one among them (ب ل ك).
    """

    start: int
    end: int
    key: str
    letters: int
    preposition: str
    upos: str
    deprel: str
    head: int

    @property
    def stem(self) -> str:
        """The key without proclitics."""
        return self.key[self.letters :]


@dataclass(frozen=True)
class Sentence:
    """One sentence: `tokens` without punctuation, which `between` gives back."""

    sent_id: int
    part: str
    start: int
    end: int
    tokens: tuple[Token, ...]

    def index_at(self, offset: int) -> int:
        """Index of the first token that ends after `offset`; the number of tokens if none does."""
        return next((i for i, token in enumerate(self.tokens) if token.end > offset), len(self.tokens))


@dataclass(frozen=True)
class EntityMention:
    """A named entity or listed actor: a row of `entities`."""

    start: int
    end: int
    text: str
    type: str
    actor_id: str | None


@dataclass(frozen=True)
class Part:
    """The title or the text of a document."""

    name: str
    text: str
    sentences: tuple[Sentence, ...]
    mentions: tuple[EntityMention, ...]
    quotations: tuple[Quotation, ...]

    def mentions_between(self, start: int, end: int) -> list[EntityMention]:
        """The mentions that begin at `start` or after it and before `end`, in the order of all."""
        first, last = bisect_left(self._starts, (start, 0)), bisect_left(self._starts, (end, 0))
        return [self.mentions[index] for index in sorted(index for _, index in self._starts[first:last])]

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return sorted((mention.start, index) for index, mention in enumerate(self.mentions))

    def quotation_at(self, offset: int) -> Quotation | None:
        """The quotation that holds `offset`."""
        index = bisect_right(self.quotations, offset, key=lambda quotation: quotation.start) - 1
        return self.quotations[index] if index >= 0 and offset < self.quotations[index].end else None


@dataclass(frozen=True)
class ParsedDocument:
    """One row of `clean` with what the parse stage found in it; `parts` in the order headline, text.

    `day` is that on which it is to be read (`Actors.day_of`).
    """

    doc_id: str
    parts: tuple[Part, ...]
    day: date | None = None

    @property
    def text(self) -> str:
        """Headline and text, as context for ambiguous names."""
        return "\n".join(part.text for part in self.parts)


def build_document(
    clean: Row, sentences: Sequence[Row], tokens: Sequence[Row], entities: Sequence[Row]
) -> ParsedDocument:
    """The view of one document, from its row of `clean` and its own rows of the other tables."""
    by_sentence: dict[int, list[Row]] = defaultdict(list)
    for token in tokens:
        by_sentence[token["sent_id"]].append(token)
    parts = []
    for name in PARTS:
        text = clean[name]
        if text:
            own = sorted((row for row in sentences if row["part"] == name), key=lambda row: row["start"])
            views = tuple(_sentence(text, row, by_sentence[row["sent_id"]]) for row in own)
            mentions = tuple(_mention(row) for row in entities if row["part"] == name)
            parts.append(Part(name, text, views, mentions, tuple(quotations(text))))
    return ParsedDocument(clean["doc_id"], tuple(parts))


def _mention(row: Row) -> EntityMention:
    return EntityMention(row["start"], row["end"], row["text"], row["type"], row["actor_id"])


def _sentence(text: str, row: Row, rows: Sequence[Row]) -> Sentence:
    """Written words come from the text itself; the parser's words are laid over them by their offsets."""
    start, end = row["start"], row["end"]
    written = list(words(text[start:end]))
    parsed: dict[int, list[Row]] = defaultdict(list)
    for index, token in _owners(written, start, rows):
        parsed[index].append(token)
    owner = {token["word_id"]: index for index, tokens in parsed.items() for token in tokens}
    tokens = (_token(start, index, word, parsed[index], owner) for index, word in enumerate(written))
    return Sentence(row["sent_id"], row["part"], start, end, tuple(tokens))


def _token(offset: int, index: int, word: Word, parsed: Sequence[Row], owner: Mapping[int, int]) -> Token:
    main = next((r for r in parsed if r["upos"] not in _BOUND), parsed[-1] if parsed else None)
    letters, preposition = _proclitics(word.key, parsed)
    place = (offset + word.start, offset + word.end, word.key, letters, preposition)
    if main is None:
        return Token(*place, "", "", -1)
    head = owner.get(main["head"], -1)
    return Token(*place, main["upos"], main["deprel"], -1 if head == index else head)


def _proclitics(key: str, parsed: Sequence[Row]) -> tuple[int, str]:
    """How many letters of the key are proclitics, and the preposition among them."""
    letters, preposition = 0, ""
    for row in parsed[:-1]:
        form = fold(row["form"])
        if row["upos"] not in ("CCONJ", "ADP") or len(form) != 1 or not key.startswith(form, letters):
            break
        letters += 1
        preposition = form if form in _JOINED_PREPOSITIONS else ""
    if not parsed:
        return next(
            ((n, key[n - 1 : n].strip("وف")) for n, stem in readings(key) if n and stem.startswith("ال")), (0, "")
        )
    return letters, preposition


def _owners(written: Sequence[Word], start: int, rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """(index of the written word, parsed word) for every parsed word that lies in one."""
    index = 0
    for row in sorted(rows, key=lambda row: (row["start"], row["word_id"])):
        while index < len(written) and start + written[index].end <= row["start"]:
            index += 1
        if index < len(written) and row["end"] > start + written[index].start:
            yield index, row
