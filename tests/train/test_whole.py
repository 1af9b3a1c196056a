"""The training of a parser from a folder of data to a folder of models that parses."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nabra.flows.train import wanted_steps
from nabra.tasks.models.folders import verify
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.onepass import OnePassParser
from nabra.tasks.train import pretrain, steps
from nabra.tasks.train.stanza_models import Trainer, trainers
from nabra.tasks.train.steps import Workshop, run_step
from tests.small_treebank import TAGGED

TEXT = "أعلنت بلدية الوادي أمس فتح جسر جديد. وقال رئيسها إن العمل دام عامين."


@pytest.fixture
def shop(tmp_path: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop with a little of all data, whose published encoder is tiny and whose steps are few."""
    data = tmp_path / "data"
    for folder in ("treebank", "ner", "news"):
        (data / folder).mkdir(parents=True)
    pud = "# source = PUD\n"
    for part in ("train", "dev"):
        (data / "treebank" / f"{part}.conllu").write_text(TAGGED * 8 + pud + TAGGED, encoding="utf-8")
        (data / "ner" / f"{part}.bio").write_text("زار\tO\nسامر\tB-PER\n\nنعم\tO\n\n" * 4, encoding="utf-8")
    for name in ("saudinewsnet", "ant"):
        table = pa.table({"title": ["عنوان"] * 40, "text": [TEXT * 8] * 40})
        pq.write_table(table, data / "news" / f"{name}.parquet")
    (data / "gold").mkdir()
    article = {"text": TEXT, "sentences": [{"start": 0, "end": 36}], "entities": []}
    (data / "gold" / "open_train.jsonl").write_text(json.dumps(article, ensure_ascii=False) + "\n", encoding="utf-8")
    monkeypatch.setattr(pretrain, "ROWS", 4)
    monkeypatch.setattr(pretrain, "CPU_ROWS", 4)
    monkeypatch.setattr(steps, "SIZES", {"pretrain": 2, "joint": 3, "open-joint": 3})
    monkeypatch.setattr(steps, "trainers", _short_trainers)
    published = replace(steps.STEPS["encoder"], run=lambda shop: _copies(tiny_encoder, shop.base, shop.short))
    monkeypatch.setattr(steps, "STEPS", {**steps.STEPS, "encoder": published})
    return Workshop(data, tmp_path / "work", tmp_path / "out", seed=1)


def _copies(source: Path, *targets: Path) -> None:
    for target in targets:
        shutil.copytree(source, target, dirs_exist_ok=True)


def _short_trainers(work: Path, seed: int) -> dict[str, Trainer]:
    few = {"2400": "6", "300": "30"}
    return {
        name: replace(trainer, arguments=tuple(few.get(argument, argument) for argument in trainer.arguments))
        for name, trainer in trainers(work, seed).items()
    }


@pytest.mark.slow
def test_a_parser_is_trained_bundled_and_parses(shop: Workshop) -> None:
    for name in wanted_steps(["parser", "open-parser"]):
        run_step(name, shop)
    for out in (shop.out, shop.out / "open"):
        verify(out)
        parser = load_parser(out, 1)
        assert isinstance(parser, OnePassParser)
        (parsed,) = parser.parse(["قال سامر نعم وغادر."])
        # A tokenizer of six steps cuts where it likes.
        assert (parsed.words[0].start, parsed.words[-1].end) == (0, 19)
        assert sum(word.head == 0 for word in parsed.words) == 1
