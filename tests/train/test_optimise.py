"""The training loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from nabra.tasks.errors import ModelError
from nabra.tasks.train import optimise
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


@pytest.mark.parametrize(
    ("spoilt", "what"),
    [(lambda x: x * float("nan"), "the loss is nan"), (lambda x: (x * 0).sqrt(), "the gradient is nan")],
)
def test_what_is_no_number_ends_the_training_and_leaves_the_checkpoint_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: Callable[[torch.Tensor], torch.Tensor], what: str
) -> None:
    monkeypatch.setattr(optimise, "CHECKPOINT_SECONDS", -1)
    model, checkpoint = nn.Linear(2, 1), tmp_path / "joint" / "checkpoint.pt"

    def loss(step: int) -> torch.Tensor:
        value = model(torch.ones(1, 2)).square().sum()
        return spoilt(value) if step == 2 else value

    with pytest.raises(ModelError, match=f"joint: at step 3 {what}"):
        train_model(model, loss, [(list(model.parameters()), 0.1)], Schedule(9, 1, 1), checkpoint)
    state = torch.load(checkpoint, weights_only=True)
    assert state["step"] == 2
    assert all(tensor.isfinite().all() for tensor in state["model"].values())
