"""The heads of a one-pass parser: all read what one encoder says of the pieces of a sentence's tokens.

Segmenter and lemmatiser are linear layers over scripts; tagger, parser and the tagger of named entities are Stanza's
models (Qi et al. 2020) with one BiLSTM layer each. Each head weighs the encoder's last layers for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from stanza.models.pos.model import Tagger
from torch import nn

from nabra.tasks.errors import ModelError
from nabra.tasks.parse.labels import Labels, load_labels
from nabra.tasks.parse.layout import Layout
from nabra.tasks.parse.names import VectorNERTagger
from nabra.tasks.parse.trees import VectorParser
from nabra.tasks.parse.vectors import Beside, Mix, Rows, WordPlaces, edges, pooled, rows_of

LABELS, WEIGHTS = "labels.json", "heads.safetensors"

_NO_WORDS: Final = {"char": False, "pretrain": False, "word_emb_dim": 0, "num_layers": 1, "rec_dropout": 0}
TAGGER: Final = _NO_WORDS | {
    "hidden_dim": 200,
    "deep_biaff_hidden_dim": 400,
    "tag_emb_dim": 0,
    "dropout": 0.5,
    "word_dropout": 0.33,
}
PARSER: Final = _NO_WORDS | {
    "hidden_dim": 200,
    "deep_biaff_hidden_dim": 200,
    "dropout": 0.5,
    "word_dropout": 0.33,
    "linearization": True,
    "distance": True,
    "use_upos": True,
    "use_xpos": False,
    "use_ufeats": False,
}
NAMES: Final = _NO_WORDS | {
    "hidden_dim": 256,
    "dropout": 0.4,
    "word_dropout": 0.01,
    "locked_dropout": 0.0,
    "input_transform": True,
}
# Of what segmenter and lemmatiser read.
DROPOUT: Final = 0.3


class Heads(nn.Module):
    """All heads for `labels`."""

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self.labels, vocab = labels, labels.vocabularies
        self.mixes = nn.ModuleDict({name: Mix() for name in ("tokens", "lemmas", "tags", "trees", "names")})
        self.beside = Beside(len(labels.clitics), labels.width)
        self.drop = nn.Dropout(DROPOUT)
        self.segmenter = nn.Linear(2 * labels.width, len(labels.scripts))
        self.lemmatiser = nn.Linear(labels.width, len(labels.lemma_scripts))
        self.tagger = Tagger(TAGGER | {"word_emb_dim": labels.width}, vocab, share_hid=True)
        self.tagger.word_emb = nn.Identity()
        self.parser = VectorParser(PARSER | {"tag_emb_dim": labels.width}, vocab)
        self.names = VectorNERTagger(NAMES | {"word_emb_dim": labels.width}, vocab)

    def script_logits(self, states: torch.Tensor, layout: Layout) -> torch.Tensor:
        """The scores of the segmenter's scripts for every token, (tokens, scripts)."""
        both = self.mixes["tokens"](edges(states, [run for runs in layout.tokens for run in runs]))
        logits: torch.Tensor = self.segmenter(self.drop(both.flatten(1)))
        return logits

    def word_layers(self, states: torch.Tensor, words: WordPlaces) -> tuple[torch.Tensor, torch.Tensor]:
        """What every head mixes a word's vector from, (words, layers, width), and what is added, (words, width)."""
        return pooled(states, words.runs), self.beside(words)

    def vectors(self, head: str, layers: torch.Tensor, added: torch.Tensor) -> torch.Tensor:
        """The vectors of words for a head, (words, width)."""
        mixed: torch.Tensor = self.mixes[head](layers)
        return mixed + added

    def lemma_logits(self, vectors: torch.Tensor) -> torch.Tensor:
        """The scores of the lemma scripts for every word, (words, scripts)."""
        logits: torch.Tensor = self.lemmatiser(self.drop(vectors))
        return logits

    def tag_rows(self, rows: Rows, gold: Sequence[torch.Tensor] | None = None) -> tuple[Any, list[torch.Tensor]]:
        """Stanza's tagger: the loss against `gold` (UPOS, XPOS, features), and the numbers of the best tags."""
        loss, tags = self.tagger(rows.vectors, *[None] * 3, gold, None, None, rows.lengths, None, None)
        return loss, tags

    def tree_rows(self, states: torch.Tensor, vectors: torch.Tensor, counts: Sequence[int]) -> Rows:
        """The parser's rows: of each sentence the vector of its beginning, for the root, and those of its words."""
        return rows_of(vectors, counts, first=self.mixes["trees"](states[:, 0]))

    def name_rows(self, states: torch.Tensor, layout: Layout) -> Rows:
        """The rows of the tagger of named entities."""
        vectors = self.mixes["names"](pooled(states, [run for runs in layout.tokens for run in runs]))
        return rows_of(vectors, [len(runs) for runs in layout.tokens])

    def save(self, folder: Path) -> None:
        """Write `labels.json` and `heads.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.labels.save(folder / LABELS)
        save_file({name: value.half().contiguous() for name, value in self.state_dict().items()}, folder / WEIGHTS)


def load_heads(folder: Path) -> Heads:
    """The heads in `folder`, in evaluation mode and single precision; ModelError if unusable."""
    try:
        heads = Heads(load_labels(folder / LABELS))
        heads.load_state_dict({name: value.float() for name, value in load_file(folder / WEIGHTS).items()})
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ModelError(f"the heads in {folder} cannot be loaded: {type(error).__name__}: {error}") from error
    return heads.eval()
