"""The stage `sentiment` and its classifier."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from transformers import BertConfig, BertModel

from nabra.config.settings import SentimentSettings
from nabra.tasks.errors import ModelError
from nabra.tasks.models.probabilities import softmax
from nabra.tasks.schemas import SENTIMENTS
from nabra.tasks.sentiment.classifier import EncoderFeatures, load_classifier
from nabra.tasks.sentiment.sentiment import tag_sentiment
from tests.conftest import clean_table, sentence_table
from tests.word_tools import WordClassifier

SETTINGS = SentimentSettings(headline_weight=3.0)


def test_each_sentence_and_each_article_has_a_row() -> None:
    clean = clean_table(("نجاح", "فشل الأمر."), (None, "اجتماع اليوم."))
    sentences = sentence_table(
        ("d0", 0, "title", "نجاح"), ("d0", 1, "text", "فشل الأمر."), ("d1", 0, "text", "اجتماع اليوم.")
    )
    rows = tag_sentiment(sentences, clean, SETTINGS, WordClassifier()).tables["sentiment"].to_pylist()
    assert [(r["doc_id"], r["level"], r["sent_id"], r["label"]) for r in rows] == [
        ("d0", "document", None, "positive"),
        ("d0", "sentence", 0, "positive"),
        ("d0", "sentence", 1, "negative"),
        ("d1", "document", None, "neutral"),
        ("d1", "sentence", 0, "neutral"),
    ]
    for row in rows:
        assert sum(row[f"p_{label}"] for label in SENTIMENTS) == pytest.approx(1)
        assert row["score"] == row[f"p_{row['label']}"]


def test_the_headline_weighs_what_the_settings_say() -> None:
    clean = clean_table(("نجاح", "فشل الأمر."))
    sentences = sentence_table(("d0", 0, "title", "نجاح"), ("d0", 1, "text", "فشل الأمر."))
    document = tag_sentiment(sentences, clean, SETTINGS, WordClassifier()).tables["sentiment"].to_pylist()[0]
    assert document["p_positive"] == pytest.approx((3 * 0.8 + 0.1) / 4)
    even = tag_sentiment(sentences, clean, SentimentSettings(headline_weight=1.0), WordClassifier())
    assert even.tables["sentiment"].to_pylist()[0]["p_positive"] == pytest.approx(0.45)


def test_an_article_that_was_refused_by_parse_is_left_out() -> None:
    clean = clean_table((None, "خبر أول."), (None, "خبر ثان."))
    out = tag_sentiment(sentence_table(("d1", 0, "text", "خبر ثان.")), clean, SETTINGS, WordClassifier())
    assert set(out.tables["sentiment"]["doc_id"].to_pylist()) == {"d1"}


class LetterTokenizer:
    """One piece a letter, padded with 0."""

    def __call__(self, texts: list[str], **_: object) -> dict[str, torch.Tensor]:
        width = max(map(len, texts))
        ids = torch.tensor([[1 + ord(c) % 30 for c in t] + [0] * (width - len(t)) for t in texts])
        return {"input_ids": ids, "attention_mask": (ids > 0).long()}


@pytest.fixture
def features() -> EncoderFeatures:
    torch.manual_seed(0)
    config = BertConfig(vocab_size=40, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16)
    return EncoderFeatures(BertModel(config, add_pooling_layer=False).eval(), LetterTokenizer(), (2, 1))


def test_features_do_not_depend_on_the_other_sentences_of_the_batch(features: EncoderFeatures) -> None:
    alone = features(["خبر"])
    together = features(["خبر طويل جدا عن أمر آخر", "خبر", "نعم"])
    assert alone.shape == (1, 16)
    np.testing.assert_allclose(together[1], alone[0], atol=1e-5)


def test_features_do_not_see_diacritics(features: EncoderFeatures) -> None:
    np.testing.assert_allclose(features(["خَبَرٌ"]), features(["خبر"]), atol=1e-6)


def test_probabilities_sum_to_one_and_no_sentence_gives_no_row(features: EncoderFeatures, tmp_path: Path) -> None:
    save_file(
        {"weight": np.ones((3, 16), np.float32), "bias": np.array([0, 1, 2], np.float32)},
        tmp_path / "classifier.safetensors",
    )
    (tmp_path / "config.json").write_text(json.dumps({"labels": SENTIMENTS, "layers": [2, 1]}))
    classifier = load_classifier(tmp_path, features.model, features.tokenizer)
    probabilities = classifier.probabilities(["خبر", "نعم"])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert probabilities.argmax(axis=1).tolist() == [2, 2]
    assert classifier.probabilities([]).shape == (0, 3)


def test_a_missing_classifier_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"classifier in {tmp_path} cannot be loaded"):
        load_classifier(tmp_path, SimpleNamespace(), SimpleNamespace())


def test_softmax_bears_large_logits() -> None:
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0, 0.0]])), [[0.5, 0.5, 0.0]])
