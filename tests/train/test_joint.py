"""The joint training on a treebank of a few sentences, with an encoder of four narrow layers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from nabra.tasks.corpora.treebank import read_conllu, write_conllu
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.parse.segment import load_segmenter
from nabra.tasks.train import joint, optimise
from nabra.tasks.train.data import augmented, write_ner_data
from nabra.tasks.train.joint import Corpus, Rates, frozen_encoder, train_heads, train_joint
from tests.train.test_data import CONLLU


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
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
    trees, names = tmp_path / "treebank", tmp_path / "ner"
    return Corpus(trees / "train-augmented.conllu", trees / "dev.conllu", names / "train.json", names / "dev.json")


def test_heads_and_encoder_are_saved_for_stanza_to_load(corpus: Corpus, tmp_path: Path, tiny_encoder: Path) -> None:
    scores = train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=3, seed=1)
    assert {name: set(values) for name, values in scores.items()} == {
        "depparse": {"UAS", "LAS"},
        "pos": {"UPOS", "AllTags"},
        "ner": {"F1"},
        "segment": {"tokens"},
    }
    for processor in ("depparse", "pos", "ner"):
        assert torch.load(tmp_path / "joint" / processor / f"{processor}.pt", weights_only=True)["vocab"]
    segmenter = load_segmenter(tmp_path / "joint" / "segment", *load_encoder(tmp_path / "joint" / "encoder"))
    (words,) = segmenter.segment([["قال", "وغادر"]])
    assert [len(token) > 0 for token in words] == [True, True]


def test_a_frozen_encoder_stays_as_it_was_while_its_heads_learn(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path
) -> None:
    for steps in (1, 3):
        train_joint(tiny_encoder, corpus, tmp_path / str(steps), steps, seed=1, read=frozen_encoder)
        trained = load_file(tmp_path / str(steps) / "encoder" / "model.safetensors")
        for name, weight in load_file(tiny_encoder / "model.safetensors").items():
            assert torch.equal(trained[name], weight), name
    less, more = (torch.load(tmp_path / n / "depparse" / "depparse.pt", weights_only=True)["model"] for n in "13")
    assert any(not torch.equal(less[name], more[name]) for name in less)


def test_one_head_alone_has_the_encoder_to_itself(corpus: Corpus, tmp_path: Path, tiny_encoder: Path) -> None:
    scores = train_joint(tiny_encoder, corpus, tmp_path, steps=2, seed=1, names=("segment",))
    assert set(scores) == {"segment"}
    assert not (tmp_path / "pos").exists()
    before, after = (load_file(folder / "model.safetensors") for folder in (tiny_encoder, tmp_path / "encoder"))
    assert any(not torch.equal(before[name], value) for name, value in after.items())


def test_a_second_round_goes_on_with_the_heads_of_the_first(corpus: Corpus, tmp_path: Path, tiny_encoder: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train_joint(tiny_encoder, corpus, first, steps=2, seed=1)
    still = Rates(encoder=0.0, heads=0.0)
    train_joint(first / "encoder", corpus, second, steps=1, seed=2, rates=still, start=first)
    before, after = (torch.load(folder / "heads.pt", weights_only=True) for folder in (first, second))
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_a_training_that_was_stopped_is_the_training_that_was_not(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "CHECKPOINT_SECONDS", 0)
    train_joint(tiny_encoder, corpus, tmp_path / "whole", steps=6, seed=1)

    class StoppedError(Exception):
        pass

    saved = optimise._save

    def stop_after_three(model: Any, optimiser: Any, step: int, checkpoint: Path) -> None:
        saved(model, optimiser, step, checkpoint)
        if step == 3:
            raise StoppedError

    monkeypatch.setattr(optimise, "_save", stop_after_three)
    with pytest.raises(StoppedError):
        train_joint(tiny_encoder, corpus, tmp_path / "parts", steps=6, seed=1)
    monkeypatch.setattr(optimise, "_save", saved)
    train_joint(tiny_encoder, corpus, tmp_path / "parts", steps=6, seed=1)
    whole, parts = (load_file(tmp_path / name / "encoder" / "model.safetensors") for name in ("whole", "parts"))
    for name, weight in whole.items():
        torch.testing.assert_close(parts[name], weight)


def test_scores_on_the_way_become_a_learning_curve(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "LOG_STEPS", 2)
    monkeypatch.setattr(joint, "SCORE_STEPS", 2)
    train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=4, seed=1)
    lines = (tmp_path / "joint" / "curve.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[0] for line in lines] == ["step", "2", "4"]


def test_heads_that_go_on_alone_leave_the_others_and_the_encoder_as_they_are(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path
) -> None:
    joint, alone = tmp_path / "joint", tmp_path / "alone"
    train_joint(tiny_encoder, corpus, joint, steps=3, seed=1)
    scores = train_heads(joint, corpus, alone, ("pos",), 3, 2, Rates(weights={"pos": 1.0}))
    assert set(scores) == {"pos"}

    def weights(folder: Path, processor: str) -> dict[str, torch.Tensor]:
        model = torch.load(folder / processor / f"{processor}.pt", weights_only=True)["model"]
        return {name: value for name, value in model.items() if "bert_model" not in name}

    assert all(torch.equal(value, weights(alone, "ner")[name]) for name, value in weights(joint, "ner").items())
    assert any(not torch.equal(value, weights(alone, "pos")[name]) for name, value in weights(joint, "pos").items())
    before, after = (load_file(folder / "encoder" / "model.safetensors") for folder in (joint, alone))
    assert all(torch.equal(value, after[name]) for name, value in before.items())
