"""One encoder fine-tuned for segmentation, tagging, parsing and named entities at once, then shared by all of them.

In every step each task gives a batch; the sum of their losses reaches the encoder. One encoder then serves every
processor, none of whose heads was trained on states that the encoder no longer gives.
"""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER
from nabra.tasks.models.memo import MemoEncoder
from nabra.tasks.models.precision import device, half_precision
from nabra.tasks.train.bundle import ENCODER_PREFIX
from nabra.tasks.train.encoder import read_tokenizer, save_encoder
from nabra.tasks.train.heads import EntityHead, Head, ParserHead, SegmentHead, TaggerHead, share_encoder
from nabra.tasks.train.optimise import CHECKPOINT, Schedule, train_model

logger = logging.getLogger(__name__)

WARMUP = 100
# The tagger's loss is a sum over some thirty columns, that of NER a sum over the words of a sentence. Weighed like
# this, the gradients of parser, tagger and NER reach the encoder about equally large; unweighed, NER's is ten times the
# parser's.
WEIGHTS: Mapping[str, float] = {"depparse": 1.0, "pos": 0.15, "ner": 0.05, "segment": 1.0}
SCORE_STEPS = 250
CURVE = "curve.tsv"
# The heads that were trained, alone, from which another training goes on.
HEADS = "heads.pt"


@dataclass(frozen=True)
class Rates:
    """Peak learning rates, and how much the loss of each task counts."""

    encoder: float = 2e-4
    heads: float = 1.5e-3
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)


@dataclass(frozen=True)
class Corpus:
    """What to learn from and to score on: trees in CoNLL-U, named entities in Stanza's JSON."""

    trees: Path
    dev_trees: Path
    names: Path
    dev_names: Path


class SharedEncoder(nn.Module):
    """A `transformers` encoder that computes in half precision where that is fast, and gives single precision."""

    # Stanza asks every encoder whether it has adapters.
    _hf_peft_config_loaded = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # Dropout of attention takes a third of the time on a CPU; that of the layers' outputs stays.
        self.model: Any = AutoModel.from_pretrained(
            folder,
            dtype=torch.float32,
            add_pooling_layer=False,
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
        )
        self.config = self.model.config

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> SimpleNamespace:
        """The hidden states of all layers."""
        with half_precision(input_ids.device.type):
            states = self.model(input_ids, attention_mask=attention_mask, output_hidden_states=True).hidden_states
        return SimpleNamespace(hidden_states=[layer.float() for layer in states])


def frozen_encoder(folder: Path) -> MemoEncoder:
    """The encoder of a folder, which no gradient reaches; it reads a sentence once in a whole training."""
    return MemoEncoder(load_encoder(folder)[0])


class Stream:
    """The batches of a head without end; the order of an epoch depends on the seed and the number of the epoch."""

    def __init__(self, head: Head, seed: int) -> None:
        self._head, self._seed = head, seed
        self._batches: list[Any] = []
        self._first, self._epoch = 0, 0

    def at(self, step: int) -> Any:
        """The batch of a step; steps must not go back."""
        while step >= self._first + len(self._batches):
            self._first += len(self._batches)
            random.seed(f"{self._seed} {self._head.name} {self._epoch}")
            self._batches = self._head.epoch()
            self._epoch += 1
        return self._batches[step - self._first]


def train_joint(
    base: Path,
    corpus: Corpus,
    folder: Path,
    steps: int,
    seed: int,
    read: Callable[[Path], Any] = SharedEncoder,
    rates: Rates = Rates(),
    names: Sequence[str] = tuple(WEIGHTS),
    start: Path | None = None,
) -> dict[str, dict[str, float]]:
    """Train the encoder of the folder `base` and the heads `names`; write them to `folder`, the encoder below it.

    `read` gives the encoder of a folder; `frozen_encoder` gives one that stays as it is. The heads are new, or those
    of the earlier training in the folder `start`. Returns the scores of the development parts; those on the way are in
    its `curve.tsv`.
    """
    whole, heads = _build(base, corpus, seed, read, names)
    if start:
        whole.load_state_dict(torch.load(start / HEADS, map_location=device(), weights_only=True), strict=False)
    # What has learned before needs no slow beginning.
    schedule = Schedule(steps, WARMUP // 5 if start else WARMUP, seed)
    return _train(whole, heads, base, folder, schedule, rates)


def train_heads(
    joint: Path, corpus: Corpus, folder: Path, names: Sequence[str], steps: int, seed: int, rates: Rates
) -> dict[str, dict[str, float]]:
    """Go on with the heads `names` of the joint training in the folder `joint` alone, its encoder staying as it is.

    `folder` then has what `joint` has, and those heads in the place of the earlier ones. Returns their scores.
    """
    shutil.copytree(joint, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CHECKPOINT, CURVE))
    return train_joint(joint / ENCODER, corpus, folder, steps, seed, frozen_encoder, rates, names, joint)


