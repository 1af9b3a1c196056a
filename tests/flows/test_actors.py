"""`nabra actors`: what the files hold, what is risky in them, what a name means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.errors import ConfigError, UsageError
from nabra.tasks.warehouse.store import Store

LIST = """
[[kind]]
id = "army"

[[actor]]
id = "northland"
kind = "state"
aliases = ["نورلند", "وفد نورلند"]

[[actor]]
id = "northland_army"
kind = "army"
parent = "northland"
aliases = ["جيش نورلند"]

[[actor]]
id = "envoy"
kind = "person"
ambiguous = [{ alias = "بن غدير", needs = ["نورلند", "الوادي"] }]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    actors = tmp_path / "actors"
    actors.mkdir()
    (actors / "list.toml").write_text(LIST, encoding="utf-8")
    path = tmp_path / "my.toml"
    path.write_text('[parse]\nactors = "actors"\n', encoding="utf-8")
    return path


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["actors", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout


def test_the_list_tells_for_whom_an_actor_speaks(settings: Path) -> None:
    _, shown = call("list", "--config", str(settings))
    army = next(line for line in shown.splitlines() if line.startswith("northland_army"))
    assert army.split()[1:3] == ["army", "northland"]
    assert "northland_army" in call("list", "--kind", "army", "--config", str(settings))[1]
    assert "envoy" not in call("list", "--kind", "army", "--config", str(settings))[1]
    with pytest.raises(UsageError, match="no kind is called amy"):
        call("list", "--kind", "amy", "--config", str(settings))


def test_the_check_counts_what_can_be_used_and_warns_of_short_names(settings: Path) -> None:
    told = re.search(r"3 actors with 4 names can be used; with those that nabra ships, (\d+) actors", checked(settings))
    assert told
    assert int(told[1]) > 3
    assert "x: the name علي is short" in checked(settings, '[[actor]]\nid = "x"\nkind = "army"\naliases = ["علي"]\n')


def test_the_check_tells_what_the_shipped_actors_lose(settings: Path) -> None:
    un, kremlin = '[[actor]]\nid = "un"\nkind = "group"\n', '[[actor]]\nid = "kremlin"\nkind = "person"\n'
    names = 'aliases = ["الكرملين"]\nambiguous = [{ alias = "روسيا", needs = ["قيصر"] }]\n'
    told = checked(settings, un + kremlin + names)
    assert "un: overrides the actor that nabra ships" in told
    assert "un: has no name" in told
    assert "russia: the name الكرملين is no longer this shipped actor's" in told
    assert "kremlin: the name روسيا never counts, as it is russia's in every text" in told


def test_a_list_that_replaces_the_shipped_one_stands_alone(settings: Path) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + 'own_actors = "replace"\n', encoding="utf-8")
    assert checked(settings).endswith("3 actors with 4 names can be used\n")
    assert "russia" not in call("list", "--config", str(settings))[1]


def test_the_check_refuses_a_kind_that_nobody_has_defined(settings: Path) -> None:
    with pytest.raises(ConfigError, match=r"list\.toml: actor x: kind = 'polcy' is no kind; did you mean policy\?"):
        checked(settings, '[[actor]]\nid = "x"\nkind = "polcy"\n')


def checked(settings: Path, more: str = "") -> str:
    path = settings.parent / "actors" / "list.toml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    return call("check", "--config", str(settings))[1]


def test_a_name_is_found_in_the_list_and_in_the_warehouse(settings: Path, store: Store) -> None:
    _, shown = call("find", "بِن غدير", "--config", str(settings), "--warehouse", str(store))
    in_list, in_warehouse = shown.split("\n\n")
    assert "نورلند، الوادي" in in_list
    assert in_warehouse.splitlines()[1].split()[-5:-1] == ["PER", "envoy", "1", "1"]


def test_a_name_that_nobody_has_is_said_to_be_so(settings: Path, store: Store) -> None:
    _, shown = call("find", "غائب", "--config", str(settings), "--warehouse", str(store))
    assert "No actor of the list" in shown
    assert "no mention" in shown
