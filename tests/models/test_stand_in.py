"""Opinion models called without transformers, against transformers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nabra.tasks.models import stand_in
from nabra.tasks.models.encoder import load_encoder, save_packed
from nabra.tasks.models.precision import Arithmetic
from nabra.tasks.models.stand_in import load_stand_ins
from nabra.tasks.sentiment.classifier import EncoderFeatures
from nabra.tasks.stance.classifier import Marked, encode_marked, target_features

TEXTS = ["قال الوزير إن الحكومة بخير", "نعم", "زار سامر المدينة 12 مرة " * 20]


@pytest.fixture
def pairs(tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple, tuple]:
    model, tokenizer = load_encoder(tiny_encoder)
    save_packed(model, tmp_path)
    monkeypatch.setattr(stand_in, "best_arithmetic", lambda _: Arithmetic.SINGLE)
    packed, _ = load_encoder(tmp_path, tiny_encoder)
    return (packed, tokenizer), load_stand_ins(tmp_path, tiny_encoder)


def test_sentences_have_the_same_features(pairs: tuple[tuple, tuple]) -> None:
    wanted, found = (EncoderFeatures(*pair, layers=(0, 2, 4))(TEXTS) for pair in pairs)
    assert wanted.shape == found.shape == (3, 48)
    torch.testing.assert_close(torch.from_numpy(found), torch.from_numpy(wanted), atol=1e-5, rtol=0)


def test_targets_have_the_same_features(pairs: tuple[tuple, tuple]) -> None:
    marked = [Marked(TEXTS[0], 4, 10), Marked(TEXTS[2], 4, 8)]
    features = []
    for model, tokenizer in pairs:
        pieces = encode_marked(tokenizer, marked)
        with torch.no_grad():
            features.append(target_features(model(**pieces).last_hidden_state, pieces))
    torch.testing.assert_close(features[1], features[0], atol=1e-5, rtol=0)
