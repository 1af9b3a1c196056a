"""Fine-tuning for opinion on a few rows, with an encoder of four narrow layers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nabra.tasks.corpora.opinions import Labelled, Targeted
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import SENTIMENT, STANCE
from nabra.tasks.sentiment.classifier import load_classifier
from nabra.tasks.stance.classifier import Marked, load_target_classifier
from nabra.tasks.train import optimise
from nabra.tasks.train.opinion import (
    IGNORED,
    LAYERS,
    ROWS,
    Task,
    save_opinion_encoder,
    sentiment_task,
    stance_task,
    train_opinion,
)

WORDS = {"positive": "رائع", "negative": "فظيع", "neutral": "عادي"}


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    labels = tuple(WORDS) * 20
    sentences = tuple(f"يوم {WORDS[label]} {number}" for number, label in enumerate(labels))
    stances = {"positive": "favor", "negative": "against", "neutral": "none"}
    holders = (None, "speaker", "author")
    targeted = [
        Targeted(
            Marked(f"{sentence} داعش", len(sentence) + 1, len(sentence) + 5), stances[label], holders[n % 3], sentence
        )
        for n, (sentence, label) in enumerate(zip(sentences, labels, strict=True))
    ]
    return [sentiment_task(Labelled(sentences, labels, sentences)), stance_task(targeted)]


def test_no_group_is_both_learned_from_and_kept_back(tasks: list[Task]) -> None:
    task = Task(tasks[0].rows * 2, {"sentiment": tasks[0].labels["sentiment"] * 2}, tasks[0].groups * 2)
    held, learned = ({task.groups[row] for row in rows} for rows in (task.held, task.learned))
    assert held
    assert not held & learned
    assert sorted(task.held + task.learned) == list(range(120))


def test_an_epoch_has_every_row_to_learn_from_once(tasks: list[Task]) -> None:
    batches = tasks[1].batches("seed")
    assert sorted(row for batch in batches for row in batch) == tasks[1].learned
    assert max(map(len, batches)) <= ROWS
    assert batches == tasks[1].batches("seed") != tasks[1].batches("other")


def test_rare_labels_weigh_more_and_unlabelled_rows_nothing() -> None:
    rows = tuple(Marked(f"جملة {n}", 0, 4) for n in range(40))
    labels = (0,) * 30 + (1,) * 5 + (IGNORED,) * 5
    none, favor, _ = Task(rows, {"stance": labels}, tuple(map(str, range(40)))).weights("stance")
    assert favor > 2 * none


def test_both_stages_load_what_was_trained(tasks: list[Task], tmp_path: Path, tiny_encoder: Path) -> None:
    scores = train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, tmp_path, epochs=1, seed=1)
    assert {"sentiment_macro_f1", "stance_macro_f1", "stance_favor", "holder_macro_f1"} <= set(scores)
    save_opinion_encoder(tiny_encoder, tmp_path, tmp_path / "encoder")
    encoder = load_encoder(tmp_path / "encoder")
    sentiment = load_classifier(tmp_path / SENTIMENT, *encoder).probabilities(["يوم رائع"])
    assert sentiment.sum() == pytest.approx(1)
    (judged,) = load_target_classifier(tmp_path / STANCE, *encoder).judge([Marked("يوم رائع", 4, 8)])
    assert sum(judged.stance.values()) == pytest.approx(1)


def test_a_training_goes_on_from_the_layers_of_another(tasks: list[Task], tmp_path: Path, tiny_encoder: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks[1:], first, epochs=1, seed=1)
    assert not (first / SENTIMENT).exists()
    train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, second, epochs=0, seed=2, start=first)
    before, after = load_file(first / LAYERS), load_file(second / LAYERS)
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("encoder."))


def test_words_keep_their_places(tasks: list[Task], tmp_path: Path, tiny_encoder: Path) -> None:
    train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, tmp_path, epochs=1, seed=1)
    save_opinion_encoder(tiny_encoder, tmp_path, tmp_path / "encoder")
    published, tuned = (load_encoder(folder)[0].embeddings for folder in (tiny_encoder, tmp_path / "encoder"))
    assert torch.equal(published.word_embeddings.weight, tuned.word_embeddings.weight)
    assert not torch.equal(published.LayerNorm.weight, tuned.LayerNorm.weight)


def test_a_training_that_was_stopped_is_the_training_that_was_not(
    tasks: list[Task], tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optimise, "CHECKPOINT_SECONDS", 0)
    train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, tmp_path / "whole", epochs=2, seed=1)

    class StoppedError(Exception):
        pass

    save, saved = optimise._save, []

    def stop(model, optimiser, step, checkpoint) -> None:
        save(model, optimiser, step, checkpoint)
        saved.append(step)
        if step == 3:
            raise StoppedError

    monkeypatch.setattr(optimise, "_save", stop)
    with pytest.raises(StoppedError):
        train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, tmp_path / "parts", epochs=2, seed=1)
    train_opinion(load_encoder.__wrapped__(tiny_encoder), tasks, tmp_path / "parts", epochs=2, seed=1)
    assert saved[:4] == [1, 2, 3, 4]
    whole, parts = (load_file(tmp_path / name / LAYERS) for name in ("whole", "parts"))
    for name, tensor in whole.items():
        assert torch.allclose(tensor, parts[name], atol=1e-5), name
