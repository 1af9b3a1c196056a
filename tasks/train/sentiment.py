"""Training the sentiment classifier: logistic regression on the frozen encoder, chosen by cross-validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from nabra.tasks.corpora.opinions import Labelled
from nabra.tasks.models.probabilities import Floats
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.sentiment.classifier import EncoderFeatures

LAYERS = (9, 8, 7)
STRENGTHS = (0.0003, 0.001, 0.003)
FOLDS = 5


def train_classifier(data: Labelled, encoder: tuple[Any, Any], folder: Path, seed: int) -> dict[str, float]:
    """Fit on `data`, write `classifier.safetensors` and `config.json`, return the scores of cross-validation.

    The strength of regularisation is the one of the best macro-F1 over the folds. Standardisation is folded into the
    weights, so that the classifier is one affine map.
    """
    features = EncoderFeatures(*encoder, LAYERS)(data.sentences)
    scaler = StandardScaler().fit(features)
    scaled = scaler.transform(features)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    scores = {}
    for strength in STRENGTHS:
        predicted = cross_val_predict(_regression(strength, seed), scaled, data.labels, cv=folds)
        scores[strength] = float(f1_score(data.labels, predicted, average="macro"))
    best = max(scores, key=lambda strength: scores[strength])
    model = _regression(best, seed).fit(scaled, data.labels)
    order = [list(model.classes_).index(label) for label in SENTIMENTS]
    weight: Floats = model.coef_[order] / scaler.scale_
    bias: Floats = model.intercept_[order] - weight @ scaler.mean_
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}
    save_file(tensors, folder / "classifier.safetensors")
    config = {"labels": list(SENTIMENTS), "layers": list(LAYERS)}
    (folder / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    return {"sentences": float(len(data.sentences)), "cross_validation_macro_f1": scores[best], "C": best}


def _regression(strength: float, seed: int) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=2000, class_weight="balanced", random_state=seed)
