"""Stanza's trainers, called with nabra's choices, each in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from nabra.tasks.errors import ModelError

logger = logging.getLogger(__name__)

# Log lines that show how far a trainer is.
PROGRESS = ("STEP", "dev_score", "Step", "epoch", "Dev score", "F1")


@dataclass(frozen=True)
class Trainer:
    """One of Stanza's trainers: the processor it makes a model for, how it is run, and its arguments."""

    processor: str
    module: str
    arguments: tuple[str, ...]


def trainers(work: Path, seed: int) -> dict[str, Trainer]:
    """The trainers by processor; their data lie below `work`, where `nabra.tasks.train.data` writes them."""
    arguments: dict[str, tuple[str, list[str]]] = {
        "tokenize": (
            "tokenizer",
            [
                *["--txt_file", f"{work}/tokenize/train.txt", "--label_file", f"{work}/tokenize/train.labels"],
                *["--dev_txt_file", f"{work}/tokenize/dev.txt", "--dev_label_file", f"{work}/tokenize/dev.labels"],
                *["--dev_conll_gold", f"{work}/tokenize/dev.conllu"],
                *["--mwt_json_file", f"{work}/tokenize/train.mwt.json", "--use_mwt"],
                *["--max_seqlen", "300", "--steps", "2400", "--eval_steps", "300"],
            ],
        ),
    }
    common = ["--mode", "train", "--lang", "ar", "--shorthand", "ar_nabra", "--seed", str(seed)]
    made = {}
    for processor, (module, specific) in arguments.items():
        place = ["--save_dir", f"{work}/{processor}", "--save_name", f"{processor}.pt"]
        made[processor] = Trainer(processor, f"stanza.models.{module}", (*common, *place, *specific))
    return made


def run_trainer(trainer: Trainer, work: Path, threads: int) -> Path:
    """Run a trainer to its end and return the model's path; its log lies beside it.

    A run that was stopped starts again: these trainers take minutes.
    ModelError if the trainer fails or leaves no readable model: Stanza itself swallows errors of saving.
    """
    folder = work / trainer.processor
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "train.log"
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", trainer.module, *trainer.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        try:
            _follow(process, file, trainer.processor)
        finally:
            process.terminate()
            process.wait()
    model = folder / f"{trainer.processor}.pt"
    if process.returncode:
        raise ModelError(f"training {trainer.processor} failed with status {process.returncode}; see {log}")
    try:
        torch.load(model, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelError(f"training {trainer.processor} left no readable model at {model}; see {log}") from error
    return model


def _follow(process: subprocess.Popen[str], log: object, processor: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", file=log, flush=True)  # type: ignore[call-overload]
        if any(word in line for word in PROGRESS):
            logger.info("%s: %s", processor, line.strip().split("INFO: ")[-1])
    process.wait()
