"""What a fingerprint notices, and what makes no difference."""

from __future__ import annotations

from pathlib import Path

from nabra.config.settings import load_settings
from nabra.tasks.engine.fingerprint import fingerprints

SOURCE = """[[source]]
id = "port"
name = "صحيفة الميناء"
kind = "feed"
addresses = ["https://port.example/feed"]
enabled = true
"""


def made_with(folder: Path, sources: str) -> dict[str, str]:
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    (folder / "my.toml").write_text('[fetch]\nsources = "sources.toml"\n', encoding="utf-8")
    return fingerprints(load_settings(folder / "my.toml"))


def test_hints_for_reading_a_page_change_clean_and_what_follows(tmp_path: Path) -> None:
    plain = made_with(tmp_path, SOURCE)
    for hint in ('drop = [".share"]', 'keep = ["article"]', 'zone = "Africa/Cairo"'):
        hinted = made_with(tmp_path, SOURCE + hint)
        assert hinted["raw"] == plain["raw"]
        assert all(hinted[stage] != plain[stage] for stage in ("clean", "parse", "sentiment", "stance"))


def test_what_else_is_said_of_a_source_changes_nothing(tmp_path: Path) -> None:
    changed = SOURCE.replace("true", "false").replace("/feed", "/rss") + "delay_seconds = 5\n"
    assert made_with(tmp_path, changed) == made_with(tmp_path, SOURCE)


ACTOR = '[[actor]]\nid = "northland"\nkind = "state"\naliases = ["نورلند"]\n'


def test_actors_of_ones_own_and_the_shipped_ones_make_the_fingerprint_together(tmp_path: Path) -> None:
    (tmp_path / "actors").mkdir()
    (tmp_path / "actors" / "list.toml").write_text(ACTOR, encoding="utf-8")
    made = [fingerprints(load_settings())]
    for more in ("", 'own_actors = "replace"\n'):
        (tmp_path / "my.toml").write_text(f'[parse]\nactors = "actors"\n{more}', encoding="utf-8")
        made.append(fingerprints(load_settings(tmp_path / "my.toml")))
    assert len({each["parse"] for each in made}) == 3
    assert len({each["clean"] for each in made}) == 1


def test_saying_that_the_shipped_files_stand_alone_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[parse]\nown_actors = "replace"\n[stance]\nown_cues = "replace"\n', "utf-8")
    assert fingerprints(load_settings(tmp_path / "my.toml")) == fingerprints(load_settings())
