"""`nabra actors` about the warehouse: who somebody is and why, users' decisions, who is not in a list yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from nabra.config.settings import load_settings
from nabra.flows.cli.main import app
from nabra.flows.cli.views import open_views, run_query
from nabra.flows.identities import join_actors
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write


@pytest.fixture
def named(tmp_path: Path) -> Store:
    """A warehouse in whose three articles somebody is named."""
    store = Store.open(load_settings(warehouse=str(tmp_path / "w")).store)
    name = {"kind": "name", "type": "PER", "text": "سالم الحداد", "name": "سالم الحداد"}
    documents = [f"{number:032x}" for number in range(3)]
    write(store, Batch("2026-04-12", "one"), "clean", *({"doc_id": doc} for doc in documents))
    write(store, Batch("2026-04-12", "one"), "mentions", *(name | {"doc_id": doc} for doc in documents))
    join_actors(store, load_settings(), "run")
    return store


def call(store: Store, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["actors", *arguments, "--warehouse", str(store)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def actors(store: Store) -> list[tuple[str, str, int]]:
    with open_views(store) as views:
        found = run_query(views, "select actor_id, name, articles from actors").to_pylist()
    return [(row["actor_id"], row["name"], row["articles"]) for row in found]


def test_an_actor_is_explained_by_id_and_by_name_in_any_spelling(named: Store) -> None:
    ((found, *_),) = actors(named)
    shown = call(named, "explain", "سالم الحدّاد")
    assert "Salem al-Haddad" in shown
    assert "same name" in shown
    assert call(named, "explain", found) == shown
    with pytest.raises(UsageError, match="no actor is called غائب"):
        call(named, "explain", "غائب")


def test_a_decision_changes_the_views_at_once(named: Store) -> None:
    ((found, *_),) = actors(named)
    call(named, "rename", found, "الوزير الحداد")
    assert actors(named) == [(found, "الوزير الحداد", 3)]
    call(named, "split", found, "--article", f"{0:032x}")
    assert sorted(articles for *_, articles in actors(named)) == [1, 2]
    call(named, "merge", found, "un")
    assert ("un", 2) in {(actor, articles) for actor, _, articles in actors(named)}
    call(named, "hide", "un")
    assert len(actors(named)) == 1


def test_who_is_named_often_is_suggested_for_the_list(named: Store) -> None:
    assert 'name = "سالم الحداد"' in call(named, "suggest")
    assert call(named, "suggest", "--least", "4") == ""
