"""A parser that reads each sentence once: one pass of the encoder over its tokens serves every head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from nabra.tasks.arabic.skeleton import Skeleton, skeleton
from nabra.tasks.models.pieces import PieceReader, Pieces
from nabra.tasks.parse.analyse import Analyser, Tags
from nabra.tasks.parse.heads import Heads
from nabra.tasks.parse.layout import lay_out
from nabra.tasks.parse.parser import (
    LongSentencesError,
    NamedEntity,
    ParsedSentence,
    Span,
    Word,
    fitting,
)
from nabra.tasks.parse.scripts import Piece
from nabra.tasks.parse.trees import Arc

# More pieces at once are no faster on a CPU, and take memory.
BATCH_PIECES = 2048


class Tokenizer(Protocol):
    """What a one-pass parser needs of a tokenizer."""

    def tokenize(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of the tokens of each text."""


class Encoder(Protocol):
    """What a one-pass parser needs of an encoder."""

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The states of the last layers, (sentences, pieces, layers, width)."""


@dataclass(frozen=True)
class Tokens:
    """A sentence as it is analysed: its skeleton, its tokens, their pieces."""

    shape: Skeleton
    spans: Sequence[Span]
    pieces: Sequence[Pieces]

    @property
    def size(self) -> int:
        """How many pieces the encoder reads of it."""
        return 2 + sum(len(one.ids) for one in self.pieces)

    @property
    def texts(self) -> list[str]:
        """The tokens' letters."""
        return [self.shape.text[start:end] for start, end in self.spans]


class OnePassParser:
    """A `Parser` over an encoder and its heads."""

    def __init__(self, tokenizer: Tokenizer, reader: PieceReader, encoder: Encoder, heads: Heads) -> None:
        self._tokenizer, self._reader, self._encoder = tokenizer, reader, encoder
        self._analyser = Analyser(heads)

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        """See `Parser`. Sentences without a letter the model could see come back without words."""
        skeletons = {index: skeleton(sentence) for index, sentence in enumerate(sentences)}
        shown = {index: shape for index, shape in skeletons.items() if shape.text.strip()}
        parsed = [ParsedSentence((), ())] * len(sentences)
        if not shown:
            return parsed
        tokens = dict(zip(shown, self._read(list(shown.values())), strict=True))
        _refuse_long(tokens)
        with torch.inference_mode():
            for batch in _batches(tokens):
                for index, found in zip(batch, self._analyse([tokens[index] for index in batch]), strict=True):
                    parsed[index] = found
        return parsed

    def _read(self, shapes: Sequence[Skeleton]) -> Iterator[Tokens]:
        spans = self._tokenizer.tokenize([shape.text for shape in shapes])
        texts = [[shape.text[a:b] for a, b in found] for shape, found in zip(shapes, spans, strict=True)]
        return map(Tokens, shapes, spans, self._reader.read(texts))

    def _analyse(self, batch: Sequence[Tokens]) -> Iterator[ParsedSentence]:
        layout = lay_out([one.pieces for one in batch], self._reader)
        states = self._encoder.read(layout.ids, layout.mask)
        cut = self._analyser.segment(states, layout, [one.texts for one in batch])
        named = self._analyser.names(states, layout)
        for one, words, *found in zip(batch, cut, *self._analyser.words(states, layout, cut), named, strict=True):
            yield _sentence(one, words, *found)


def _refuse_long(sentences: dict[int, Tokens]) -> None:
    cuts = {}
    for index, one in sentences.items():
        runs = list(fitting([len(pieces.ids) for pieces in one.pieces]))
        if len(runs) > 1:
            cuts[index] = [one.shape.span(one.spans[first][0], one.spans[last - 1][1]) for first, last in runs]
    if cuts:
        raise LongSentencesError(cuts)


def _batches(sentences: dict[int, Tokens]) -> Iterator[list[int]]:
    """The numbers of sentences of like length, `BATCH_PIECES` pieces together with what fills their rows up."""
    batch: list[int] = []
    for index in sorted(sentences, key=lambda index: sentences[index].size):
        if batch and (len(batch) + 1) * sentences[index].size > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(index)
    yield batch


def _sentence(
    tokens: Tokens,
    cut: Sequence[Sequence[Piece]],
    tags: Sequence[Tags],
    lemmas: Sequence[str],
    arcs: Sequence[Arc],
    names: Sequence[tuple[int, int, str]],
) -> ParsedSentence:
    spans = [tokens.shape.span(start, end) for start, end in tokens.spans]
    owners = [(token, piece.form) for token, pieces in enumerate(cut) for piece in pieces]
    words = []
    described = zip(owners, tags, lemmas, arcs, strict=True)
    for number, ((token, form), (upos, xpos, feats), lemma, arc) in enumerate(described, start=1):
        words.append(Word(number, token + 1, *spans[token], form, lemma, upos, xpos, feats, *arc))
    entities = [NamedEntity(spans[first][0], spans[last][1], kind) for first, last, kind in names]
    return ParsedSentence(tuple(words), tuple(entities))
