"""One encoder fine-tuned for segmentation, tagging, lemmas, parsing and named entities at once, and their heads.

In every step each task gives a batch; the weighted sum of their losses reaches the encoder, which has read each batch
once for all of its heads.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoModel

from nabra.tasks.models.bert import KEPT_LAYERS
from nabra.tasks.models.folders import ENCODER, HEADS
from nabra.tasks.models.pieces import PieceReader
from nabra.tasks.models.precision import device, half_precision
from nabra.tasks.parse.heads import Heads
from nabra.tasks.train.encoder import read_tokenizer, save_encoder
from nabra.tasks.train.examples import labels_of, read_tagged, read_trees
from nabra.tasks.train.files import write_whole
from nabra.tasks.train.heads import NameTask, Task, TreeTask
from nabra.tasks.train.optimise import CHECKPOINT, Schedule, train_model

logger = logging.getLogger(__name__)

WARMUP = 100
ENCODER_RATE, HEADS_RATE = 2e-4, 1.5e-3
# The tagger's loss is a sum over some thirty columns, that of names a sum over the tokens of a sentence. Weighed like
# this, the gradients of parser, tagger and names reach the encoder about equally large; unweighed, those of the names
# are ten times the parser's.
WEIGHTS: Mapping[str, float] = {"trees": 1.0, "tags": 0.15, "names": 0.05, "tokens": 1.0, "lemmas": 0.5}
SCORE_STEPS = 250
CURVE = "curve.tsv"


@dataclass(frozen=True)
class Corpus:
    """What to learn from and to score on: trees in CoNLL-U, named entities as `write_ner_data` has them.

    The labels are those of the trees in `annotated`; `trees` may hold copies of these in other spellings besides.
    """

    annotated: Path
    trees: Path
    dev_trees: Path
    names: Path
    dev_names: Path


class TunedEncoder(nn.Module):
    """A `transformers` encoder to be fine-tuned, of `layers` layers or all, which gives the states that heads read.

    It computes in half precision where that is fast. It learns without dropout, which takes a fifth of the time on a
    CPU: a treebank is read some five times, and the heads have dropout of their own.
    """

    def __init__(self, folder: Path, layers: int | None = None) -> None:
        super().__init__()
        shorter = {} if layers is None else {"num_hidden_layers": layers}
        self.model: Any = AutoModel.from_pretrained(
            folder,
            dtype=torch.float32,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            local_files_only=True,
            **shorter,
        )

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The states of the last layers, (sentences, pieces, layers, width), in single precision."""
        place = self.model.device
        with half_precision(place.type):
            states = self.model(ids.to(place), attention_mask=mask.to(place), output_hidden_states=True).hidden_states
        return torch.stack([layer.float() for layer in states[-KEPT_LAYERS:]], dim=2)


class Stream:
    """The batches of a task without end; the order of an epoch depends on the seed and the number of the epoch."""

    def __init__(self, task: Task, seed: int) -> None:
        self._task, self._seed = task, seed
        self._batches: list[Any] = []
        self._first, self._epoch = 0, 0

    def at(self, step: int) -> Any:
        """The batch of a step; steps must not go back."""
        while step >= self._first + len(self._batches):
            self._first += len(self._batches)
            random.seed(f"{self._seed} {self._task.name} {self._epoch}")
            self._batches = self._task.epoch()
            self._epoch += 1
        return self._batches[step - self._first]


@dataclass(frozen=True)
class Learner:
    """An encoder, heads on it, and the tasks that teach both."""

    encoder: TunedEncoder
    heads: Heads
    tasks: Sequence[Task]

    @property
    def whole(self) -> nn.Module:
        """All that learns."""
        return nn.ModuleDict({"encoder": self.encoder, "heads": self.heads})

    def loss(self, batches: Sequence[Any]) -> torch.Tensor:
        """The weighted sum of the losses of a batch of each task."""
        losses: dict[str, torch.Tensor] = {}
        for task, batch in zip(self.tasks, batches, strict=True):
            losses |= task.losses(self.encoder, self.heads, batch)
        return torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum()

    def scores(self) -> dict[str, float]:
        """The scores of all tasks on their development parts."""
        self.whole.eval()
        with torch.no_grad():
            return {k: v for task in self.tasks for k, v in task.scores(self.encoder, self.heads).items()}


def train_joint(
    base: Path, corpus: Corpus, folder: Path, steps: int, seed: int, layers: int | None = None
) -> dict[str, float]:
    """Train the encoder of the folder `base`, cut to `layers` layers, and new heads; write both below `folder`.

    Returns the scores of the development parts; those on the way are in its `curve.tsv`.
    """
    learner = build_learner(base, corpus, seed, layers)
    folder.mkdir(parents=True, exist_ok=True)
    _train(learner, folder, Schedule(steps, min(WARMUP, steps), seed))
    scores = learner.scores()
    learner.heads.save(folder / HEADS)
    save_encoder(learner.encoder.model.cpu(), read_tokenizer(base), folder / ENCODER, torch.float32)
    return scores


def build_learner(base: Path, corpus: Corpus, seed: int, layers: int | None = None) -> Learner:
    """The encoder of a folder, new heads for the labels of a corpus, and what teaches them."""
    torch.manual_seed(seed)
    encoder, reader = TunedEncoder(base, layers), PieceReader(base)
    names, dev_names = (read_tagged(path) for path in (corpus.names, corpus.dev_names))
    labels = labels_of(read_trees(corpus.annotated), names, encoder.model.config.hidden_size)
    trees, dev_trees = read_trees(corpus.trees), read_trees(corpus.dev_trees)
    tasks = TreeTask(trees, dev_trees, labels, reader), NameTask(names, dev_names, labels, reader)
    return Learner(encoder.to(device()), Heads(labels).to(device()), tasks)


def _train(learner: Learner, folder: Path, schedule: Schedule) -> None:
    whole, streams = learner.whole, [Stream(task, schedule.seed) for task in learner.tasks]

    def loss(step: int) -> torch.Tensor:
        whole.train()
        return learner.loss([stream.at(step) for stream in streams])

    def report(step: int, _: float) -> None:
        if step % SCORE_STEPS == 0:
            add_to_curve(folder / CURVE, step, learner.scores())

    rates = [(list(learner.encoder.parameters()), ENCODER_RATE), (list(learner.heads.parameters()), HEADS_RATE)]
    train_model(whole, loss, rates, schedule, folder / CHECKPOINT, report)


def add_to_curve(path: Path, step: int, scores: Mapping[str, float]) -> None:
    """Add a line to the learning curve: step, then each score in percent.

    Lines of this step and later ones give way: they are of a run that was stopped, and went on from an earlier step.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    earlier = [line for line in lines[1:] if int(line.split("\t")[0]) < step]
    line = "\t".join([str(step), *(f"{100 * value:.2f}" for value in scores.values())])
    write_whole(path, "".join(f"{one}\n" for one in ("\t".join(["step", *scores]), *earlier, line)))
    logger.info("step %d: %s", step, ", ".join(f"{name} {100 * value:.1f}" for name, value in scores.items()))
