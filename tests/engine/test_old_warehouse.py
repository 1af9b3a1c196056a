"""A warehouse that nabra wrote at 338427c, before fingerprints told what makes rows: two samples, and one refused.

It was written by `nabra run /srv/news --warehouse …` with bank.html, chess.txt and empty.html of `config/samples`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.flows.parameters import Location
from nabra.flows.pipeline import open_run, prepare_pending
from nabra.tasks.engine.backlog import backlogs
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate

OLD = Path(__file__).with_name("warehouse_of_338427c")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shutil.copytree(OLD, tmp_path / "news")
    return Store.open(load_settings(warehouse=str(tmp_path / "news")).store)


def undone(store: Store, config: Path | None = None) -> set[str]:
    """The stages that a run with `--refresh clean` would have to do."""
    settings = load_settings(config, warehouse=str(store))
    plan = Plan(settings, "run", frozenset(STAGES))
    return {name for name in STAGES if plan.todo(store, name)}


def test_it_keeps_the_contract(store: Store) -> None:
    seen = Validation()
    assert not list(validate(store, tuple(STAGES.values()), seen))
    assert seen.batches == 1


def test_it_counts_as_done_under_refresh_once_a_run_has_seen_it(store: Store) -> None:
    before = {path: path.read_bytes() for path in Path(str(store)).rglob("*.parquet")}
    assert undone(store) == set(STAGES)
    with open_run(prepare_pending(Location(warehouse=str(store))), "run"):
        pass
    assert undone(store) == {"actors", "stance"}  # a stage that came later, and the one that reads its table
    assert before == {path: path.read_bytes() for path in Path(str(store)).rglob("*.parquet")}


def test_a_run_does_the_stage_that_came_later_and_says_how_much_that_is(store: Store) -> None:
    with open_run(prepare_pending(Location(warehouse=str(store))), "run") as run:
        assert [run.stages_of(batch) for batch in run.batches()] == [["actors"]]
        assert [str(each) for each in backlogs(store, run.todo)] == [
            "actors has 1 batch of earlier runs to do, with 2 articles"
        ]


def test_settings_that_change_later_are_noticed(store: Store, tmp_path: Path) -> None:
    with open_run(prepare_pending(Location(warehouse=str(store))), "run"):
        pass
    (tmp_path / "my.toml").write_text("[sentiment]\nheadline_weight = 9.0\n", encoding="utf-8")
    assert undone(store, tmp_path / "my.toml") == {"actors", "sentiment", "stance"}
