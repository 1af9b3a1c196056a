"""The football league of docs/actors.md: a new list of actors, no new code, and the rows that the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PAGE = (Path(__file__).parents[2] / "docs" / "actors.md").read_text(encoding="utf-8")


def block(file: str) -> str:
    """What the page says stands in a file."""
    found = re.search(rf"`{re.escape(file)}`[^\n]*:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_page_shows_what_its_files_give(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    (tmp_path / "actors").mkdir()
    for file in ("actors/league.toml", "my.toml", "match.txt"):
        (tmp_path / file).write_text(block(file), encoding="utf-8")
    status, _, err = place.nabra("run", "match.txt", "--config", "my.toml", "--warehouse", "warehouse")
    assert status == 0, err
    columns = ("source_id", "stance", "target_id", "method", "evidence")
    rows = place.store.dataset("stances").to_table().to_pylist()
    shown = re.findall(r"^\| (nusour|fursan|referees|league) \| (.*) \|$", PAGE, re.MULTILINE)
    assert {tuple(row[name] for name in columns) for row in rows} == {(who, *rest.split(" | ")) for who, rest in shown}
    quotes = place.store.dataset("quotes").to_table().to_pylist()
    speakers = {(row["speaker"], row["speaker_id"]) for row in quotes}
    assert {("المدرب كريم الحداد", "nusour"), ("لجنة الحكام", "referees")} <= speakers
