"""The classifier of targets on an untrained encoder of one letter a piece: what it reads, and in which shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from nabra.tasks.errors import ModelError
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.stance.classifier import (
    HOLDERS,
    MAX_PIECES,
    STANCES,
    Marked,
    encode_marked,
    load_target_classifier,
    pooled,
)

SENTENCE = "قصف الجيش مواقع داعش"


def marked(sentence: str, target: str) -> Marked:
    start = sentence.index(target)
    return Marked(sentence, start, start + len(target))


def target_letters(tokenizer, one: Marked) -> str:
    pieces = encode_marked(tokenizer, [one])
    ids = pieces["input_ids"][0][pieces["token_type_ids"][0] == 1].tolist()
    return "".join(tokenizer.convert_ids_to_tokens(ids)).replace("▁", "")


@pytest.mark.parametrize("target", ["قصف", "الجيش", "داعش"])
def test_the_pieces_of_the_target_are_marked(tiny_encoder: Path, target: str) -> None:
    _, tokenizer = load_encoder(tiny_encoder)
    assert target_letters(tokenizer, marked(SENTENCE, target)) == target


def test_vowel_marks_before_and_in_the_target_do_not_move_it(tiny_encoder: Path) -> None:
    _, tokenizer = load_encoder(tiny_encoder)
    assert target_letters(tokenizer, marked("قَصَفَ الجَيْشُ مواقع", "الجَيْشُ")) == "الجيش"


@pytest.mark.parametrize("place", [0, 40, 79])
def test_of_a_long_sentence_the_words_around_the_target_are_read(tiny_encoder: Path, place: int) -> None:
    _, tokenizer = load_encoder(tiny_encoder)
    words = ["كلمة"] * 80
    words[place] = "داعش"
    one = marked(" ".join(words), "داعش")
    pieces = encode_marked(tokenizer, [one])
    assert pieces["input_ids"].shape == (1, MAX_PIECES)
    assert target_letters(tokenizer, one) == "داعش"
    assert pieces["input_ids"][0, 0] == tokenizer.cls_token_id
    assert pieces["input_ids"][0, -1] == tokenizer.sep_token_id


def test_a_mean_over_nothing_is_zero() -> None:
    states = torch.ones(2, 3, 4)
    means = pooled(states, torch.tensor([[1, 1, 0], [0, 0, 0]]))
    assert means.tolist() == [[1.0] * 4, [0.0] * 4]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    heads = {"stance": len(STANCES), "holder": len(HOLDERS)}
    draw = np.random.default_rng(1)
    tensors = {f"{name}.weight": draw.normal(size=(size, 32)).astype(np.float32) for name, size in heads.items()}
    tensors |= {f"{name}.bias": np.zeros(size, np.float32) for name, size in heads.items()}
    save_file(tensors, tmp_path / "classifier.safetensors")
    (tmp_path / "config.json").write_text(json.dumps({"stances": STANCES, "holders": HOLDERS}))
    return tmp_path


def test_judgements_keep_the_order_of_the_sentences_and_do_not_depend_on_their_company(
    folder: Path, tiny_encoder: Path
) -> None:
    classifier = load_target_classifier(folder, *load_encoder(tiny_encoder))
    rows = [marked(SENTENCE * n, "داعش") for n in (5, 1, 3)]
    together = classifier.judge(rows)
    for row, judged in zip(rows, together, strict=True):
        (alone,) = classifier.judge([row])
        assert judged.stance == pytest.approx(alone.stance, abs=1e-5)
        assert judged.holder == pytest.approx(alone.holder, abs=1e-5)
        assert sum(judged.stance.values()) == pytest.approx(1)
        assert (tuple(judged.stance), tuple(judged.holder)) == (STANCES, HOLDERS)


def test_the_target_decides_too(folder: Path, tiny_encoder: Path) -> None:
    classifier = load_target_classifier(folder, *load_encoder(tiny_encoder))
    first, second = classifier.judge([marked(SENTENCE, "الجيش"), marked(SENTENCE, "داعش")])
    assert first.stance != pytest.approx(second.stance, abs=1e-3)


def test_a_classifier_of_other_labels_is_refused(folder: Path, tiny_encoder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"stances": ["for", "against"], "holders": HOLDERS}))
    with pytest.raises(ModelError, match="its labels are"):
        load_target_classifier(folder, *load_encoder(tiny_encoder))
