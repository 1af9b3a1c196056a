"""Stanza's graph parser, made to choose the tree first and then to name the arcs of the tree alone.

Stanza scores every relation between all pairs of words, though a word has but one head, and searches for the tree under
a penalty on roots, which breaks the best tree up even where it has one root. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from stanza.models.common.chuliu_edmonds import chuliu_edmonds, chuliu_edmonds_one_root
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.depparse.head_constraints import find_head_constraint_violations, resolve_head_constraint_violations
from stanza.models.depparse.model import GraphParser

Scores = npt.NDArray[np.floating[Any]]
Heads = npt.NDArray[np.integer[Any]]


def best_tree(scores: Scores) -> Heads:
    """The head of every word in the best tree with one root; `scores[word, head]`, where word 0 stands above the root.

    If the best of all trees has one root, it is the best of those with one root too. If the best heads make a tree, no
    tree is better.
    """
    tree: Heads = scores.argmax(1)
    tree[0] = 0
    if not _leads_to_root(tree):
        tree = chuliu_edmonds(scores.astype(np.float64))
    return tree if np.count_nonzero(tree[1:] == 0) == 1 else chuliu_edmonds_one_root(scores)


def _leads_to_root(heads: Heads) -> bool:
    """True if every word is below word 0."""
    above = heads
    for _ in range(len(heads).bit_length()):
        above = above[above]
    return not above.any()


class ArcsFirst:
    """Stands in for the `GraphParser` of Stanza's trainer, in prediction only; the model is its own from then on."""

    def __init__(self, model: GraphParser) -> None:
        self._model = model
        self._scorer = model.deprel
        # The model then gives the states of the words where it gave the scores of their relations.
        model.deprel = _Unscored()

    @staticmethod
    def fits(model: Any) -> bool:
        """Whether `model` scores relations apart from arcs."""
        return isinstance(model, GraphParser) and hasattr(model, "deprel")

    def get_device(self) -> torch.device:
        """Where the model computes."""
        device: torch.device = self._model.get_device()
        return device

    def eval(self) -> None:
        """Put the model in evaluation mode."""
        self._model.eval()
        self._scorer.eval()

    def predict(self, *batch: Any, resolve_head_constraints: bool = False) -> list[list[tuple[int, str]]]:
        """The head and the relation of every word of every sentence; `batch` as `GraphParser.predict` takes it."""
        *_, lengths, _wordlens, _text = batch
        arcs, states, *_ = self._model.forward_scores(*batch)
        scores = arcs.log_softmax(2).numpy(force=True)
        return [
            self._sentence(scores[row, :length, :length], states[row, :length], resolve_head_constraints)
            for row, length in enumerate(lengths)
        ]

    def _sentence(self, scores: Scores, states: torch.Tensor, resolve: bool) -> list[tuple[int, str]]:
        tree = best_tree(scores)
        # One pair a word, in place of all words by all words.
        pairs = self._scorer(states.unsqueeze(1), states[tree].unsqueeze(1))
        relations = self._names(pairs[1:, 0, 0].argmax(1).tolist())
        if resolve and find_head_constraint_violations(tree, relations):
            every = self._scorer(states.unsqueeze(0), states.unsqueeze(0))[0].log_softmax(2).numpy(force=True)
            tree, labels = resolve_head_constraint_violations(scores, every, tree, self._model.vocab["deprel"])
            relations = self._names(labels)
        return list(zip(tree[1:].tolist(), relations, strict=True))

    def _names(self, labels: Sequence[int]) -> list[str]:
        names: list[str] = self._model.vocab["deprel"].unmap([label + VOCAB_PREFIX_SIZE for label in labels])
        return names


class _Unscored(torch.nn.Module):
    """In the place of a scorer: the states that it would score."""

    def forward(self, states: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        return states
