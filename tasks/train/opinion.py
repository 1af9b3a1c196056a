"""One encoder fine-tuned for opinion: the sentiment of a sentence, and the stance towards a marked target.

The two tasks share the encoder, so that one is enough for both, and the more plentiful sentiment labels help the
stance (multi-task learning, Caruana 1997). English targets come first, on the vocabulary of all languages: what the
layers learn there serves Arabic too.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from sklearn.metrics import f1_score
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import BertModel

from nabra.tasks.corpora.opinions import Labelled, Targeted
from nabra.tasks.models.folders import SENTIMENT, STANCE
from nabra.tasks.models.precision import device, half_precision
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.stance.classifier import HOLDERS, STANCES, Marked, encode_marked, pooled, target_features
from nabra.tasks.train.encoder import WORDS, read_tokenizer, save_encoder
from nabra.tasks.train.optimise import CHECKPOINT, Schedule, train_model

logger = logging.getLogger(__name__)

ENCODER_RATE, HEAD_RATE = 1e-4, 1e-3
WARMUP = 60
ROWS = 24
SMOOTHING, DROPOUT = 0.05, 0.1
SCORE_STEPS = 100
# One group in so many is kept back, to measure on and to calibrate with.
HELD_OUT = 7
IGNORED: Final = -100
LAYERS: Final = "layers.safetensors"
HEADS: Final[Mapping[str, tuple[str, ...]]] = {"sentiment": SENTIMENTS, "stance": STANCES, "holder": HOLDERS}
# Batches of sentences of like length, out of so many batches' worth.
POOL = 16


@dataclass(frozen=True)
class Task:
    """Rows that some of the heads learn from: for each head one label a row, an index into `HEADS[head]` or IGNORED."""

    rows: tuple[Marked, ...]
    labels: Mapping[str, tuple[int, ...]]
    groups: tuple[str, ...]

    @cached_property
    def held(self) -> list[int]:
        """The rows kept back."""
        return [row for row, group in enumerate(self.groups) if _is_held(group)]

    @cached_property
    def learned(self) -> list[int]:
        """The rows to learn from."""
        return [row for row, group in enumerate(self.groups) if not _is_held(group)]

    @cached_property
    def batch_count(self) -> int:
        """How many batches an epoch has."""
        return len(self.batches(""))

    def batches(self, seed: str) -> list[list[int]]:
        """An epoch of the rows to learn from, in an order that the seed decides."""
        shuffler = random.Random(seed)
        rows = shuffler.sample(self.learned, len(self.learned))
        pools = [rows[at : at + POOL * ROWS] for at in range(0, len(rows), POOL * ROWS)]
        ordered = [sorted(pool, key=lambda row: len(self.rows[row].sentence)) for pool in pools]
        batches = [pool[at : at + ROWS] for pool in ordered for at in range(0, len(pool), ROWS)]
        return shuffler.sample(batches, len(batches))

    def weights(self, head: str) -> torch.Tensor:
        """The weight of each label: the rarer, the heavier, by the root of its share."""
        counts = Counter(self.labels[head][row] for row in self.learned)
        total = sum(count for label, count in counts.items() if label != IGNORED)
        return torch.tensor([(total / max(counts[n], 1) / len(HEADS[head])) ** 0.5 for n in range(len(HEADS[head]))])


def _is_held(group: str) -> bool:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % HELD_OUT == 0


def sentiment_task(data: Labelled) -> Task:
    """Sentences for the head of sentiment."""
    labels = tuple(map(SENTIMENTS.index, data.labels))
    return Task(tuple(Marked(sentence, 0, 0) for sentence in data.sentences), {"sentiment": labels}, data.groups)


def stance_task(data: Sequence[Targeted]) -> Task:
    """Marked targets for the heads of stance and holder."""
    labels = {
        "stance": tuple(STANCES.index(row.stance) for row in data),
        "holder": tuple(HOLDERS.index(row.holder) if row.holder else IGNORED for row in data),
    }
    return Task(tuple(row.marked for row in data), labels, tuple(row.group for row in data))


class OpinionModel(nn.Module):
    """The encoder under one linear head for each of `HEADS`."""

    def __init__(self, encoder: Any, tokenizer: Any) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder, self._tokenizer = encoder, tokenizer
        self.dropout = nn.Dropout(DROPOUT)
        sizes = {"sentiment": width, "stance": 2 * width, "holder": 2 * width}
        self.heads = nn.ModuleDict({head: nn.Linear(sizes[head], len(labels)) for head, labels in HEADS.items()})
        # The words keep their places: a few thousand sentences would move only those that they happen to hold.
        encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        # Dropout of attention takes a third of the time on a CPU; that of the layers' outputs stays.
        for layer in encoder.encoder.layer:
            layer.attention.self.dropout.p = 0.0

    def forward(self, rows: Sequence[Marked], heads: Sequence[str]) -> dict[str, torch.Tensor]:
        """The logits of the heads, of shape (rows, labels)."""
        place = next(self.heads.parameters()).device
        pieces = {name: tensor.to(place) for name, tensor in encode_marked(self._tokenizer, rows).items()}
        with half_precision(place.type):
            states = self.encoder(**pieces).last_hidden_state.float()
        sentence = heads == ["sentiment"]
        read = pooled(states, pieces["attention_mask"]) if sentence else target_features(states, pieces)
        return {head: self.heads[head](self.dropout(read)) for head in heads}

    def logits(self, task: Task, head: str, rows: Sequence[int]) -> torch.Tensor:
        """The logits of the rows of a task, without dropout."""
        self.eval()
        heads = list(task.labels)
        with torch.inference_mode():
            parts = [
                self([task.rows[row] for row in rows[at : at + ROWS]], heads)[head].cpu()
                for at in range(0, len(rows), ROWS)
            ]
        return torch.cat(parts)


def train_opinion(
    base: tuple[Any, Any], tasks: Sequence[Task], folder: Path, epochs: int, seed: int, start: Path | None = None
) -> dict[str, float]:
    """Fine-tune the encoder `base` and new heads on `tasks`; return macro-F1 on what was kept back, by head.

    `start` is the folder of an earlier training, on whatever vocabulary, whose layers to begin with. Writes the layers,
    for a later training, and the heads, calibrated on what was kept back.
    """
    torch.manual_seed(seed)
    model = OpinionModel(*base)
    if start:
        model.load_state_dict(load_file(start / LAYERS), strict=False)
    model.to(device())
    steps = epochs * max(task.batch_count for task in tasks)
    streams = [_Stream(task, seed) for task in tasks]

    def loss(step: int) -> torch.Tensor:
        model.train()
        return torch.stack([_loss(model, stream.task, stream.at(step)) for stream in streams]).sum()

    def report(step: int, _: float) -> None:
        if step % SCORE_STEPS == 0:
            logger.info("step %d of %d: %s", step, steps, _scores(model, tasks))

    layers = [parameter for parameter in model.encoder.parameters() if parameter.requires_grad]
    rates = [(layers, ENCODER_RATE), (list(model.heads.parameters()), HEAD_RATE)]
    folder.mkdir(parents=True, exist_ok=True)
    train_model(model, loss, rates, Schedule(steps, WARMUP, seed), folder / CHECKPOINT, report)
    scores = _scores(model, tasks)
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file({name: tensor for name, tensor in state.items() if not name.endswith(WORDS)}, folder / LAYERS)
    _save_heads(model, tasks, folder)
    return scores


@dataclass
class _Stream:
    """The batches of a task without end."""

    task: Task
    seed: int
    _epoch: int = -1
    _batches: list[list[int]] = field(default_factory=list)

    def at(self, step: int) -> list[int]:
        """The batch of a step."""
        epoch, place = divmod(step, self.task.batch_count)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self.task.batches(f"{self.seed} {epoch}")
        return self._batches[place]


def _loss(model: OpinionModel, task: Task, rows: list[int]) -> torch.Tensor:
    logits = model([task.rows[row] for row in rows], list(task.labels))
    losses = []
    for head, values in logits.items():
        wanted = torch.tensor([task.labels[head][row] for row in rows], device=values.device)
        if (wanted != IGNORED).any():
            weight = task.weights(head).to(values.device)
            losses.append(cross_entropy(values, wanted, weight, ignore_index=IGNORED, label_smoothing=SMOOTHING))
    return torch.stack(losses).sum()


def _scores(model: OpinionModel, tasks: Sequence[Task]) -> dict[str, float]:
    scores = {}
    for task in tasks:
        for head, labels in task.labels.items():
            rows = [row for row in task.held if labels[row] != IGNORED]
            if not rows:
                continue
            found = model.logits(task, head, rows).argmax(1).tolist()
            each = f1_score(
                [labels[row] for row in rows], found, average=None, labels=range(len(HEADS[head])), zero_division=0
            )
            scores[f"{head}_macro_f1"] = round(float(each.mean()), 4)
            scores |= {f"{head}_{label}": round(float(f1), 4) for label, f1 in zip(HEADS[head], each, strict=True)}
    return scores


def _save_heads(model: OpinionModel, tasks: Sequence[Task], folder: Path) -> None:
    """Write the heads as the stages read them: those of sentiment and of stance in folders of their own."""
    tensors: dict[str, dict[str, torch.Tensor]] = {SENTIMENT: {}, STANCE: {}}
    for task in tasks:
        for head in task.labels:
            weight, bias = _calibrated(model, task, head)
            names = ("weight", "bias") if head == "sentiment" else (f"{head}.weight", f"{head}.bias")
            tensors[SENTIMENT if head == "sentiment" else STANCE] |= dict(zip(names, (weight, bias), strict=True))
    configs = {
        SENTIMENT: {"labels": SENTIMENTS, "layers": [model.encoder.config.num_hidden_layers]},
        STANCE: {"stances": STANCES, "holders": HOLDERS},
    }
    for name, config in configs.items():
        if tensors[name]:
            (folder / name).mkdir(exist_ok=True)
            save_file(tensors[name], folder / name / "classifier.safetensors")
            (folder / name / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")


def _calibrated(model: OpinionModel, task: Task, head: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of a head, scaled and shifted so that its probabilities fit what was kept back.

    One temperature and one shift a label, by maximum likelihood (Guo et al. 2017): training weighs rare labels up.
    """
    rows = [row for row in task.held if task.labels[head][row] != IGNORED]
    layer = model.heads[head]
    assert isinstance(layer, nn.Linear)
    weight, bias = layer.weight.detach().cpu(), layer.bias.detach().cpu()
    if not rows:
        return torch.zeros_like(weight), torch.zeros_like(bias)  # nothing learned: all labels alike
    logits = model.logits(task, head, rows).clone()
    wanted = torch.tensor([task.labels[head][row] for row in rows])
    scale, shift = torch.ones(1, requires_grad=True), torch.zeros(len(bias), requires_grad=True)
    optimiser = torch.optim.LBFGS([scale, shift], max_iter=100)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        # A slight pull to no change keeps labels that are hardly there from running away.
        loss = cross_entropy(logits * scale + shift, wanted) + 0.01 * shift.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weight * scale.detach(), bias * scale.detach() + shift.detach()


def save_opinion_encoder(base: Path, trained: Path, folder: Path) -> None:
    """Write the encoder of the folder `base` with the layers that a training left in `trained` to `folder`."""
    model = BertModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False)
    state = load_file(trained / LAYERS)
    own = {name.removeprefix("encoder."): value for name, value in state.items() if name.startswith("encoder.")}
    model.load_state_dict(own, strict=False)
    save_encoder(model, read_tokenizer(base), folder, torch.float32)
