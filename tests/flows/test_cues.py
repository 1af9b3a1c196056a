"""`nabra cues check`: what a folder of cues comes to, and what in it is not found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.errors import ConfigError

CUES = """
[[reporting]]
verbs = ["غرد", "يغرد"]
that = true

[[reporting]]
id = "قال"
verbs = []

[[reporting]]
id = "تلعثم"
verbs = []

[[evaluative]]
id = "mockery"
stance = "against"
verbs = ["سخر", "نال من"]
forms = ["إشادة", "أضحوكة أمام كل من في العالم"]
weight = 0.6
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / "mine.toml").write_text(CUES, encoding="utf-8")
    path = tmp_path / "my.toml"
    path.write_text('[stance]\ncues = "cues"\n', encoding="utf-8")
    return path


def check(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["cues", "check", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def row(shown: str, name: str) -> list[str]:
    line = next(line for line in shown.splitlines() if line.startswith(name))
    return line.removeprefix(name).split()


def test_the_check_counts_what_is_own_shipped_and_overridden(settings: Path) -> None:
    shown = check("--config", str(settings))
    assert row(shown, "words that report")[:3] == ["3", "90", "1"]
    assert row(shown, "words against somebody")[:3] == ["1", "10", "0"]
    assert "can be used, with the cues that nabra ships" in shown


def test_the_check_tells_what_is_not_found_and_what_shipped_entries_lose(settings: Path) -> None:
    shown = check("--config", str(settings))
    assert "mockery: the verb نال من has several words and is not found" in shown
    assert "mockery: أضحوكة أمام كل من في العالم has more than 5 words and is not found" in shown
    assert "تلعثم: has no word, and overrides nothing" in shown
    assert "mockery: اشاده was a form of praise, which nabra ships" in shown
    assert "قال: has no word" not in shown


def test_cues_that_stand_alone_must_find_something(settings: Path) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + 'own_cues = "replace"\n', encoding="utf-8")
    assert row(check("--config", str(settings)), "words that report")[:3] == ["3", "0", "0"]
    (settings.parent / "cues" / "mine.toml").write_text(CUES[: CUES.index("[[evaluative")], encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no \[\[evaluative\]\] with a word"):
        check("--config", str(settings))


def test_the_cues_of_the_page_can_be_used(settings: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "actors.md").read_text(encoding="utf-8")
    mine = re.search(r"`cues/mine.toml`:\n\n```toml\n(.*?)```", page, re.DOTALL)
    assert mine
    (settings.parent / "cues" / "mine.toml").write_text(mine[1], encoding="utf-8")
    shown = check("--config", str(settings))
    assert (row(shown, "words that report")[0], row(shown, "words against somebody")[0]) == ("1", "1")
    assert "nabra: " not in shown


def test_the_shipped_cues_are_counted_too() -> None:
    assert row(check(), "words that report")[:3] == ["90", "0", "0"]
