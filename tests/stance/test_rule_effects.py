"""What `python -m bench.rules` says of the rules: measured on invented articles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.rule_effects import Effect, Rule, Tagger, effect, find_rules
from nabra.config.settings import load_settings
from nabra.tasks.actors.match import Actors
from nabra.tasks.stance.stances import Judges
from tests.parsed_article import actor_rows, article

SAID = "وقال وزير الخارجية الروسي أمس إن الباب مفتوح"
JUDGED = "وقال وزير الخارجية الروسي إن قصف تنظيم داعش مستمر.\nوقصف الجيش التركي مواقع داعش «ليلاً»."


def annotated(text: str, *said: str) -> dict[str, Any]:
    """An annotated article in which the Russian minister says this."""
    speaker = {"kind": "indirect", "cue": "قال", "speaker": "وزير الخارجية الروسي", "speaker_id": "russia"}
    quotes = [{"start": text.index(one), "end": text.index(one) + len(one), **speaker} for one in said]
    return {"doc_id": "d0", "title": None, "text": text, "boilerplate": [], "sentences": []} | {
        "quotes": quotes,
        "stances": [],
    }


@pytest.fixture
def tagger(actors: Actors, judges: Judges) -> Callable[..., Tagger]:
    def make(text: str, *said: str) -> Tagger:
        document = article(text, entities=actor_rows(actors, text))
        return Tagger({"d0": annotated(text, *said)}, [document], load_settings().stance, judges, actors)

    return make


def rule(name: str) -> Rule:
    return next(rule for rule in find_rules() if rule.name == name)


def measured(tagger: Tagger, name: str) -> Effect:
    base = tagger.tag()
    return effect(tagger, base, tagger.without(rule(name), base))


def test_a_rule_wins_what_is_right_only_with_it(tagger: Callable[..., Tagger]) -> None:
    found = measured(tagger(SAID, "الباب مفتوح"), "contents.STARTS._after_that")
    assert found == Effect(1, Counter(quote=1, speaker=1, speaker_id=1), Counter())


def test_a_rule_costs_what_is_wrong_only_with_it(tagger: Callable[..., Tagger]) -> None:
    found = measured(tagger(SAID), "contents.STARTS._after_that")
    assert found == Effect(1, Counter(), Counter(quote=1))


def test_a_rule_may_touch_a_row_and_change_no_judgement(tagger: Callable[..., Tagger]) -> None:
    found = measured(tagger(SAID, "الباب مفتوح"), "name_spans.ENDS._is_circumstance")
    assert found == Effect(2, Counter(), Counter())


def test_a_rule_that_decides_nothing_touches_nothing(tagger: Callable[..., Tagger]) -> None:
    assert measured(tagger(SAID, "الباب مفتوح"), "contents.STARTS._in_marks") == Effect(0, Counter(), Counter())


def test_an_article_is_tagged_again_only_where_that_changes_it(tagger: Callable[..., Tagger]) -> None:
    made = tagger(JUDGED)
    base = made.tag()
    for one in find_rules():
        with one.replaced():
            alone = made.tag()["d0"]
        assert made.without(one, base)["d0"].rows == alone.rows, one.name


def test_rules_are_asked_for_by_names_of_their_own() -> None:
    names = [rule.name for rule in find_rules()]
    assert len(names) == len(set(names)) > 80


@pytest.mark.slow
def test_the_command_keeps_parses_and_prints_a_line_a_rule_or_its_rows(tmp_path: Path) -> None:
    gold, work = tmp_path / "gold.jsonl", tmp_path / "work"
    gold.write_text(json.dumps(annotated(SAID + ".", "الباب مفتوح")), encoding="utf-8")
    table = run(gold, "--work", work)
    kept = {path: path.stat().st_mtime_ns for path in work.rglob("*.parquet")}
    rows = run(gold, "--work", work, "--rows", "contents.STARTS._after_that")
    line = next(line for line in table.splitlines() if line.startswith("contents.STARTS._after_that "))
    assert line.split() == ["contents.STARTS._after_that", "1", *["+1", "-0", "+1", "-0", "+1", "-0", "+0", "-0"]]
    assert rows.startswith("+ d0 {")
    assert "without quotes 0.0000" in rows
    assert kept == {path: path.stat().st_mtime_ns for path in work.rglob("*.parquet")} != {}


@pytest.mark.slow
def test_a_rule_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(tmp_path / "gold.jsonl", "--rows", "name_spans.ENDS._is_gone")
    assert "no rule is called name_spans.ENDS._is_gone" in refused.value.stderr


def run(*arguments: object) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "bench.rules", *map(str, arguments)]
    here = Path(__file__).parents[2]
    # Set by nabra's commands for what they start: the benches are modules of the current folder.
    environment = os.environ | {"PYTHONSAFEPATH": ""}
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=True, timeout=300)
    return done.stdout
