"""The forward pass of a BERT encoder, and nothing else of it: no gradients, no dropout, no heads.

`transformers` takes seconds to import and computes in single precision; here the weights are those of `packed`
(`tasks/models/packed.py`) and the products are integers where the machine multiplies these fast. In single precision
the states are those of `transformers.BertModel`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.nn.functional import embedding, gelu, layer_norm, scaled_dot_product_attention

from nabra.tasks.errors import ModelError
from nabra.tasks.models.packed import PACKED, SCALE
from nabra.tasks.models.precision import Arithmetic
from nabra.tasks.models.products import Weights, joined_layer

# The parser's heads mix the states of the last layers.
KEPT_LAYERS = 4
# Pieces whose numbers stay in the cache of a core from one product to the next.
TOGETHER = 256

Tensors = Mapping[str, torch.Tensor]


class Bert:
    """An encoder that reads piece ids. `config` is the `config.json` of `transformers`, `tensors` its weights."""

    def __init__(
        self,
        tensors: Tensors,
        config: Mapping[str, int | float],
        arithmetic: Arithmetic,
        place: torch.device,
    ) -> None:
        self.width, self._heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        self._epsilon, self._place = float(config["layer_norm_eps"]), place
        here = {name: value.to(place) for name, value in tensors.items()}
        self._words, self._places, self._kinds = (
            _Table(here, f"embeddings.{name}_embeddings.weight") for name in ("word", "position", "token_type")
        )
        self._norm = _Norm(here, "embeddings.LayerNorm", self._epsilon)
        self._layers = [
            _Layer(here, f"encoder.layer.{number}.", self._epsilon, arithmetic)
            for number in range(int(config["num_hidden_layers"]))
        ]

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The states of the last layers, (sentences, pieces, layers, width); `mask` is False where a row is filled."""
        return torch.stack(self.states(ids, mask)[-KEPT_LAYERS:], dim=2)

    @torch.inference_mode()
    def states(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor | None = None) -> list[torch.Tensor]:
        """What the embeddings and each layer say, (sentences, pieces, width); `kinds` are BERT's segments, 0 and 1."""
        ids, mask = ids.to(self._place), mask.to(self._place).bool()
        kinds = torch.zeros_like(ids) if kinds is None else kinds.to(self._place)
        places = torch.arange(ids.shape[1], device=self._place).expand_as(ids)
        # What fills rows up takes part in attention alone, and there nothing attends to it.
        rows = _Rows(mask)
        read = self._words(ids[mask]) + self._places(places[mask]) + self._kinds(kinds[mask])
        found = [self._norm(read)]
        for layer in self._layers:
            found.append(layer(found[-1], rows, self._heads))
        return [rows.filled(layer).view(*ids.shape, self.width) for layer in found]


class _Rows:
    """Where the pieces of a batch stand in rows of one length; `mask` is True where a piece is."""

    def __init__(self, mask: torch.Tensor) -> None:
        self.shape = mask.shape
        whole = bool(mask.all())
        self.mask = None if whole else mask[:, None, None, :]
        self._at = None if whole else mask.flatten().nonzero().squeeze(1)

    def filled(self, pieces: torch.Tensor) -> torch.Tensor:
        """(pieces, width) as rows one after another, zero where nothing stands."""
        if self._at is None:
            return pieces
        return pieces.new_zeros(self.shape.numel(), pieces.shape[1]).index_copy_(0, self._at, pieces)

    def pieces(self, filled: torch.Tensor) -> torch.Tensor:
        """The pieces alone."""
        return filled if self._at is None else filled[self._at]


class _Table:
    """Rows of an embedding, packed or not."""

    def __init__(self, tensors: Tensors, name: str) -> None:
        self._rows, self._scale = tensors[name], tensors.get(name + SCALE)

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        rows = embedding(ids, self._rows).float()
        return rows if self._scale is None else rows * embedding(ids, self._scale)


class _Norm:
    """Layer normalisation."""

    def __init__(self, tensors: Tensors, name: str, epsilon: float) -> None:
        self._weight, self._bias = tensors[f"{name}.weight"].float(), tensors[f"{name}.bias"].float()
        self._epsilon = epsilon

    def __call__(self, states: torch.Tensor) -> torch.Tensor:
        return layer_norm(states, self._weight.shape, self._weight, self._bias, self._epsilon)


class _Layer:
    """Attention and the two products after it, each added to what it reads and normalised."""

    def __init__(self, tensors: Tensors, prefix: str, epsilon: float, arithmetic: Arithmetic) -> None:
        def layer(*names: str) -> Weights:
            weights = [f"{prefix}{name}.weight" for name in names]
            biases = [tensors[f"{prefix}{name}.bias"] for name in names]
            scales = [tensors.get(name + SCALE) for name in weights]
            return joined_layer([tensors[name] for name in weights], scales, biases, arithmetic)

        self._asked = layer(*(f"attention.self.{name}" for name in ("query", "key", "value")))
        self._gathered, self._inner, self._outer = map(layer, ("attention.output.dense", *_FEED))
        self._first = _Norm(tensors, f"{prefix}attention.output.LayerNorm", epsilon)
        self._second = _Norm(tensors, f"{prefix}output.LayerNorm", epsilon)

    def __call__(self, states: torch.Tensor, rows: _Rows, heads: int) -> torch.Tensor:
        asked = rows.filled(torch.cat([self._asked(some) for some in torch.split(states, TOGETHER)]))
        query, key, value = asked.view(*rows.shape, 3, heads, -1).permute(2, 0, 3, 1, 4)
        attended = scaled_dot_product_attention(query, key, value, attn_mask=rows.mask)
        gathered = rows.pieces(attended.transpose(1, 2).reshape(rows.shape.numel(), -1))
        parts = zip(torch.split(states, TOGETHER), torch.split(gathered, TOGETHER), strict=True)
        return torch.cat([self._forward(*part) for part in parts])

    def _forward(self, states: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        states = self._first(self._gathered(attended) + states)
        return self._second(self._outer(gelu(self._inner(states))) + states)


_FEED = ("intermediate.dense", "output.dense")


def load_bert(folder: Path, arithmetic: Arithmetic, place: torch.device) -> Bert:
    """The packed encoder in `folder`; ModelError if it cannot be read."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return Bert(load_file(folder / PACKED), config, arithmetic, place)
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"the encoder in {folder} cannot be loaded: {type(error).__name__}: {error}") from error
