"""Stanza's tagger of named entities on the vectors of tokens, and the best tags of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from stanza.models.ner.model import NERTagger
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence, pad_sequence

from nabra.tasks.parse.vectors import Rows

Scores = npt.NDArray[np.floating[Any]]


class VectorNERTagger(NERTagger):  # type: ignore[misc]
    """`NERTagger` for sentences that are given as vectors of their tokens."""

    def __init__(self, args: dict[str, Any], vocab: dict[str, Any]) -> None:
        super().__init__(args, vocab)
        # Takes the vectors as they come.
        self.word_emb = nn.Identity()

    @staticmethod
    def extract_static_embeddings(
        _: Any, sentences: Sequence[torch.Tensor], __: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The vectors of `sentences`, each (tokens, width), and where they are filled up."""
        lengths = torch.tensor([len(sentence) for sentence in sentences])
        vectors = pad_sequence(list(sentences), batch_first=True)
        return vectors, torch.arange(vectors.shape[1]) >= lengths.unsqueeze(1)

    def loss(self, rows: Rows, tags: torch.Tensor) -> torch.Tensor:
        """The mean loss of a sentence; `tags` has the number of each token's tag, (sentences, longest)."""
        sentences = [vectors[:length] for vectors, length in zip(rows.vectors, rows.lengths, strict=True)]
        loss: torch.Tensor = self(
            sentences, None, None, tags.unsqueeze(2), None, rows.lengths, None, None, None, None, None
        )[0]
        return loss

    def logits(self, rows: Rows) -> torch.Tensor:
        """The scores of the tags in evaluation, (sentences, longest, tags): those of `forward`, without its loss."""
        packed = pack_padded_sequence(rows.vectors, rows.lengths, batch_first=True)
        inputs = PackedSequence(self.input_transform(packed.data), packed.batch_sizes)
        start = [
            one.expand(2 * self.args["num_layers"], len(rows.lengths), self.args["hidden_dim"]).contiguous()
            for one in (self.taggerlstm_h_init, self.taggerlstm_c_init)
        ]
        states, _ = self.taggerlstm(inputs, rows.lengths, hx=tuple(start))
        scores = PackedSequence(self.tag_clfs[0](states.data), packed.batch_sizes)
        padded: torch.Tensor = pad_packed_sequence(scores, batch_first=True)[0]
        return padded

    def best(self, rows: Rows) -> list[list[str]]:
        """The tags of each sentence, in the order of the rows."""
        transitions = self.crits[0]._transitions.numpy(force=True)
        found = best_paths(self.logits(rows).numpy(force=True), transitions, rows.lengths)
        # A path can cross a filler of Stanza's vocabulary, which is no tag.
        names = ["O" if unit.startswith("<") else unit for unit in self.vocab["tag"].items(0)]
        return [[names[tag] for tag in path] for path in found]


def best_paths(scores: Scores, transitions: Scores, lengths: Sequence[int]) -> list[list[int]]:
    """The best sequence of tags for each row of `scores` (rows, steps, tags): Viterbi's search, all rows at once."""
    rows, steps, tags = scores.shape
    best, back = scores[:, 0], np.zeros((rows, steps, tags), dtype=np.int32)
    ends = [best.argmax(1)]
    for step in range(1, steps):
        ways = best[:, :, None] + transitions
        back[:, step] = ways.argmax(1)
        best = scores[:, step] + ways.max(1)
        ends.append(best.argmax(1))
    return [_trace(back[row], length, int(ends[length - 1][row])) for row, length in enumerate(lengths)]


def _trace(back: npt.NDArray[np.int32], length: int, last: int) -> list[int]:
    path = [last]
    for step in range(length - 1, 0, -1):
        path.append(int(back[step, path[-1]]))
    return path[::-1]
