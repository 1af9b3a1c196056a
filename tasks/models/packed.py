"""Encoders as they lie on the disk: int8 weights with one scale a row, a quarter of the size of single precision.

Weights are rounded to 127 steps of the largest of their row; everything else is kept in half precision.
"""

from __future__ import annotations

import torch

from nabra.tasks.models.products import to_integers

PACKED = "packed.safetensors"
SCALE = ".scale"


def packed(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Matrices as int8 with a scale for every row under `<name>.scale`; vectors in half precision."""
    tensors: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        if value.dim() == 2:
            tensors[name], tensors[name + SCALE] = to_integers(value)
        else:
            tensors[name] = value.half().contiguous() if value.is_floating_point() else value
    return tensors


def unpacked(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The single-precision weights that `packed` stored."""
    state = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            continue
        scale = tensors.get(name + SCALE)
        state[name] = value.float() if scale is None else value.float() * scale
    return state
