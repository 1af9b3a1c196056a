"""The joint training on a treebank of a few sentences, with an encoder of four narrow layers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tasks.parse.encoder import load_encoder
from tasks.parse.segment import load_segmenter
from tasks.train import joint, optimise
from tasks.train.data import augmented, read_conllu, write_conllu, write_ner_data
from tasks.train.joint import train_joint
from tests.train.test_data import CONLLU


@pytest.fixture
def data(tmp_path: Path) -> Path:
    bank = tmp_path / "bank.conllu"
    # The tagger learns three columns; the sample has but one of them.
    tagged = re.sub(r"\t([A-Z]+)\t_\t_\t", r"\t\1\t\1\tMood=Ind\t", CONLLU)
    bank.write_text(tagged * 6, encoding="utf-8")
    sentences = list(read_conllu(bank))
    write_conllu(augmented(sentences), tmp_path / "treebank" / "train-augmented.conllu")
    write_conllu(sentences[:2], tmp_path / "treebank" / "dev.conllu")
    names = [[("زار", "O"), ("سامر", "B-PER")], [("نعم", "O")]]
    write_ner_data(names * 4, tmp_path / "ner" / "train.json")
    write_ner_data(names, tmp_path / "ner" / "dev.json")
    return tmp_path


def test_heads_and_encoder_are_saved_for_stanza_to_load(data: Path, tiny_encoder: Path) -> None:
    scores = train_joint(tiny_encoder, data, data / "joint", data / "encoder", steps=3, seed=1)
    assert {name: set(values) for name, values in scores.items()} == {
        "depparse": {"UAS", "LAS"},
        "pos": {"UPOS", "AllTags"},
        "ner": {"F1"},
        "segment": {"tokens"},
    }
    for processor in ("depparse", "pos", "ner"):
        assert torch.load(data / "joint" / processor / f"{processor}.pt", weights_only=True)["vocab"]
    segmenter = load_segmenter(data / "joint" / "segment", *load_encoder(data / "encoder"))
    (words,) = segmenter.segment([["قال", "وغادر"]])
    assert [len(token) > 0 for token in words] == [True, True]


def test_a_training_that_was_stopped_is_the_training_that_was_not(
    data: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "CHECKPOINT_SECONDS", 0)
    train_joint(tiny_encoder, data, data / "whole", data / "whole-encoder", steps=6, seed=1)

    class StoppedError(Exception):
        pass

    saved = optimise._save

    def stop_after_three(model: Any, optimiser: Any, step: int, checkpoint: Path) -> None:
        saved(model, optimiser, step, checkpoint)
        if step == 3:
            raise StoppedError

    monkeypatch.setattr(optimise, "_save", stop_after_three)
    with pytest.raises(StoppedError):
        train_joint(tiny_encoder, data, data / "parts", data / "parts-encoder", steps=6, seed=1)
    monkeypatch.setattr(optimise, "_save", saved)
    train_joint(tiny_encoder, data, data / "parts", data / "parts-encoder", steps=6, seed=1)
    whole, parts = (load_file(data / name / "model.safetensors") for name in ("whole-encoder", "parts-encoder"))
    for name, weight in whole.items():
        torch.testing.assert_close(parts[name], weight)


def test_scores_on_the_way_become_a_learning_curve(
    data: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "LOG_STEPS", 2)
    monkeypatch.setattr(joint, "SCORE_STEPS", 2)
    train_joint(tiny_encoder, data, data / "joint", data / "encoder", steps=4, seed=1)
    lines = (data / "joint" / "curve.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[0] for line in lines] == ["step", "2", "4"]
