"""Articles written as CoNLL-U and as JSON lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.warehouse.export import conllu, json_line
from tests.flows.small_warehouse import DOC, small_warehouse
from tests.workplace import Workplace

TEXT = "قالَ سامر: «للمدينة»."


def words() -> list[dict[str, Any]]:
    spans = [
        ("قال", 0, 4),
        ("سامر", 5, 9),
        (":", 9, 10),
        ("«", 11, 12),
        ("ل", 12, 19),
        ("المدينة", 12, 19),
        ("»", 19, 20),
    ]
    token_ids = (1, 2, 3, 4, 5, 5, 6)
    heads = (0, 1, 1, 6, 6, 1, 6)
    deprels = ("root", "nsubj", "punct", "punct", "case", "obl", "punct")
    blank = {"doc_id": "d0", "sent_id": 0, "lemma": None, "upos": "X", "xpos": None, "feats": None}
    columns = zip(spans, token_ids, heads, deprels, strict=True)
    return [
        {**blank, "word_id": number, "token_id": token, "start": start, "end": end, "form": form, "head": head}
        | {"deprel": deprel}
        for number, ((form, start, end), token, head, deprel) in enumerate(columns, 1)
    ]


def lines() -> list[str]:
    sentence = {"doc_id": "d0", "sent_id": 0, "part": "text", "start": 0, "end": len(TEXT), "text": TEXT}
    name = {"doc_id": "d0", "sent_id": 0, "start": 5, "end": 9, "type": "PER", "actor_id": "samer"}
    rows = {"sentences": [sentence], "tokens": words(), "entities": [], "mentions": [name | {"kind": "name"}]}
    return list(conllu({"doc_id": "d0", "text": TEXT}, rows))


def test_the_text_is_what_the_tokens_spell() -> None:
    assert lines()[:3] == ["# newdoc id = d0", "# sent_id = d0-0", "# text = قال سامر: «للمدينة»"]


def test_a_token_of_several_words_has_a_line_of_its_own() -> None:
    rows = [line.split("\t") for line in lines() if "\t" in line]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5-6", "5", "6", "7"]
    assert all(len(row) == 10 for row in rows)
    assert rows[4][1] == "للمدينة"
    assert (rows[4][9], rows[5][9]) == ("SpaceAfter=No|TokenRange=12:19", "_")


def test_names_and_actors_are_in_misc() -> None:
    (samer,) = [line for line in lines() if "\tسامر\t" in line]
    assert samer.endswith("\tActor=samer|NER=B-PER|SpaceAfter=No|TokenRange=5:9")


def test_a_json_line_holds_all_that_was_found() -> None:
    read = json.loads(json_line({"doc_id": "d0", "text": TEXT}, {"quotes": [{"doc_id": "d0", "text": "للمدينة"}]}))
    assert read == {"doc_id": "d0", "text": TEXT, "quotes": [{"text": "للمدينة"}]}


def test_the_command_writes_the_articles_named(tmp_path: Path) -> None:
    store = small_warehouse(tmp_path)
    target = tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        app,
        ["export", "jsonl", "water.html", "-o", str(target), "--warehouse", str(store)],
        catch_exceptions=False,
    )
    assert result.exit_code == 0
    (article,) = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert article["doc_id"] == DOC
    assert [quote["cue"] for quote in article["quotes"]] == ["قال"]


@pytest.mark.parametrize("form", ["jsonl", "conllu"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--match", "الماء"], True),
        (["--match", "عنوان"], False),
        (["--since", "2026-04-12", "--until", "2026-04-12"], True),
        (["water.html", "--match", "عنوان"], False),
    ],
)
def test_filters_choose_the_articles_that_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, asked: list[str], found: bool
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    target = tmp_path / "out"
    called = ["export", form, *asked, "-o", str(target), "--warehouse", str(small_warehouse(tmp_path))]
    assert CliRunner().invoke(app, called, catch_exceptions=False).exit_code == 0
    assert (DOC in target.read_text(encoding="utf-8")) is found


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_validator_of_universal_dependencies_accepts_the_samples(
    sampled: tuple[Workplace, str, str], tmp_path: Path
) -> None:
    place, _, _ = sampled
    target = tmp_path / "samples.conllu"
    status, _, err = place.nabra("export", "conllu", "-o", str(target))
    assert status == 0, err
    validator = Path(sys.executable).with_name("udvalidate")
    checked = subprocess.run(
        [validator, "--lang", "ar", "--level", "1", str(target)], capture_output=True, text=True, timeout=200
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert target.read_text(encoding="utf-8").count("# newdoc") == 12