def _build(
    base: Path, corpus: Corpus, seed: int, read: Callable[[Path], Any], names: Sequence[str]
) -> tuple[nn.ModuleDict, Sequence[Head]]:
    """The encoder of a folder and the new heads `names` on it."""
    place = device()
    torch.manual_seed(seed)
    random.seed(seed)
    encoder = read(base).to(place)
    heads = build_heads(encoder, base, corpus, names, place)
    return nn.ModuleDict({"encoder": encoder, **{head.name: head.module for head in heads}}), heads


def _train(
    whole: nn.ModuleDict, heads: Sequence[Head], base: Path, folder: Path, schedule: Schedule, rates: Rates
) -> dict[str, dict[str, float]]:
    streams = {head.name: Stream(head, schedule.seed) for head in heads}
    encoder: Any = whole["encoder"]
    tuned = {id(parameter) for parameter in encoder.parameters()}
    others = [parameter for head in heads for parameter in head.module.parameters() if id(parameter) not in tuned]

    def loss(step: int) -> torch.Tensor:
        whole.train()
        return sum(
            (rates.weights[head.name] * head.loss(streams[head.name].at(step)) for head in heads),
            torch.zeros((), device=device()),
        )

    folder.mkdir(parents=True, exist_ok=True)

    def report(step: int, _: float) -> None:
        if step % SCORE_STEPS == 0:
            add_to_curve(folder / CURVE, step, score_heads(whole, heads))

    parameters = [(list(encoder.parameters()), rates.encoder), (others, rates.heads)]
    train_model(whole, loss, parameters, schedule, folder / CHECKPOINT, report)
    scores = score_heads(whole, heads)
    for head in heads:
        target = folder / head.name
        target.mkdir(parents=True, exist_ok=True)
        head.save(target)
    own = {name: value for name, value in whole.state_dict().items() if ENCODER_PREFIX not in name}
    torch.save({name: value for name, value in own.items() if not name.startswith("encoder.")}, folder / HEADS)
    save_encoder(encoder.model.cpu(), read_tokenizer(base), folder / ENCODER, torch.float32)
    return scores


def build_heads(
    encoder: nn.Module, base: Path, corpus: Corpus, names: Sequence[str], place: torch.device
) -> list[Head]:
    """The heads `names` over their data."""
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    trees = corpus.trees, corpus.dev_trees
    makers: Mapping[str, Callable[[], Head]] = {
        ParserHead.name: lambda: ParserHead(*trees, base, place),
        TaggerHead.name: lambda: TaggerHead(*trees, base, place),
        EntityHead.name: lambda: EntityHead(corpus.names, corpus.dev_names, base, place),
        SegmentHead.name: lambda: SegmentHead(*trees, encoder, tokenizer, place),
    }
    with share_encoder(encoder, tokenizer):
        return [makers[name]() for name in names]


def score_heads(whole: nn.Module, heads: Sequence[Head]) -> dict[str, dict[str, float]]:
    """The scores of all heads on their development parts."""
    whole.eval()
    with torch.no_grad():
        return {head.name: head.scores() for head in heads}


def add_to_curve(path: Path, step: int, scores: Mapping[str, Mapping[str, float]]) -> None:
    """Append a line of the learning curve: step, then each score in percent."""
    flat = {f"{name}.{metric}": value for name, values in scores.items() for metric, value in values.items()}
    line = "\t".join([str(step), *(f"{100 * value:.2f}" for value in flat.values())])
    header = "" if path.is_file() else "\t".join(["step", *flat]) + "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{header}{line}\n")
    logger.info("step %d: %s", step, ", ".join(f"{name} {100 * value:.1f}" for name, value in flat.items()))
