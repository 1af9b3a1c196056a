"""Corrections outlast what makes the tables anew: runs with `--refresh`, snapshots, and the removal of old files."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nabra.flows import news
from nabra.flows.cli.main import app
from nabra.flows.cli.views import open_views
from nabra.flows.prefect import server
from nabra.tasks.decisions.applied import READ
from nabra.tasks.engine.resources import Resources
from tests.runs import clean_here, use_stand_ins, write_articles
from tests.workplace import Workplace

QUOTE = """
    select q.doc_id, quote_id from quotes q join stances s using (doc_id) where q.speaker is not null
    order by q.doc_id, quote_id limit 1
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A warehouse that a run of the command has filled, without a server and with a parser of a few lines."""
    for name in ("workers", "cleaners"):
        monkeypatch.setattr(Resources, name, getattr(Resources, name))
    use_stand_ins()
    clean_here()
    monkeypatch.setattr(news, "work_as_flow", lambda run: run.work())
    monkeypatch.setattr(server, "prefect_server", nullcontext)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = Workplace(tmp_path)
    settings(place, "")
    call(place, "run", str(write_articles(tmp_path / "in", 12)))
    return place


def settings(place: Workplace, text: str) -> None:
    (place.folder / "my.toml").write_text(text, encoding="utf-8")


def call(place: Workplace, *arguments: str) -> str:
    options = ["--warehouse", str(place.folder / "warehouse"), "--config", str(place.folder / "my.toml")]
    return CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False).stdout


def asked(place: Workplace, query: str) -> list[tuple[Any, ...]]:
    with open_views(place.store) as views:
        return views.sql(query).fetchall()


def corrected(place: Workplace) -> tuple[str, str]:
    """Ids of an article of which a quote and a stance were corrected, and of one that was hidden."""
    ((doc_id, quote_id),) = asked(place, QUOTE)
    ((stance_id,),) = asked(place, f"select min(stance_id) from stances where doc_id = '{doc_id}'")
    ((hidden,),) = asked(place, f"select max(doc_id) from clean where doc_id <> '{doc_id}'")
    call(place, "fix", doc_id, f"q{quote_id}", "--speaker", "الناطق المصحح")
    call(place, "fix", doc_id, f"s{stance_id}", "--target", "هدف مصحح")
    call(place, "fix", doc_id, "--date", "2026-04-10")
    call(place, "fix", hidden, "--hide")
    return doc_id, hidden


def assert_holds(place: Workplace, doc_id: str, hidden: str) -> None:
    assert asked(place, "select doc_id from quotes where speaker = 'الناطق المصحح'") == [(doc_id,)]
    assert asked(place, "select doc_id from stances where target = 'هدف مصحح'") == [(doc_id,)]
    assert asked(place, f"select published_at::date::varchar from clean where doc_id = '{doc_id}'") == [("2026-04-10",)]
    for name in READ:
        assert asked(place, f"select count(*) from {name} where doc_id = '{hidden}'") == [(0,)]
    assert doc_id[:8] in call(place, "find", "--speaker", "الناطق المصحح")
    assert "without its span" not in call(place, "status")


def made_by(place: Workplace) -> dict[str, set[str]]:
    """The runs that have made the files of the tables that stages make."""
    store = place.store
    return {name: {store.metadata(name, batch)["run_id"] for batch in store.batches(name)} for name in READ}


def test_corrections_outlast_a_refresh_a_snapshot_and_a_vacuum(place: Workplace) -> None:
    named = corrected(place)
    assert_holds(place, *named)
    before = made_by(place)
    settings(place, "[clean]\nmin_text_chars = 90\n")
    call(place, "run", "--refresh", "clean")
    assert not any(made_by(place)[name] & runs for name, runs in before.items())
    assert_holds(place, *named)
    call(place, "compact")
    call(place, "vacuum", "--hours", "0")
    assert_holds(place, *named)
