"""Stanza's graph parser on the vectors of words: its loss, and the trees of a batch.

Stanza scores every relation between all pairs of words, though a word has but one head. Here the trees come first, and
then the relations of their arcs alone, those of a whole batch at once; what comes out is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.depparse.head_constraints import find_head_constraint_violations, resolve_head_constraint_violations
from stanza.models.depparse.model import GraphParser
from torch import nn

from nabra.tasks.parse.arcs import Heads, Scores, best_tree
from nabra.tasks.parse.vectors import Rows

# The head of a word, 0 for the root, and its relation.
Arc = tuple[int, str]


class VectorParser(GraphParser):  # type: ignore[misc]
    """`GraphParser` for sentences that are given as vectors of their words, that of the root before them."""

    def __init__(self, args: dict[str, Any], vocab: dict[str, Any]) -> None:
        super().__init__(args, vocab)
        # Takes the vectors as they come.
        self.upos_emb = nn.Identity()
        self.deprel: nn.Module

    def loss(self, rows: Rows, heads: torch.Tensor, relations: torch.Tensor) -> torch.Tensor:
        """The mean loss of a word; `heads` and `relations`, (sentences, longest - 1), have no entry for the root."""
        words = sum(rows.lengths) - len(rows.lengths)
        loss: torch.Tensor = self(*self._batch(rows, heads, relations, torch.empty(words)))[0]
        return loss

    def best(self, rows: Rows) -> list[list[Arc]]:
        """The arcs of each sentence, in the order of the rows."""
        arcs, states = self._arcs(rows)
        scores = [arcs[row, :length, :length] for row, length in enumerate(rows.lengths)]
        trees = [best_tree(one) for one in scores]
        labels = self._relations(states, trees, rows.lengths)
        sentences = zip(scores, states, trees, labels, strict=True)
        return [self._resolved(one, sentence[: len(one)], tree, names) for one, sentence, tree, names in sentences]

    def _batch(self, rows: Rows, heads: torch.Tensor, relations: torch.Tensor | None, words: Any) -> list[Any]:
        """The arguments of Stanza's `forward`, where vectors stand in the place of tags."""
        vectors, filled = rows.vectors, rows.filled.to(rows.vectors.device)
        return [vectors, filled, words, None, vectors, *[None] * 4, heads, relations, None, rows.lengths, None, None]

    def _arcs(self, rows: Rows) -> tuple[Scores, torch.Tensor]:
        """Log-probabilities of the heads of all words, and the states of the words, which the relations are told by."""
        heads = rows.filled[:, 1:].long().to(rows.vectors.device)
        scorer, self.deprel = self.deprel, _Unscored()
        try:
            arcs, states, *_ = self.forward_scores(*self._batch(rows, heads, None, None))
        finally:
            self.deprel = scorer
        return arcs.log_softmax(2).numpy(force=True), states

    def _relations(self, states: torch.Tensor, trees: Sequence[Heads], lengths: Sequence[int]) -> list[list[str]]:
        """The relation of every word to its head."""
        rows = np.repeat(np.arange(len(lengths)), [length - 1 for length in lengths])
        words = np.concatenate([np.arange(1, length) for length in lengths])
        heads = np.concatenate([tree[1:] for tree in trees])
        scores = self.deprel(states[rows, words].unsqueeze(1), states[rows, heads].unsqueeze(1))
        names = iter(self._names(scores[:, 0, 0].argmax(1).tolist()))
        return [[next(names) for _ in range(length - 1)] for length in lengths]

    def _resolved(self, scores: Scores, states: torch.Tensor, tree: Heads, names: list[str]) -> list[Arc]:
        """The tree as it is, or the best without two subjects or two objects of one word."""
        if find_head_constraint_violations(tree, names):
            every = self.deprel(states.unsqueeze(0), states.unsqueeze(0))[0].log_softmax(2).numpy(force=True)
            tree, labels = resolve_head_constraint_violations(scores, every, tree, self.vocab["deprel"])
            names = self._names(labels)
        return list(zip(tree[1:].tolist(), names, strict=True))

    def _names(self, labels: Sequence[int]) -> list[str]:
        names: list[str] = self.vocab["deprel"].unmap([int(label) + VOCAB_PREFIX_SIZE for label in labels])
        return names


class _Unscored(nn.Module):
    """In the place of a scorer: the states that it would score."""

    def forward(self, states: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        return states
