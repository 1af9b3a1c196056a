"""The joint training on a treebank of a few sentences, with an encoder of four narrow layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from nabra.tasks.corpora.treebank import read_conllu, write_conllu
from nabra.tasks.train import joint, optimise
from nabra.tasks.train.data import augmented, write_ner_data
from nabra.tasks.train.joint import Corpus, TunedEncoder, add_to_curve, build_learner, train_joint
from nabra.tasks.train.optimise import train_model
from tests.small_treebank import TAGGED


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    trees, names = tmp_path / "treebank", tmp_path / "ner"
    trees.mkdir()
    annotated = trees / "train.conllu"
    annotated.write_text(TAGGED * 6, encoding="utf-8")
    sentences = list(read_conllu(annotated))
    write_conllu(augmented(sentences), trees / "train-augmented.conllu")
    write_conllu(sentences[:2], trees / "dev.conllu")
    tagged = [[("زار", "O"), ("سامر", "B-PER"), ("حداد", "I-PER")], [("نعم", "O")]]
    write_ner_data(tagged * 4, names / "train.json")
    write_ner_data(tagged, names / "dev.json")
    return Corpus(
        annotated, trees / "train-augmented.conllu", trees / "dev.conllu", names / "train.json", names / "dev.json"
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    heads = load_file(folder / "heads" / "heads.safetensors")
    return {**heads, **load_file(folder / "encoder" / "model.safetensors")}


def test_encoder_and_heads_are_learnt_saved_and_scored(corpus: Corpus, tmp_path: Path, tiny_encoder: Path) -> None:
    scores = train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=2, seed=1)
    assert set(scores) == {"UAS", "LAS", "UPOS", "AllTags", "Lemmas", "Tokens", "NER"}
    assert all(0 <= score <= 1 for score in scores.values())
    before, after = load_file(tiny_encoder / "model.safetensors"), weights(tmp_path / "joint")
    assert any(not torch.equal(after[name], value) for name, value in before.items())


def test_what_is_taught_is_learnt(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joint, "ENCODER_RATE", 3e-3)
    monkeypatch.setattr(joint, "HEADS_RATE", 2e-2)
    scores = train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=60, seed=1)
    assert scores == dict.fromkeys(scores, 1.0)


def test_the_encoder_learns_without_dropout_whatever_it_was_pretrained_with(tiny_encoder: Path, tmp_path: Path) -> None:
    config = json.loads((tiny_encoder / "config.json").read_text(encoding="utf-8"))
    for file in tiny_encoder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**config, "hidden_dropout_prob": 0.5}), encoding="utf-8")
    encoder = TunedEncoder(tmp_path).train()
    ids, mask = torch.tensor([[2, 5, 6, 3]]), torch.ones(1, 4, dtype=torch.bool)
    assert torch.equal(encoder.read(ids, mask), encoder.read(ids, mask))


def test_labels_are_those_of_the_annotated_trees_not_of_the_copies(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path
) -> None:
    respelt = TAGGED.replace("5-6\tوغادر", "5-6\tوغادرر")
    corpus.trees.write_text(TAGGED * 3 + respelt * 3, encoding="utf-8")
    labels = build_learner(tiny_encoder, corpus, seed=1).heads.labels
    assert {(script.before, script.cut_end) for script in labels.scripts} == {((), ""), (("و",), ""), (("ل",), "")}
    assert train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=2, seed=1)


def test_a_shorter_encoder_keeps_its_first_layers(corpus: Corpus, tmp_path: Path, tiny_encoder: Path) -> None:
    train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=1, seed=1, layers=4)
    layers = {
        name.split(".")[2]
        for name in load_file(tmp_path / "joint" / "encoder" / "model.safetensors")
        if ".layer." in name
    }
    assert layers == {"0", "1", "2", "3"}


class StoppedError(Exception):
    pass


def test_a_training_that_was_stopped_is_the_training_that_was_not(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "CHECKPOINT_SECONDS", 0)
    seen: dict[str, list[float]] = {"whole": [], "parts": []}
    name = "whole"
    train = train_model

    def noting(model: Any, loss: Any, *rest: Any) -> None:
        def noted(step: int) -> torch.Tensor:
            value: torch.Tensor = loss(step)
            seen[name].append(value.item())
            return value

        train(model, noted, *rest)

    monkeypatch.setattr(joint, "train_model", noting)
    train_joint(tiny_encoder, corpus, tmp_path / "whole", steps=6, seed=1)

    saved, name = optimise._save, "parts"

    def stop_after_three(model: Any, optimiser: Any, step: int, checkpoint: Path) -> None:
        saved(model, optimiser, step, checkpoint)
        if step == 3:
            raise StoppedError

    monkeypatch.setattr(optimise, "_save", stop_after_three)
    with pytest.raises(StoppedError):
        train_joint(tiny_encoder, corpus, tmp_path / "parts", steps=6, seed=1)
    monkeypatch.setattr(optimise, "_save", saved)
    train_joint(tiny_encoder, corpus, tmp_path / "parts", steps=6, seed=1)
    assert len(seen["whole"]) == 6
    assert seen["parts"] == seen["whole"]
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(parts[key], value) for key, value in whole.items())


def test_scores_on_the_way_become_a_learning_curve(
    corpus: Corpus, tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "LOG_STEPS", 2)
    monkeypatch.setattr(joint, "SCORE_STEPS", 2)
    train_joint(tiny_encoder, corpus, tmp_path / "joint", steps=4, seed=1)
    lines = (tmp_path / "joint" / "curve.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["step", "UAS", "LAS", "UPOS", "AllTags", "Lemmas", "Tokens", "NER"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["2", "4"]


def test_a_curve_that_goes_on_from_an_earlier_step_has_no_step_twice(tmp_path: Path) -> None:
    path = tmp_path / "curve.tsv"
    for step, score in ((250, 0.1), (500, 0.2), (750, 0.3), (500, 0.25)):
        add_to_curve(path, step, {"UAS": score})
    assert path.read_text(encoding="utf-8").split() == ["step", "UAS", "250", "10.00", "500", "25.00"]


def test_every_head_teaches_the_encoder(corpus: Corpus, tiny_encoder: Path) -> None:
    learner = build_learner(tiny_encoder, corpus, seed=1)
    learner.whole.train()
    losses: dict[str, torch.Tensor] = {}
    for task in learner.tasks:
        losses |= task.losses(learner.encoder, learner.heads, task.epoch()[0])
    assert set(losses) == set(joint.WEIGHTS)
    embeddings = learner.encoder.model.embeddings.word_embeddings.weight
    for name, loss in losses.items():
        (gradient,) = torch.autograd.grad(loss, embeddings, retain_graph=True)
        # The heads of tags and scripts begin with zeros or at random: what is zero at first reaches nothing below it.
        assert bool(gradient.abs().sum() > 0) or name in ZERO_AT_FIRST, name


ZERO_AT_FIRST: Sequence[str] = ("tags", "trees")
