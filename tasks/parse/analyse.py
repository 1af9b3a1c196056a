"""What the heads say of a batch of sentences: words, tags, lemmas, arcs, names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import torch
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.ner.utils import decode_from_bioes

from nabra.tasks.parse.heads import Heads
from nabra.tasks.parse.layout import Layout
from nabra.tasks.parse.lemmas import first_lemma, table_key
from nabra.tasks.parse.scripts import Piece, Script
from nabra.tasks.parse.trees import Arc
from nabra.tasks.parse.vectors import CliticNumbers, place_words, rows_of

# Scripts of a lemma that are tried before the word is left as it is.
TRIED: Final = 8

# UPOS, XPOS, features.
Tags = tuple[str, str | None, str | None]


class Analyser:
    """The best labels of each head; `states` are those of the encoder for the pieces of a layout."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._numbers = CliticNumbers(heads.labels.clitics)

    def segment(
        self, states: torch.Tensor, layout: Layout, sentences: Sequence[Sequence[str]]
    ) -> list[list[list[Piece]]]:
        """The words of every token: what the best script that fits makes of it."""
        logits = self._heads.script_logits(states, layout)
        scripts, best = self._heads.labels.scripts, iter(logits.argmax(1).tolist())
        ranked = iter(logits)

        def cut(token: str) -> list[Piece]:
            first, scores = scripts[next(best)].pieces(token), next(ranked)
            return first or _first_fitting(token, (scripts[at] for at in scores.argsort(descending=True).tolist()))

        return [[cut(token) for token in tokens] for tokens in sentences]

    def words(
        self, states: torch.Tensor, layout: Layout, cut: Sequence[Sequence[Sequence[Piece]]]
    ) -> tuple[list[list[Tags]], list[list[str]], list[list[Arc]]]:
        """Tags, lemma and arc of every word, by sentence."""
        places = place_words(layout, cut, self._numbers)
        layers, added = self._heads.word_layers(states, places)
        tags = self._tags(self._heads.vectors("tags", layers, added), places.counts)
        forms = [[piece.form for pieces in tokens for piece in pieces] for tokens in cut]
        lemmas = self._lemmas(self._heads.vectors("lemmas", layers, added), forms, tags)
        rows = self._heads.tree_rows(states, self._heads.vectors("trees", layers, added), places.counts)
        return tags, lemmas, rows.back(self._heads.parser.best(rows))

    def names(self, states: torch.Tensor, layout: Layout) -> list[list[tuple[int, int, str]]]:
        """The named entities of every sentence: first token, last token, type."""
        rows = self._heads.name_rows(states, layout)
        found = rows.back([decode_from_bioes(tags) for tags in self._heads.names.best(rows)])
        return [[(one["start"], one["end"], one["type"]) for one in sentence] for sentence in found]

    def _tags(self, vectors: torch.Tensor, counts: Sequence[int]) -> list[list[Tags]]:
        rows = rows_of(vectors, counts)
        upos, xpos, feats = (column.tolist() for column in self._heads.tag_rows(rows)[1])
        sentences = [list(zip(*one, strict=True)) for one in zip(upos, xpos, feats, strict=True)]
        return rows.back(
            [
                [self._named(*word) for word in islice(words, length)]
                for words, length in zip(sentences, rows.lengths, strict=True)
            ]
        )

    def _named(self, upos: int, xpos: list[int], feats: list[int]) -> Tags:
        vocab = self._heads.labels.vocabularies
        # Stanza's vocabularies begin with fillers, which are no tags.
        name = vocab["upos"].id2unit(upos) if upos >= VOCAB_PREFIX_SIZE else "X"
        first, second = vocab["xpos"].id2unit(xpos), vocab["feats"].id2unit(feats)
        return name, None if first == "_" else first, None if second == "_" else second

    def _lemmas(
        self, vectors: torch.Tensor, forms: Sequence[Sequence[str]], tags: Sequence[Sequence[Tags]]
    ) -> list[list[str]]:
        labels = self._heads.labels
        logits = self._heads.lemma_logits(vectors)
        ranked = iter(logits.topk(min(TRIED, logits.shape[1])).indices.tolist())

        def lemma(form: str, upos: str) -> str:
            best = next(ranked)
            known = labels.lemmas.get(table_key(form, upos))
            return known or first_lemma(form, (labels.lemma_scripts[at] for at in best))

        return [
            [lemma(form, upos) for form, (upos, *_) in zip(words, own, strict=True)]
            for words, own in zip(forms, tags, strict=True)
        ]


def _first_fitting(token: str, scripts: Iterable[Script]) -> list[Piece]:
    whole = [Piece(token, 0, len(token), None)]
    return next((pieces for script in scripts if (pieces := script.pieces(token))), whole)
