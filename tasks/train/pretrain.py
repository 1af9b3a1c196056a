"""Continued pretraining of the encoder on news text: masked language modelling with whole words masked.

Devlin et al. 2019 (masking), Gururangan et al. 2020 ("Don't Stop Pretraining": going on in the domain). The output
layer shares the word embeddings, so that nothing is learned that is thrown away but one small transform.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import AutoModel

from nabra.tasks.models.precision import device, half_precision
from nabra.tasks.train.encoder import read_tokenizer, save_encoder
from nabra.tasks.train.optimise import CHECKPOINT, Schedule, train_model

logger = logging.getLogger(__name__)

WINDOW = 128
# A CPU reads a batch in parts: its memory would not hold what the gradients of the whole need.
ROWS, CPU_ROWS = 128, 32
# BERT hides 15 in 100; more of a text that is read hardly more than once teaches more (Wettig et al. 2023).
MASKED = 0.3
# Of the chosen words, four in five become <mask>, one in ten another piece, one in ten stays.
AS_MASK, AS_RANDOM = 0.8, 0.1
LEARNING_RATE = 5e-4
WARMUP = 40


@dataclass(frozen=True)
class Windows:
    """News text as piece ids, cut into windows of one length, and where words begin in them; (rows, WINDOW)."""

    ids: torch.Tensor
    begins: torch.Tensor


def pretrain(base: Path, texts: Iterable[str], folder: Path, steps: int, seed: int) -> None:
    """Go on with the pretraining of the encoder in `base` for `steps` batches of `texts`; write it to `folder`."""
    windows = read_windows(texts, base, steps * ROWS)
    vocabulary = Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab()
    model = MaskedLanguageModel(base).to(device())
    order = torch.randperm(len(windows.ids), generator=torch.Generator().manual_seed(seed))

    parts = 1 if device().type == "cuda" else ROWS // CPU_ROWS
    size = ROWS // parts

    def loss(number: int) -> torch.Tensor:
        rows = order[torch.arange(number * size, (number + 1) * size) % len(order)]
        ids = windows.ids[rows].long()
        chosen = choose_words(windows.begins[rows])
        with half_precision(device().type):
            value: torch.Tensor = model(hide(ids, chosen, vocabulary["<mask>"]), ids, chosen)
        return value

    rates = [(list(model.parameters()), LEARNING_RATE)]
    train_model(model, loss, rates, Schedule(steps, WARMUP, seed), folder / CHECKPOINT, parts=parts)
    save_encoder(model.encoder.cpu(), read_tokenizer(base), folder, torch.float32)


def read_windows(texts: Iterable[str], folder: Path, limit: int) -> Windows:
    """At most `limit` windows of `texts` under the tokenizer of the encoder in `folder`; articles run on."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    vocabulary = tokenizer.get_vocab()
    begins_word = torch.zeros(len(vocabulary), dtype=torch.bool)
    begins_word[[index for piece, index in vocabulary.items() if piece.startswith("▁")]] = True
    body = WINDOW - 2
    stream: list[int] = []
    for text in texts:
        stream.extend(tokenizer.encode(text, add_special_tokens=False).ids)
        if len(stream) >= limit * body:
            break
    rows = min(limit, len(stream) // body)
    inner = torch.tensor(stream[: rows * body], dtype=torch.int32).view(rows, body)
    edge = torch.ones((rows, 1), dtype=torch.int32)
    ids = torch.cat([edge * vocabulary["<s>"], inner, edge * vocabulary["</s>"]], dim=1)
    begins = begins_word[ids.long()]
    begins[:, [0, 1, -1]] = True
    return Windows(ids, begins)


def choose_words(begins: torch.Tensor) -> torch.Tensor:
    """A mask over pieces: three words in ten, whole; never the first or last piece of a window."""
    words = begins.cumsum(dim=1)
    lots = torch.rand(begins.shape[0], int(words.max()) + 1) < MASKED
    chosen = lots.gather(1, words)
    chosen[:, [0, -1]] = False
    return chosen


def hide(ids: torch.Tensor, chosen: torch.Tensor, mask_id: int) -> torch.Tensor:
    """`ids` with the chosen pieces masked, replaced or left, by lot."""
    lot = torch.rand(ids.shape)
    hidden = torch.where(chosen & (lot < AS_MASK), mask_id, ids)
    others = ids.flatten()[torch.randint(ids.numel(), ids.shape)]
    return torch.where(chosen & (lot >= AS_MASK) & (lot < AS_MASK + AS_RANDOM), others, hidden)


class MaskedLanguageModel(nn.Module):
    """The encoder of a folder with BERT's output layer over its own word embeddings."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        # Without dropout: hardly a window is read twice, and on a CPU it takes a third of the time.
        self.encoder: Any = AutoModel.from_pretrained(
            base,
            dtype=torch.float32,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        width = self.encoder.config.hidden_size
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(self.encoder.config.vocab_size))

    def forward(self, hidden: torch.Tensor, ids: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        """The mean loss over the chosen pieces."""
        place = self.bias.device
        states = self.encoder(hidden.to(place)).last_hidden_state
        states = self.transform(states[chosen.to(place)])
        logits = states @ self.encoder.embeddings.word_embeddings.weight.T + self.bias
        return cross_entropy(logits.float(), ids[chosen].to(place))
