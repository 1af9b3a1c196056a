"""The one training loop of nabra's own trainers: AdamW, warm-up then linear decay, checkpoints.

Every step is seeded by its number, so that a run that goes on from a checkpoint is the run that was never stopped.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nabra.tasks.errors import ModelError
from nabra.tasks.models.precision import device

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
CHECKPOINT_SECONDS = 120
LOG_STEPS = 25
CLIP = 1.0
WEIGHT_DECAY, BETAS = 0.01, (0.9, 0.98)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train: optimiser steps, steps of warm-up, weight decay, seed."""

    steps: int
    warmup: int
    seed: int
    weight_decay: float = WEIGHT_DECAY

    def factor(self, step: int) -> float:
        """What the learning rates are multiplied by at `step`."""
        return min((step + 1) / self.warmup, max(self.steps - step, 1) / max(self.steps - self.warmup, 1), 1.0)


def train_model(
    model: nn.Module,
    loss: Callable[[int], torch.Tensor],
    rates: Sequence[tuple[Sequence[nn.Parameter], float]],
    schedule: Schedule,
    checkpoint: Path,
    report: Callable[[int, float], None] | None = None,
    parts: int = 1,
) -> None:
    """Minimise `loss(number)` over `schedule.steps`; `rates` pairs parameters with their peak learning rates.

    A step adds up the gradients of `parts` losses, whose numbers go on from step to step: what is too large for the
    memory is read in parts. Goes on from `checkpoint` if it is there. `report(step, mean loss)` is called every 25
    steps. ModelError if a loss or a gradient is no finite number: the checkpoint then stays that of before.
    """
    optimiser = torch.optim.AdamW(
        [{"params": list(parameters), "lr": rate, "peak": rate} for parameters, rate in rates],
        weight_decay=schedule.weight_decay,
        betas=BETAS,
    )
    first = _resume(model, optimiser, checkpoint)
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    total, saved = 0.0, time.monotonic()
    for step in range(first, schedule.steps):
        torch.manual_seed(schedule.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * schedule.factor(step)
        for number in range(step * parts, (step + 1) * parts):
            value = loss(number) / parts
            _check_finite("the loss", value, step + 1, checkpoint)
            value.backward()  # type: ignore[no-untyped-call]
            total += value.item()
        # A finite loss may have gradients that are not: they would spoil the weights, and with them the checkpoint.
        _check_finite("the gradient", nn.utils.clip_grad_norm_(parameters, CLIP), step + 1, checkpoint)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if (step + 1) % LOG_STEPS == 0:
            logger.info("batch %d of %d: loss %.3f", step + 1, schedule.steps, total / LOG_STEPS)
            if report:
                report(step + 1, total / LOG_STEPS)
            total = 0.0
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(model, optimiser, step + 1, checkpoint)
            saved = time.monotonic()
    _save(model, optimiser, schedule.steps, checkpoint)


def _check_finite(what: str, value: torch.Tensor, step: int, checkpoint: Path) -> None:
    if not math.isfinite(value.item()):
        raise ModelError(
            f"{checkpoint.parent}: at step {step} {what} is {value.item()}; the training ended without saving it. The "
            "same command goes on from the last checkpoint; if it ends here again, try another --seed"
        )


def _resume(model: nn.Module, optimiser: torch.optim.Optimizer, checkpoint: Path) -> int:
    if not checkpoint.is_file():
        return 0
    state: dict[str, Any] = torch.load(checkpoint, map_location=device(), weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    logger.info("goes on after step %d", state["step"])
    return int(state["step"])


def _save(model: nn.Module, optimiser: torch.optim.Optimizer, step: int, checkpoint: Path) -> None:
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    partial = checkpoint.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, partial)
    partial.replace(checkpoint)
