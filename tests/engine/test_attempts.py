"""A batch on which a stage keeps failing is set aside, told of, and taken up again when somebody asks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nabra.config.settings import load_settings
from nabra.flows.cli.main import app
from nabra.flows.parameters import Location
from nabra.flows.pipeline import RunFailedError, open_run, prepare_pending
from nabra.tasks.engine.attempts import MAX_DEATHS, Attempts, failures, set_aside
from nabra.tasks.engine.fingerprint import fingerprints
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import BatchError
from nabra.tasks.schemas import DATASETS
from nabra.tasks.stage import StageOutput, stage_output
from nabra.tasks.warehouse.layout import AT_WORK, QUARANTINE, Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import path_of, row, write
from tests.in_process import InThisProcess, Works

FIRST, SECOND = Batch("2026-04-12", "one"), Batch("2026-04-13", "two")


@pytest.fixture
def works() -> Works:
    return Works(**{name: _made(stage.makes) for name, stage in STAGES.items() if name != "clean"})


@pytest.fixture
def store(tmp_path: Path, works: Works, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two cleaned batches; the stages after clean make empty tables, without Prefect."""
    warehouse = str(tmp_path / "warehouse")
    store = Store.open(load_settings(warehouse=warehouse).store)
    for number, batch in enumerate((FIRST, SECOND)):
        for dataset in ("raw", "clean"):
            write(store, batch, dataset, {"doc_id": f"{number}" * 32, "url": f"file:///{number}.txt"})
    monkeypatch.setattr(Resources, "workers", InThisProcess(works))
    return store


def _made(writes: tuple[str, ...]) -> Callable[..., StageOutput]:
    """A stage that gives each article one row in its first dataset."""

    def run(tables) -> StageOutput:
        ids = [row["doc_id"] for row in tables[next(iter(tables))].to_pylist()]
        blank = {"part": "text", "sent_id": 0, "start": 0, "end": 1, "text": "x", "words": 1}
        known = {column.name for column in DATASETS[writes[0]].columns}
        rows = [row(writes[0], doc_id=doc_id, **{k: v for k, v in blank.items() if k in known}) for doc_id in ids]
        return stage_output({name: rows if name == writes[0] else [] for name in writes}, [])

    return run


@pytest.fixture
def broken(works: Works) -> set[str]:
    """Ids of the documents on which the stage parse raises an error."""
    ids: set[str] = set()
    honest = works.functions["parse"]

    def fragile(tables) -> StageOutput:
        if ids & {*tables["clean"]["doc_id"].to_pylist()}:
            raise BatchError("no tree")
        return honest(tables)

    works.functions["parse"] = fragile
    return ids


def run_pending(store: Store) -> str:
    """Run what is pending; what failed."""
    try:
        with open_run(prepare_pending(Location(warehouse=str(store))), "none") as run:
            run.work()
            run.summary().without_failures()
    except RunFailedError as error:
        return str(error)
    return ""


