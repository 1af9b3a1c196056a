"""Runs that are killed, in processes of their own: what comes next ends with the rows of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import load_settings
from flows.cli import app
from tasks.quarantine import AT_WORK, failures, release
from tasks.run import FUNCTIONS
from tasks.stages import STAGES
from tasks.store import Store
from tests.runs import DONE, FAILED, Run, die_at_operation, kill_group, write_articles
from tests.workplace import all_rows

ARTICLES, PAGES = 30, 2


@dataclass(frozen=True)
class Place:
    """A warehouse and the run that fills it."""

    run: Run
    store: Store

    def rows(self) -> dict[str, list[str]]:
        return all_rows(self.store)

    def said(self) -> str:
        return self.run.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_articles(tmp_path_factory.mktemp("articles") / "in", ARTICLES, pages=PAGES))


def make_place(folder: Path, articles: str) -> Place:
    warehouse, config = str(folder / "warehouse"), folder / "settings.toml"
    config.write_text("[run]\nbatch_articles = 8\n[clean]\nworkers = 1\n", encoding="utf-8")
    run = Run(warehouse, (articles,), str(config), folder / "log")
    return Place(run, Store.open(load_settings(config, warehouse=warehouse).store))


@pytest.fixture
def place(tmp_path: Path, articles: str) -> Place:
    return make_place(tmp_path, articles)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, articles: str) -> Place:
    place = make_place(tmp_path_factory.mktemp("undisturbed"), articles)
    assert place.run.finish() == DONE, place.said()
    assert len(place.store.batches("stances")) == 4
    return place


def crash_in_parse(doc_id: str) -> None:
    """From now on the stage parse brings the process down on a batch with this document."""
    honest = FUNCTIONS["parse"]

    def deadly(tables, tools):
        if doc_id in tables["clean"]["doc_id"].to_pylist():
            os.kill(os.getpid(), signal.SIGSEGV)
        return honest(tables, tools)

    FUNCTIONS["parse"] = deadly  # type: ignore[index]


def dwell_in_parse() -> None:
    """From now on the stage parse never ends."""
    FUNCTIONS["parse"] = lambda tables, tools: time.sleep(60)  # type: ignore[index]


def stuck_in_parse(place: Place) -> BaseProcess:
    """A run that has come to the stage parse and stays there."""
    note, started = Path(place.run.warehouse) / AT_WORK, time.time_ns()
    process = replace(place.run, before=dwell_in_parse).start()
    while not note.exists() or note.stat().st_mtime_ns < started or b"parse" not in note.read_bytes():
        time.sleep(0.02)
    return process


def test_runs_killed_anywhere_end_with_the_rows_of_an_undisturbed_one(place: Place, undisturbed: Place) -> None:
    draw = random.Random(6)
    for _ in range(8):
        before = partial(die_at_operation, draw.randrange(1, 60), place.run.warehouse)
        assert replace(place.run, before=before).finish() == -signal.SIGKILL
    for _ in range(4):
        process = place.run.start()
        time.sleep(draw.uniform(0, 1.5))
        kill_group(process)
    assert place.run.finish() == DONE, place.said()
    assert place.rows() == undisturbed.rows()
    assert failures(place.store) == []


def test_a_batch_that_kills_its_process_ends_one_run_and_is_then_set_aside(place: Place, undisturbed: Place) -> None:
    second = undisturbed.store.batches("clean")[1]
    doc_id = undisturbed.store.read("clean", second)["doc_id"][0].as_py()
    deadly = replace(place.run, before=partial(crash_in_parse, doc_id))
    assert deadly.finish() == -signal.SIGSEGV
    assert [deadly.finish() for _ in range(4)] == [FAILED, FAILED, FAILED, DONE]
    (failure,) = failures(place.store)
    assert (failure.stage, failure.batch, failure.attempts, failure.deaths) == ("parse", str(second), 3, 1)
    assert "its process died of SIGSEGV" in failure.error
    assert {*place.store.batches("raw")} - place.store.done(STAGES["stance"]) == {second}
    release(place.store, {str(second)})
    assert place.run.finish() == DONE
    assert place.rows() == undisturbed.rows()


def test_kills_from_outside_are_no_failures_of_the_batch(place: Place, undisturbed: Place) -> None:
    for _ in range(4):
        kill_group(stuck_in_parse(place))
    (failure,) = failures(place.store)
    assert (failure.attempts, failure.deaths) == (0, 3)
    assert place.run.finish() == DONE, place.said()
    assert place.rows() == undisturbed.rows()
    assert failures(place.store) == []


def test_a_batch_at_work_does_not_show_as_failing(place: Place) -> None:
    process = stuck_in_parse(place)
    shown = CliRunner().invoke(app, ["status", "--warehouse", place.run.warehouse], catch_exceptions=False).output
    kill_group(process)
    assert "clean" in shown
    assert "failing" not in shown
