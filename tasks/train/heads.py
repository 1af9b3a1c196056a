"""What is learnt on the shared encoder: from trees segmentation, tags, lemmas and arcs; from tagged tokens the names.

Each task draws batches from its own data, gives the losses of the heads that it teaches, which all reach the encoder,
and scores them on its development part with the words given.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from stanza.models.ner.utils import decode_from_bioes
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from nabra.tasks.models.pieces import PieceReader, Pieces
from nabra.tasks.parse.analyse import Analyser
from nabra.tasks.parse.heads import Heads
from nabra.tasks.parse.labels import Labels
from nabra.tasks.parse.layout import lay_out
from nabra.tasks.parse.lemmas import LemmaScript, derive_lemma
from nabra.tasks.parse.onepass import Encoder
from nabra.tasks.parse.scripts import Piece, Script, derive, word_pieces
from nabra.tasks.parse.vectors import CliticNumbers, Rows, place_words, rows_of
from nabra.tasks.train.examples import Tagged, Tree

# Of trees, and of tokens with their names.
BATCH_WORDS, BATCH_TOKENS = 800, 500
# Sentences of the development parts that are read at once.
SCORED = 32
# What is no label of the treebank; the losses pass it over.
NO_LABEL = -100

Losses = dict[str, torch.Tensor]


class Task(Protocol):
    """Data that teach some of the heads."""

    name: ClassVar[str]

    def epoch(self) -> list[list[Any]]:
        """The batches of one pass over the training data, shuffled by `random`."""

    def losses(self, encoder: Encoder, heads: Heads, batch: Sequence[Any]) -> Losses:
        """The mean loss of each head that the batch teaches."""

    def scores(self, encoder: Encoder, heads: Heads) -> dict[str, float]:
        """Scores on the development part."""


@dataclass(frozen=True)
class TreeExample:
    """A tree with its labels as numbers: those of tokens as lists, those of words as tensors (words, …)."""

    tree: Tree
    pieces: Sequence[Pieces]
    cut: Sequence[Sequence[Piece]]
    scripts: Sequence[int]
    lemmas: Sequence[int]
    tags: Sequence[torch.Tensor]
    heads: torch.Tensor
    relations: torch.Tensor

    @property
    def size(self) -> int:
        """How many words it has."""
        return len(self.heads)


class TreeTask:
    """A treebank: it teaches the segmenter, the tagger, the lemmatiser and the parser."""

    name: ClassVar[str] = "trees"

    def __init__(self, train: Sequence[Tree], dev: Sequence[Tree], labels: Labels, reader: PieceReader) -> None:
        self._reader, self._labels = reader, labels
        self._clitics = CliticNumbers(labels.clitics)
        self._scripts: dict[Script | None, int] = {script: at for at, script in enumerate(labels.scripts)}
        self._lemmas: dict[LemmaScript | None, int] = {script: at for at, script in enumerate(labels.lemma_scripts)}
        self._train, self._dev = list(self._examples(train)), list(self._examples(dev))

    def _examples(self, trees: Sequence[Tree]) -> Iterator[TreeExample]:
        vocab = self._labels.vocabularies
        texts = [[token.text for token in tree] for tree in trees]
        for tree, pieces in zip(trees, self._reader.read(texts), strict=True):
            words = [word for token in tree for word in token.words]
            scripts = [self._scripts.get(derive(token.text, token.forms), NO_LABEL) for token in tree]
            lemmas = [self._lemmas.get(derive_lemma(word.form, word.lemma), NO_LABEL) for word in words]
            tags = [
                torch.tensor(vocab[column].map([getattr(word, column) for word in words]))
                for column in ("upos", "xpos", "feats")
            ]
            arcs = torch.tensor([word.head for word in words])
            relations = torch.tensor(vocab["deprel"].map([word.relation for word in words]))
            cut = [word_pieces(token.text, token.forms) for token in tree]
            yield TreeExample(tree, pieces, cut, scripts, lemmas, tags, arcs, relations)

    def epoch(self) -> list[list[TreeExample]]:
        """See `Task`."""
        batches = batches_by_length([one.size for one in self._train], BATCH_WORDS)
        return [[self._train[index] for index in batch] for batch in batches]

    def losses(self, encoder: Encoder, heads: Heads, batch: Sequence[TreeExample]) -> Losses:
        """See `Task`."""
        layout = lay_out([one.pieces for one in batch], self._reader)
        states = encoder.read(layout.ids, layout.mask)
        places = place_words(layout, [one.cut for one in batch], self._clitics)
        layers, added = heads.word_layers(states, places)
        lemmas, tags, trees = (heads.vectors(name, layers, added) for name in ("lemmas", "tags", "trees"))
        tagged = rows_of(tags, places.counts)
        gold = [_rows(tagged, column) for column in zip(*(one.tags for one in batch), strict=True)]
        rows = heads.tree_rows(states, trees, places.counts)
        arcs, relations = (_rows(rows, column) for column in zip(*((o.heads, o.relations) for o in batch), strict=True))
        return {
            "tokens": _classified(heads.script_logits(states, layout), [s for one in batch for s in one.scripts]),
            "lemmas": _classified(heads.lemma_logits(lemmas), [s for one in batch for s in one.lemmas]),
            "tags": heads.tag_rows(tagged, gold)[0],
            "trees": heads.parser.loss(rows, arcs, relations),
        }

    def scores(self, encoder: Encoder, heads: Heads) -> dict[str, float]:
        """UAS, LAS without subtypes, UPOS, all tags and lemmas of given words; tokens whose words are all right."""
        right = dict.fromkeys(("UAS", "LAS", "UPOS", "AllTags", "Lemmas"), 0)
        cuts, analyser = 0, Analyser(heads)
        for batch in _in_turn(self._dev, lambda one: one.size):
            layout = lay_out([one.pieces for one in batch], self._reader)
            states = encoder.read(layout.ids, layout.mask)
            found = analyser.segment(states, layout, [[token.text for token in one.tree] for one in batch])
            cuts += sum(
                [piece.form for piece in pieces] == token.forms
                for one, made in zip(batch, found, strict=True)
                for token, pieces in zip(one.tree, made, strict=True)
            )
            analysed = zip(batch, *analyser.words(states, layout, [one.cut for one in batch]), strict=True)
            for one, tags, lemmas, arcs in analysed:
                for name, hits in _right(one.tree, tags, lemmas, arcs).items():
                    right[name] += hits
        words, tokens = sum(one.size for one in self._dev), sum(len(one.tree) for one in self._dev)
        return {name: hits / words for name, hits in right.items()} | {"Tokens": cuts / tokens}


def _right(tree: Tree, tags: Sequence[Any], lemmas: Sequence[str], arcs: Sequence[tuple[int, str]]) -> dict[str, int]:
    """How many words of a tree have each right."""
    right = dict.fromkeys(("UAS", "LAS", "UPOS", "AllTags", "Lemmas"), 0)
    words = [word for token in tree for word in token.words]
    for word, made, lemma, (head, relation) in zip(words, tags, lemmas, arcs, strict=True):
        right["UAS"] += head == word.head
        right["LAS"] += (head, relation.split(":")[0]) == (word.head, word.relation.split(":")[0])
        right["UPOS"] += made[0] == word.upos
        right["AllTags"] += tuple(tag or "_" for tag in made) == (word.upos, word.xpos, word.feats)
        right["Lemmas"] += lemma == word.lemma
    return right


@dataclass(frozen=True)
class NameExample:
    """Tokens, their pieces, their BIOES tags and the numbers of these."""

    pieces: Sequence[Pieces]
    tags: Sequence[str]
    numbers: torch.Tensor

    @property
    def size(self) -> int:
        """How many tokens it has."""
        return len(self.tags)


class NameTask:
    """Sentences with named entities."""

    name: ClassVar[str] = "names"

    def __init__(self, train: Sequence[Tagged], dev: Sequence[Tagged], labels: Labels, reader: PieceReader) -> None:
        self._reader, self._vocab = reader, labels.vocabularies["tag"]
        self._train, self._dev = list(self._examples(train)), list(self._examples(dev))

    def _examples(self, sentences: Sequence[Tagged]) -> Iterator[NameExample]:
        for (_, tags), pieces in zip(sentences, self._reader.read([tokens for tokens, _ in sentences]), strict=True):
            yield NameExample(pieces, tags, torch.tensor(self._vocab.map(tags)).squeeze(1))

    def epoch(self) -> list[list[NameExample]]:
        """See `Task`."""
        batches = batches_by_length([one.size for one in self._train], BATCH_TOKENS)
        return [[self._train[index] for index in batch] for batch in batches]

    def losses(self, encoder: Encoder, heads: Heads, batch: Sequence[NameExample]) -> Losses:
        """See `Task`."""
        layout = lay_out([one.pieces for one in batch], self._reader)
        rows = heads.name_rows(encoder.read(layout.ids, layout.mask), layout)
        return {"names": heads.names.loss(rows, _rows(rows, [one.numbers for one in batch]))}

    def scores(self, encoder: Encoder, heads: Heads) -> dict[str, float]:
        """F1 of exact spans and types."""
        found = wanted = hits = 0
        analyser = Analyser(heads)
        for batch in _in_turn(self._dev, lambda one: one.size):
            layout = lay_out([one.pieces for one in batch], self._reader)
            predicted = analyser.names(encoder.read(layout.ids, layout.mask), layout)
            for one, names in zip(batch, predicted, strict=True):
                gold = {(span["start"], span["end"], span["type"]) for span in decode_from_bioes(one.tags)}
                hits, found, wanted = hits + len(gold & {*names}), found + len(names), wanted + len(gold)
        return {"NER": 2 * hits / max(found + wanted, 1)}


def _rows(rows: Rows, sentences: Sequence[torch.Tensor]) -> torch.Tensor:
    """Numbers of sentences in the order of `rows`, filled up with zeros, where the vectors are."""
    return pad_sequence([sentences[index] for index in rows.order], batch_first=True).to(rows.vectors.device)


def _classified(logits: torch.Tensor, numbers: Sequence[int]) -> torch.Tensor:
    gold = torch.tensor(numbers, device=logits.device)
    # A batch in which nothing has a label teaches nothing.
    total = cross_entropy(logits.float(), gold, ignore_index=NO_LABEL, reduction="sum")
    return total / max(int((gold != NO_LABEL).sum()), 1)


def _in_turn(examples: Sequence[Any], size: Any) -> Iterator[list[Any]]:
    ordered = sorted(examples, key=size)
    for at in range(0, len(ordered), SCORED):
        yield ordered[at : at + SCORED]


def batches_by_length(lengths: Sequence[int], words: int) -> list[list[int]]:
    """Indices of sentences of like length in batches of about `words` words, in random order."""
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index], random.random()))
    batches: list[list[int]] = [[]]
    size = 0
    for index in order:
        if batches[-1] and size + lengths[index] > words:
            batches.append([])
            size = 0
        batches[-1].append(index)
        size += lengths[index]
    random.shuffle(batches)
    return batches
