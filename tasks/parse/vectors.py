"""From the states of pieces to vectors of tokens and words, as the heads of a one-pass parser read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn
from torch.nn.functional import embedding_bag
from torch.nn.utils.rnn import pad_sequence

from nabra.tasks.models.bert import KEPT_LAYERS
from nabra.tasks.parse.layout import Layout, Run
from nabra.tasks.parse.scripts import Piece

T = TypeVar("T")

# So many words before or after a word in its token are told apart.
MOST_BESIDE = 3
# The numbers of a stem and of a clitic that the treebank lacks, before those that it has.
STEM, UNKNOWN, KNOWN = 0, 1, 2


@dataclass(frozen=True)
class WordPlaces:
    """Words: the run of pieces of each, which clitic it is, how many words of its token stand before and after it.

    `counts` says how many words each sentence has.
    """

    runs: Sequence[Run]
    clitics: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    counts: Sequence[int]


class CliticNumbers:
    """The numbers of clitics in the table of their vectors."""

    def __init__(self, clitics: Sequence[str]) -> None:
        self._numbers: Mapping[str | None, int] = {None: STEM} | {c: i for i, c in enumerate(clitics, start=KNOWN)}

    def describe(self, pieces: Sequence[Piece]) -> list[tuple[int, int, int]]:
        """For each word of a token: which clitic it is, how many words stand before and after it."""
        last = len(pieces) - 1
        return [
            (self._numbers.get(piece.clitic, UNKNOWN), min(at, MOST_BESIDE), min(last - at, MOST_BESIDE))
            for at, piece in enumerate(pieces)
        ]


def place_words(layout: Layout, sentences: Sequence[Sequence[Sequence[Piece]]], numbers: CliticNumbers) -> WordPlaces:
    """Where the words of a batch stand; `sentences` gives the words of every token of every sentence."""
    runs = [
        layout.letters(row, token, piece.start, piece.end)
        for row, tokens in enumerate(sentences)
        for token, pieces in enumerate(tokens)
        for piece in pieces
    ]
    described = [one for tokens in sentences for pieces in tokens for one in numbers.describe(pieces)]
    clitics, before, after = zip(*described, strict=True)
    return WordPlaces(runs, clitics, before, after, [sum(map(len, tokens)) for tokens in sentences])


def pooled(states: torch.Tensor, runs: Sequence[Run]) -> torch.Tensor:
    """The mean of the states over each run, (runs, layers, width); `states` as `Bert.read` gives them."""
    pieces, layers, width = states.shape[1:]
    places = [at for row, first, last in runs for at in range(row * pieces + first, row * pieces + last)]
    offsets, end = [], 0
    for _, first, last in runs:
        offsets.append(end)
        end += last - first
    device = states.device
    bags = (torch.tensor(one, dtype=torch.long, device=device) for one in (places, offsets))
    return embedding_bag(next(bags), states.reshape(-1, layers * width), next(bags), mode="mean").view(
        -1, layers, width
    )


def edges(states: torch.Tensor, runs: Sequence[Run]) -> torch.Tensor:
    """The states of the first and of the last piece of each run, (runs, 2, layers, width)."""
    rows, firsts, lasts = zip(*runs, strict=True)
    return torch.stack([states[rows, firsts], states[rows, [last - 1 for last in lasts]]], dim=1)


class Mix(nn.Module):
    """A weighted sum of the last layers, from their mean on."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((KEPT_LAYERS,), 1 / KEPT_LAYERS))

    def forward(self, layers: torch.Tensor) -> torch.Tensor:
        """(…, layers, width) to (…, width)."""
        return torch.einsum("...lw,l->...w", layers, self.weight)


class Beside(nn.Module):
    """What is added to the vector of a word: which clitic it is, and its place in its token."""

    def __init__(self, clitics: int, width: int) -> None:
        super().__init__()
        self.clitic = nn.Embedding(clitics + KNOWN, width)
        self.before, self.after = (nn.Embedding(MOST_BESIDE + 1, width) for _ in range(2))
        for table in (self.clitic, self.before, self.after):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, words: WordPlaces) -> torch.Tensor:
        """(words, width)."""
        device = self.clitic.weight.device
        numbers = torch.tensor([words.clitics, words.before, words.after], dtype=torch.long, device=device)
        added: torch.Tensor = self.clitic(numbers[0]) + self.before(numbers[1]) + self.after(numbers[2])
        return added


@dataclass(frozen=True)
class Rows:
    """Vectors of sentences, the longest first and filled up: (sentences, longest, width), and where each came from."""

    vectors: torch.Tensor
    lengths: list[int]
    order: list[int]

    @property
    def filled(self) -> torch.Tensor:
        """True where a row is filled up."""
        return torch.arange(self.vectors.shape[1]) >= torch.tensor(self.lengths).unsqueeze(1)

    def back(self, made: Sequence[T]) -> list[T]:
        """What was made of the rows, in the order of the sentences."""
        return [one for _, one in sorted(zip(self.order, made, strict=True), key=lambda pair: pair[0])]


def rows_of(vectors: torch.Tensor, counts: Sequence[int], first: torch.Tensor | None = None) -> Rows:
    """The words of sentences, (all words, width), as Stanza's models read them; `counts` has the words of each.

    `first` holds a vector for each sentence, (sentences, width), that goes before its words.
    """
    sentences = torch.split(vectors, list(counts))
    if first is not None:
        sentences = tuple(torch.cat([one[None], words]) for one, words in zip(first, sentences, strict=True))
    order = sorted(range(len(sentences)), key=lambda index: -len(sentences[index]))
    ordered = [sentences[index] for index in order]
    return Rows(pad_sequence(ordered, batch_first=True), [len(one) for one in ordered], order)
