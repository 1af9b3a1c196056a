"""Stance towards a marked target: the encoder reads the sentence with the target marked, linear heads judge.

The target is marked by BERT's segment embedding, as the second text of a pair is; what the heads read is the mean of
the target's pieces beside the mean of all (compare GRU-TSC, Hamborg and Donnay 2021, and TD-BERT, Gao et al. 2019).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.errors import ModelError
from nabra.tasks.models.probabilities import Floats, softmax

STANCES: Final = ("none", "favor", "against")
HOLDERS: Final = ("author", "speaker", "actor")
MAX_PIECES: Final = 128  # of the sentence around the target; beyond, the words hardly concern it
_BATCH: Final = 32

Tensors = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Marked:
    """`sentence[start:end]` is the target."""

    sentence: str
    start: int
    end: int


class Judged(NamedTuple):
    """Probabilities: of `STANCES` towards the target, and of `HOLDERS`, should there be a stance."""

    stance: Mapping[str, float]
    holder: Mapping[str, float]


class TargetClassifier(Protocol):
    """What the stance stage needs of a classifier."""

    def judge(self, marked: Sequence[Marked]) -> list[Judged]:
        """One judgement a marked sentence."""


def encode_marked(tokenizer: Any, marked: Sequence[Marked]) -> dict[str, torch.Tensor]:
    """The encoder's input: `input_ids`, `attention_mask`, and `token_type_ids`, which are 1 on the target's pieces.

    All of shape (sentences, pieces). Of a long sentence, `MAX_PIECES` pieces around the target are read.
    """
    encoded = [_pieces(tokenizer, one) for one in marked]
    length = max(len(ids) for ids, _ in encoded)
    ids = torch.full((len(encoded), length), tokenizer.pad_token_id)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, (pieces, target) in enumerate(encoded):
        ids[row, : len(pieces)] = torch.tensor(pieces)
        mask[row, : len(pieces)] = 1
        types[row, target.start : target.stop] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def _pieces(tokenizer: Any, marked: Marked) -> tuple[list[int], range]:
    """The pieces of the sentence, and where among them the target stands."""
    before = skeleton(marked.sentence[: marked.start]).text
    target = skeleton(marked.sentence[marked.start : marked.end]).text
    text = before + target + skeleton(marked.sentence[marked.end :]).text
    encoded = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False, truncation=False, verbose=False)
    low, high = len(before), len(before) + len(target)
    inside = [at for at, (start, end) in enumerate(encoded["offset_mapping"]) if start < high and end > low]
    first, last = (inside[0], inside[-1] + 1) if inside else (0, 0)
    room = MAX_PIECES - 2
    start = max(0, min(first - (room - (last - first)) // 2, len(encoded["input_ids"]) - room))
    ids = encoded["input_ids"][start : start + room]
    shift = 1 - start
    return [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id], range(first + shift, min(last + shift, room + 1))


def pooled(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of `states` (sentences, pieces, width) where `mask` (sentences, pieces) is 1; zero where it never is."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1)


def target_features(states: torch.Tensor, pieces: Tensors) -> torch.Tensor:
    """(sentences, 2 x width): the mean of the target's states, the mean of all."""
    return torch.cat([pooled(states, pieces["token_type_ids"]), pooled(states, pieces["attention_mask"])], 1)


@dataclass(frozen=True)
class LinearTargetClassifier:
    """Two linear heads, of `STANCES` and `HOLDERS`, over the features of a fine-tuned encoder."""

    model: Any
    tokenizer: Any
    heads: Mapping[str, Floats]

    def judge(self, marked: Sequence[Marked]) -> list[Judged]:
        """See `TargetClassifier`; sentences of like length share a batch."""
        order = sorted(range(len(marked)), key=lambda index: len(marked[index].sentence))
        judged: dict[int, Judged] = {}
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            features = self._features([marked[index] for index in batch])
            stances, holders = (self._probabilities(features, head) for head in ("stance", "holder"))
            for index, stance, holder in zip(batch, stances, holders, strict=True):
                judged[index] = Judged(
                    dict(zip(STANCES, map(float, stance), strict=True)),
                    dict(zip(HOLDERS, map(float, holder), strict=True)),
                )
        return [judged[index] for index in range(len(marked))]

    def _features(self, marked: list[Marked]) -> Floats:
        pieces = encode_marked(self.tokenizer, marked)
        with torch.inference_mode():
            features: Floats = target_features(self.model(**pieces).last_hidden_state, pieces).double().numpy()
        return features

    def _probabilities(self, features: Floats, head: str) -> Floats:
        return softmax(features @ self.heads[f"{head}.weight"].T + self.heads[f"{head}.bias"])


def load_target_classifier(folder: Path, model: Any, tokenizer: Any) -> LinearTargetClassifier:
    """The heads in `folder` (classifier.safetensors, config.json) on the given encoder; ModelError if unusable."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if (config["stances"], config["holders"]) != (list(STANCES), list(HOLDERS)):
            raise ValueError(f"its labels are {config}")
        heads = {
            name: tensor.astype(np.float64) for name, tensor in load_file(folder / "classifier.safetensors").items()
        }
        return LinearTargetClassifier(model, tokenizer, heads)
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"the stance classifier in {folder} cannot be loaded: {error}") from error
