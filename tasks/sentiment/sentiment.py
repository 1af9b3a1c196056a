"""The stage `sentiment`: the tone of every sentence, and of the article."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from nabra.config.settings import SentimentSettings
from nabra.tasks.models.probabilities import Floats
from nabra.tasks.sentiment.classifier import Classifier
from nabra.tasks.stage import StageOutput, stage_output

Row = dict[str, Any]


def tag_sentiment(
    sentences: pa.Table, clean: pa.Table, settings: SentimentSettings, classifier: Classifier
) -> StageOutput:
    """Classify the sentences (read: doc_id, sent_id, part, text) of the articles of `clean` that have any.

    Makes `sentiment`: for each article one row of level `document`, then one of level `sentence` for each sentence,
    headline included. The document's probabilities are the mean of its sentences', those of the headline weighted by
    `headline_weight`.
    """
    probabilities = classifier.probabilities(sentences["text"].to_pylist())
    by_article: dict[str, list[tuple[Row, Floats]]] = {doc_id: [] for doc_id in clean["doc_id"].to_pylist()}
    for row, p in zip(sentences.select(["doc_id", "sent_id", "part"]).to_pylist(), probabilities, strict=True):
        by_article[row["doc_id"]].append((row, p))
    rows = []
    for doc_id, tagged in by_article.items():
        if not tagged:
            continue
        weights = [settings.headline_weight if row["part"] == "title" else 1.0 for row, _ in tagged]
        mean = np.average([p for _, p in tagged], axis=0, weights=weights if any(weights) else None)
        rows.append(_row(doc_id, "document", None, mean, classifier.labels))
        rows.extend(_row(doc_id, "sentence", row["sent_id"], p, classifier.labels) for row, p in tagged)
    return stage_output({"sentiment": rows}, [])


def _row(doc_id: str, level: str, sent_id: int | None, probabilities: Floats, labels: tuple[str, ...]) -> Row:
    best = int(probabilities.argmax())
    by_label = {f"p_{label}": float(p) for label, p in zip(labels, probabilities, strict=True)}
    return {
        "doc_id": doc_id,
        "level": level,
        "sent_id": sent_id,
        "label": labels[best],
        "score": float(probabilities[best]),
        **by_label,
    }
