"""The sentiment classifier: the shared encoder's layers, averaged over the sentence, under a logistic regression."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file

from nabra.config.settings import Settings
from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.errors import ModelError
from nabra.tasks.models.folders import SENTIMENT
from nabra.tasks.models.opinions import opinion_encoder, opinions
from nabra.tasks.models.probabilities import Floats, softmax

# Pieces beyond this add nothing to the mean of a news sentence; the encoder's own limit is 512.
MAX_PIECES = 192
BATCH_SENTENCES = 32


class Classifier(Protocol):
    """What the sentiment stage needs of a classifier."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """One row a sentence, one column a label; each row sums to 1."""


@dataclass(frozen=True)
class EncoderFeatures:
    """Sentence features: the mean over the pieces of each of `layers`, joined. 0 is the embedding layer."""

    model: Any
    tokenizer: Any
    layers: tuple[int, ...]

    def __call__(self, sentences: Sequence[str]) -> Floats:
        """Features of shape (sentences, layers x width); sentences of like length share a batch."""
        texts = [skeleton(sentence).text for sentence in sentences]
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        width = self.model.config.hidden_size * len(self.layers)
        features = np.zeros((len(texts), width))
        for at in range(0, len(order), BATCH_SENTENCES):
            batch = order[at : at + BATCH_SENTENCES]
            features[batch] = self._encode([texts[index] for index in batch])
        return features

    def _encode(self, texts: list[str]) -> Floats:
        pieces = self.tokenizer(texts, padding=True, truncation=True, max_length=MAX_PIECES, return_tensors="pt")
        mask = pieces["attention_mask"]
        with torch.inference_mode():
            states = self.model(pieces["input_ids"], attention_mask=mask, output_hidden_states=True).hidden_states
            weights = mask.unsqueeze(-1).float()
            means = [(states[layer] * weights).sum(1) / weights.sum(1) for layer in self.layers]
        joined: Floats = torch.cat(means, 1).double().numpy()
        return joined


@dataclass(frozen=True)
class LinearClassifier:
    """Logistic regression over features: `weight` of shape (labels, features), `bias` of shape (labels,)."""

    features: EncoderFeatures
    weight: Floats
    bias: Floats
    labels: tuple[str, ...]

    def probabilities(self, sentences: Sequence[str]) -> Floats:
        """See `Classifier`."""
        if not sentences:
            return np.zeros((0, len(self.labels)))
        return softmax(self.features(sentences) @ self.weight.T + self.bias)


def load_classifier(folder: Path, model: Any, tokenizer: Any) -> LinearClassifier:
    """The classifier in `folder` (classifier.safetensors, config.json) on the given encoder; ModelError if unusable."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "classifier.safetensors")
        features = EncoderFeatures(model, tokenizer, tuple(config["layers"]))
        weight, bias = tensors["weight"].astype(np.float64), tensors["bias"].astype(np.float64)
        return LinearClassifier(features, weight, bias, tuple(config["labels"]))
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"the sentiment classifier in {folder} cannot be loaded: {error}") from error


def classifier(settings: Settings) -> Classifier:
    """The classifier that goes with the parser of the settings, its files checked."""
    folder = opinions(settings)
    return load_classifier(folder / SENTIMENT, *opinion_encoder(folder))
