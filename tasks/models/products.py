"""Products with a matrix of weights, in the arithmetic that the machine is fast with.

In int8 the weights have one scale a row, as they are stored, and the activations one a piece ("by token"): a single
scale for a whole batch would leave most pieces a few steps of the 127 (Yao et al. 2022, ZeroQuant).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch.nn.functional import linear

from nabra.tasks.models.precision import Arithmetic

STEPS = 127


class Weights(Protocol):
    """A layer: the product of rows with its weights, and its bias added."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """(rows, in) to (rows, out), in single precision."""


class SingleWeights:
    """A layer in the precision of `weight`."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        self._weight, self._bias = weight, bias.to(weight.dtype)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `Weights`."""
        return linear(rows.to(self._weight.dtype), self._weight, self._bias).float()


class IntegerWeights:
    """A layer in int8: `weight` holds integers, `scale` (out, 1) what one step of each row is worth."""

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor) -> None:
        self._weight, self._scale, self._bias = weight.T, scale.flatten(), bias

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """See `Weights`."""
        worth = rows.abs().amax(dim=1, keepdim=True).clamp_(min=1e-12).div_(STEPS)
        whole = (rows / worth).round_().to(torch.int8)
        # torch offers the product of integers under this name alone.
        product = torch._int_mm(whole, self._weight).float()
        return product.mul_(worth).mul_(self._scale).add_(self._bias)


def joined_layer(
    weights: Sequence[torch.Tensor],
    scales: Sequence[torch.Tensor | None],
    biases: Sequence[torch.Tensor],
    arithmetic: Arithmetic,
) -> Weights:
    """Layers that read the same rows as one; a scale of None stands beside weights that are not stored as integers."""
    bias = torch.cat(list(biases)).float()
    if arithmetic is Arithmetic.INT8:
        whole = [_whole(weight, scale) for weight, scale in zip(weights, scales, strict=True)]
        return IntegerWeights(torch.cat([w for w, _ in whole]), torch.cat([s for _, s in whole]), bias)
    single = [w.float() if s is None else w.float() * s for w, s in zip(weights, scales, strict=True)]
    dtype = torch.bfloat16 if arithmetic is Arithmetic.BFLOAT16 else torch.float32
    return SingleWeights(torch.cat(single).to(dtype), bias)


def _whole(weight: torch.Tensor, scale: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    return to_integers(weight) if scale is None else (weight, scale)


def to_integers(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A matrix as int8 and the worth of a step of each row, (rows, 1)."""
    scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / STEPS
    return (weight / scale).round().to(torch.int8), scale