def test_a_failing_batch_does_not_hold_up_the_others(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    said = run_pending(store)
    assert "parse failed on batch 2026-04-12/one: BatchError: no tree" in said
    assert "attempt 1 of 3" in said
    assert store.batches("stances") == [SECOND]


def test_after_the_last_attempt_it_is_set_aside_and_passed_over(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    said = [run_pending(store) for _ in range(4)]
    assert "set aside after 3 attempts; take it up again with: nabra retry 2026-04-12/one" in said[2]
    assert said[3] == ""
    (failure,) = failures(store)
    assert (failure.stage, failure.batch, failure.attempts) == ("parse", str(FIRST), 3)


def test_a_damaged_file_sets_its_batch_aside_and_no_other(store: Store) -> None:
    path = path_of(store, "clean", FIRST)
    path.write_bytes(b"PAR1 damaged PAR1")
    said = [run_pending(store) for _ in range(3)]
    assert "one.parquet cannot be read" in said[0]
    assert "set aside after 3 attempts" in said[2]
    assert store.batches("stances") == [SECOND]


def test_a_batch_that_succeeds_is_forgotten(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    run_pending(store)
    broken.clear()
    assert run_pending(store) == ""
    assert failures(store) == []
    assert store.batches("stances") == [FIRST, SECOND]


def test_other_settings_give_a_batch_new_attempts(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    for _ in range(3):
        run_pending(store)
    settings = load_settings(warehouse=str(store))
    assert FIRST not in Plan(settings, "run").todo(store, "stance")
    parse = settings.parse.model_copy(update={"max_sentence_words": 50})
    assert FIRST in Plan(settings.model_copy(update={"parse": parse}), "run").todo(store, "stance")


def test_retry_takes_up_what_was_set_aside(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    for _ in range(3):
        run_pending(store)
    broken.clear()
    result = CliRunner().invoke(app, ["retry", str(FIRST), "--warehouse", str(store)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "parse 2026-04-12/one: again after 3 attempts" in result.output
    assert store.batches("stances") == [FIRST, SECOND]


def test_retry_names_a_batch_on_which_nothing_failed(store: Store) -> None:
    result = CliRunner().invoke(app, ["retry", "2026-01-01/none", "--warehouse", str(store)])
    assert "no stage failed on 2026-01-01/none" in str(result.exception)


def test_status_names_failing_batches(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    run_pending(store)
    shown = CliRunner().invoke(app, ["status", "--warehouse", str(store)]).output
    assert "2026-04-12/one" in shown
    assert "BatchError: no tree" in shown


def die(store: Store, times: int, fingerprint: str = "f") -> None:
    """Leave what runs leave that died in the stage parse of the first batch, and look back each time."""
    for _ in range(times):
        attempt = {"stage": "parse", "batch": str(FIRST), "fingerprint": fingerprint}
        store.files.write(AT_WORK, json.dumps(attempt).encode())
        Attempts(store, {"parse": fingerprint}).look_back()


def test_a_death_makes_a_batch_suspect_under_the_same_settings_only(store: Store) -> None:
    die(store, 1)
    assert Attempts(store, {"parse": "f"}).suspects("parse", FIRST)
    assert not Attempts(store, {"parse": "f"}).suspects("parse", SECOND)
    assert not Attempts(store, {"parse": "g"}).suspects("parse", FIRST)


def test_a_batch_on_which_many_runs_died_waits_for_the_others_and_is_not_set_aside(
    store: Store, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, honest = [], works.functions["parse"]

    def observed(tables) -> StageOutput:
        order.extend(tables["clean"]["doc_id"].to_pylist())
        return honest(tables)

    works.functions["parse"] = observed
    monkeypatch.setattr("nabra.tasks.engine.steps.call_alone", lambda function, *arguments: function(*arguments))
    made_by = fingerprints(load_settings(warehouse=str(store)))
    die(store, MAX_DEATHS - 1, made_by["parse"])
    assert not Attempts(store, made_by).must_wait(FIRST)
    die(store, 1, made_by["parse"])
    assert set_aside(store, made_by, max_attempts=3) == set()
    assert run_pending(store) == ""
    assert order == ["1" * 32, "0" * 32]
    assert failures(store) == []


def test_a_death_after_the_last_file_of_a_stage_is_none_of_its(store: Store) -> None:
    for dataset in STAGES["parse"].makes:
        write(store, FIRST, dataset)
    die(store, 1)
    assert failures(store) == []


def test_a_stage_that_ends_leaves_no_death_however_it_ends(store: Store) -> None:
    attempts = Attempts(store, {"parse": "f"})
    with attempts.at_work("parse", FIRST):
        assert b"parse" in store.files.read_all("_at_work")[AT_WORK]
    with pytest.raises(KeyboardInterrupt), attempts.at_work("parse", FIRST):
        raise KeyboardInterrupt
    assert Attempts(store, {"parse": "f"}).look_back() == []


def test_the_notes_are_no_data(store: Store, broken: set[str]) -> None:
    broken.add("0" * 32)
    run_pending(store)
    assert list(store.files.read_all(QUARANTINE)) == [f"{QUARANTINE}/2026-04-12/one.parse.json"]
    assert all(QUARANTINE not in path for name in DATASETS for path in store.dataset(name).files)


def test_vacuum_removes_what_killed_runs_left_and_nothing_new(store: Store) -> None:
    folder = Path(str(store)) / "_tmp"
    folder.mkdir(exist_ok=True)
    old, new = folder / "old.part", folder / "new.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    before = set(Path(str(store)).rglob("*.parquet"))
    dry = CliRunner().invoke(app, ["vacuum", "--dry-run", "--warehouse", str(store)], catch_exceptions=False)
    assert "_tmp/old.part" in dry.output
    assert old.exists()
    CliRunner().invoke(app, ["vacuum", "--warehouse", str(store)], catch_exceptions=False)
    assert not old.exists()
    assert new.exists()
    assert set(Path(str(store)).rglob("*.parquet")) == before
