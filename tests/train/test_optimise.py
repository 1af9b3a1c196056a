"""The training loop."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from nabra.tasks.train.optimise import Schedule, train_model

ROWS, PARTS, STEPS = 8, 4, 3


def trained(tmp_path: Path, parts: int) -> torch.Tensor:
    """The weights of a small model after some steps on the same rows, each step read in `parts`."""
    torch.manual_seed(0)
    rows, model = torch.randn(ROWS * STEPS, 2), nn.Linear(2, 1)
    size = ROWS // parts

    def loss(number: int) -> torch.Tensor:
        output: torch.Tensor = model(rows[number * size : (number + 1) * size])
        return output.square().mean()

    parameters = [(list(model.parameters()), 0.1)]
    train_model(model, loss, parameters, Schedule(STEPS, 1, 1), tmp_path / f"{parts}.pt", parts=parts)
    return model.weight.detach()


def test_a_batch_read_in_parts_teaches_what_the_whole_does(tmp_path: Path) -> None:
    torch.testing.assert_close(trained(tmp_path, PARTS), trained(tmp_path, 1))
