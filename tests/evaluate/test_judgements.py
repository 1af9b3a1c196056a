"""Judgements: what is wrong in a run, and what differs between two."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nabra.flows.cli.main import app
from nabra.flows.terminal.judgements import change_text, error_text
from nabra.tasks.errors import UsageError
from nabra.tasks.evaluate.articles import evaluate_tables
from nabra.tasks.evaluate.judgements import Judgement, changes, read_judgements, save_judgements
from tests.evaluate.test_articles import GOLD, quote, stance, tables


def judged(**found: list[dict[str, object]]) -> list[Judgement]:
    return evaluate_tables([GOLD], tables(**found)).judgements


def test_errors_are_told_by_aspect_with_the_words_at_stake() -> None:
    quotes = [quote("الجسر جاهز", speaker="البلدية"), quote("لا شيء من هذا")]
    lines = error_text(judged(quotes=quotes, stances=[stance("against")])).plain.splitlines()
    assert lines == [
        "quote  a1",
        "  not annotated  لا شيء من هذا",
        "speaker  a1",
        "  wrong  الوزير سامر → البلدية  | الجسر جاهز",
        "stance  a1",
        "  not annotated  oasis > city: against  | الجسر جاهز  [praise]",
        "  missed  oasis > city: favor  | الجسر جاهز",
    ]


def test_a_perfect_run_has_no_errors() -> None:
    assert error_text(judged()).plain == ""


def test_two_runs_differ_by_what_became_right_and_wrong() -> None:
    old = judged(quotes=[quote("الجسر جاهز", speaker="البلدية"), quote("لا شيء من هذا")])
    new = judged(stances=[])
    assert change_text(changes(old, new)).plain.splitlines() == [
        "+ quote  a1  لا شيء من هذا",
        "+ speaker  a1  الوزير سامر → الوزيرُ سامر  | الجسر جاهز",
        "- stance  a1  oasis > city: favor  | الجسر جاهز",
    ]
    assert [line[:9] for line in change_text(changes(new, old)).plain.splitlines()] == [
        "- quote  ",
        "- speaker",
        "+ stance ",
    ]


def test_equal_runs_do_not_differ() -> None:
    assert changes(judged(), judged()) == []


def test_judgements_come_back_from_their_file(tmp_path: Path) -> None:
    rows = [*judged(), replace(judged()[0], gold=None, score=0.5, method="rule")]
    save_judgements(rows, tmp_path / "run.parquet")
    assert read_judgements(tmp_path / "run.parquet") == rows


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(UsageError, match=r"x\.parquet holds no judgements"):
        read_judgements(tmp_path / "x.parquet")


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.parquet does not exist"):
        read_judgements(tmp_path / "none.parquet")
    with pytest.raises(UsageError, match=f"{tmp_path} cannot be written"):
        save_judgements(judged(), tmp_path)


@pytest.mark.parametrize("options", [("--save", "no/such/run.parquet"), ("--errors", "--json")])
def test_options_that_cannot_be_met_are_refused_before_the_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD), encoding="utf-8")
    with pytest.raises(UsageError, match=r"folder does not exist|scores alone"):
        app(["evaluate", str(path), *options], standalone_mode=False)
