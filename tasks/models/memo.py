"""A frozen encoder that reads each sentence once, however many processors ask for it.

Stanza's tagger and parser feed the same words to the encoder, each in its own batches padded to their longest
sentence. Here every row is looked up by its pieces; those not seen yet are read together with others of their length.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch

from nabra.tasks.models.precision import half_precision

# Stanza's heads (`--bert_hidden_layers 4`) and the segmenter mix the last four layers.
KEPT_LAYERS = 4
BATCH_PIECES = 2048


class MemoEncoder(torch.nn.Module):
    """Stands in for the `transformers.BertModel` that it wraps, in evaluation and without gradients only."""

    # Stanza asks every encoder whether it has adapters.
    _hf_peft_config_loaded = False

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model.eval()
        self.config = model.config
        self._states: dict[tuple[int, ...], torch.Tensor] = {}

    def train(self, mode: bool = True) -> MemoEncoder:
        """Stay in evaluation mode: a frozen encoder without dropout gives the same states every time."""
        return super().train(mode=False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> SimpleNamespace:
        """The last four hidden states of a batch, each of shape (rows, pieces, width), zero where padded."""
        keys = [
            tuple(row[:length]) for row, length in zip(input_ids.tolist(), attention_mask.sum(1).tolist(), strict=True)
        ]
        self._read(sorted({key for key in keys if key not in self._states}, key=len))
        states = input_ids.new_zeros((*input_ids.shape, KEPT_LAYERS, self.config.hidden_size), dtype=torch.float32)
        for row, key in enumerate(keys):
            states[row, : len(key)] = self._states[key].float()
        return SimpleNamespace(hidden_states=states.unbind(2))

    def forget(self) -> None:
        """Drop what was read, so that memory does not grow over a run."""
        self._states.clear()

    def _read(self, keys: Sequence[tuple[int, ...]]) -> None:
        batch: list[tuple[int, ...]] = []
        for key in keys:
            if batch and (len(batch) + 1) * len(key) > BATCH_PIECES:
                self._read_batch(batch)
                batch = []
            batch.append(key)
        if batch:
            self._read_batch(batch)

    def _read_batch(self, keys: Sequence[tuple[int, ...]]) -> None:
        width, place = len(keys[-1]), next(self.model.parameters()).device
        ids = torch.tensor([[*key, *[self.config.pad_token_id] * (width - len(key))] for key in keys], device=place)
        mask = torch.tensor([[1] * len(key) + [0] * (width - len(key)) for key in keys], device=place)
        with torch.no_grad(), half_precision(ids.device.type):
            layers = self.model(ids, attention_mask=mask, output_hidden_states=True).hidden_states[-KEPT_LAYERS:]
        stacked = torch.stack(layers, dim=2)
        for row, key in enumerate(keys):
            # Half precision halves the memory, and is more than the weights have.
            self._states[key] = stacked[row, : len(key)].half()
