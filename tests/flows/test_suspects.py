"""Batches on which an earlier run died, in a run with several workers: each is tried in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nabra.flows.parameters import Location, RunParameters
from nabra.flows.pipeline import open_run, prepare_pending, prepare_run
from nabra.tasks.engine import steps
from nabra.tasks.engine.at_work import WorkNote, attempts_left, note_of_slot
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.batch import process_batch
from nabra.tasks.engine.crew import crew_of
from nabra.tasks.engine.dispatch import Group
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.standstill import Progress, StoodStillError
from nabra.tasks.processes import isolated
from nabra.tasks.warehouse.layout import AT_WORK, Batch
from tests.in_process import InThisProcess, cleaner_of, stand_ins
from tests.runs import Trial, before_parse, clean_here, make_trial, use_stand_ins, write_articles
from tests.side_by_side import work_side_by_side


@pytest.fixture(autouse=True)
def analysed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaners = property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))
    monkeypatch.setattr(Resources, "cleaners", cleaners)
    monkeypatch.setattr(Resources, "workers", property(lambda tools: InThisProcess(stand_ins(tools.settings))))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    trial = make_trial(tmp_path, str(write_articles(tmp_path / "in", 12)))
    Path(trial.run.config).write_text("[run]\nbatch_articles = 4\n", encoding="utf-8")
    return trial


def location(trial: Trial) -> Location:
    return Location(warehouse=trial.run.warehouse, config=trial.run.config)


def fetched(trial: Trial, stage: str, note: str) -> Batch:
    """The second batch of a run that has died in this stage of it, after it had fetched; `note` is what has stayed."""
    with open_run(prepare_run(RunParameters(inputs=trial.run.inputs), location(trial)), "none") as run:
        run.fetch()
        fingerprint = run.plan.fingerprints.stages[stage]
    suspect = sorted(trial.store.batches("raw"))[1]
    left = {"stage": stage, "batch": str(suspect), "fingerprint": fingerprint, "group": "earlier/1"}
    trial.store.files.write(f"_at_work/{note}.json", json.dumps(left).encode())
    return suspect


class Dying:
    """A context whose processes have the stand-ins; of those of one batch so many die in parse."""

    Pipe = staticmethod(multiprocessing.get_context("spawn").Pipe)

    def __init__(self, marks: Path, deaths: int) -> None:
        self.prepare = partial(die_in_parse, marks, deaths)

    def Process(self, target: Callable[..., None], args: tuple[Any, ...]) -> BaseProcess:  # noqa: N802 - as in a context
        arguments = (self.prepare, target, args)
        return multiprocessing.get_context("spawn").Process(target=prepared_call, args=arguments)


def prepared_call(prepare: Callable[[], None], target: Callable[..., None], args: tuple[Any, ...]) -> None:
    use_stand_ins()
    clean_here()
    prepare()
    target(*args)


def die_in_parse(marks: Path, deaths: int) -> None:
    def die(articles: pa.Table) -> None:
        found = len(list(marks.glob("died*")))
        if found < deaths:
            (marks / f"died{found}").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    before_parse(die)


@pytest.mark.slow
@pytest.mark.parametrize("deaths", [1, 2])
def test_a_suspect_whose_process_dies_twice_has_failed_and_once_has_not(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    suspect = fetched(trial, "parse", "group-0")
    monkeypatch.setattr(isolated, "CONTEXT", Dying(tmp_path, deaths))
    with open_run(prepare_pending(location(trial)), "next") as run:
        work_side_by_side(run, 2)
        told = run.summary().failures
    assert len(list(tmp_path.glob("died*"))) == deaths
    expected = [("parse", str(suspect), 1)] if deaths == 2 else []
    assert [(failure.stage, failure.batch, failure.attempts) for failure in failures(trial.store)] == expected
    assert all("its process died of SIGKILL\nattempt 1 of 3" in each for each in told)
    assert len(told) == len(expected)
    assert set(trial.store.batches("raw")) - set(trial.store.batches("stances")) == ({suspect} if expected else set())


class Closable(InThisProcess):
    """As a real pool: who waits for one that is closed gets a CancelledError."""

    def __init__(self, tools: object, closed: list[object]) -> None:
        super().__init__(tools)
        self.closed = closed

    def submit(self, function: Callable[..., Any], *rest: Any, deadline_seconds: float | None = None) -> Any:
        call = super().submit(function, *rest)

        def result() -> Any:
            if self in self.closed:
                raise CancelledError
            return call()

        return result

    def close(self) -> None:
        self.closed.append(self)


def test_a_suspect_of_clean_waits_for_the_workers_and_ends_none_at_work(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[object] = []

    def workers(resources: Resources) -> Any:
        return resources.__dict__.setdefault("workers", Closable(stand_ins(resources.settings), closed))

    monkeypatch.setattr(Resources, "workers", property(workers))
    suspect = fetched(trial, "clean", "stage")
    at_work: list[set[Batch]] = []

    def alone(function: Callable[..., Any], stage: str, batch: str, plan: Plan) -> Any:
        left = attempts_left(trial.store.files)
        at_work.append({attempt["batch"] for name, attempt in left.items() if name != AT_WORK})
        return process_batch(stage, Batch.parse(batch), steps.open_resources(plan), plan)

    monkeypatch.setattr(steps, "call_alone", alone)
    with open_run(prepare_pending(location(trial)), "next") as run:
        crew = crew_of(run.plan, Progress())
        work_side_by_side(run, 2)
        assert crew_of(run.plan, Progress()) is crew
        run.summary().without_failures()
    assert at_work == [set()]
    assert len(set(trial.store.batches("stances"))) == len(trial.store.batches("raw"))
    assert failures(trial.store) == []
    assert suspect in trial.store.batches("clean")


@pytest.mark.parametrize(("ended_by", "attempts"), [(StoodStillError, 1), (KeyboardInterrupt, 0)])
def test_a_suspect_that_stands_still_is_blamed_and_none_that_a_signal_has_ended(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, ended_by: type[BaseException], attempts: int
) -> None:
    suspect = fetched(trial, "parse", "group-0")

    def still(function: Callable[..., Any], group: Group, plan: Plan, **_: Any) -> None:
        WorkNote(trial.store.files, note_of_slot(group.slot), f"{plan.run_id}/{group.number}").begin(
            "sentiment", group.jobs[0].batch, plan.fingerprints.stages["sentiment"]
        )
        raise ended_by

    monkeypatch.setattr(steps, "call_alone", still)
    with pytest.raises(ended_by), open_run(prepare_pending(location(trial)), "next") as run:
        work_side_by_side(run, 2)
    found = [(failure.stage, failure.batch, failure.attempts, failure.deaths) for failure in failures(trial.store)]
    assert found == [("parse", str(suspect), 0, 1), ("sentiment", str(suspect), 1, 0)][: 1 + attempts]
    assert attempts_left(trial.store.files) == {}


def test_a_suspect_that_goes_on_is_progress_of_the_run(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched(trial, "parse", "group-0")
    ticked: list[bool] = []

    def slow(function: Callable[..., Any], group: Group, plan: Plan, *, look: Callable[[], None]) -> Any:
        note = WorkNote(trial.store.files, note_of_slot(group.slot), f"{plan.run_id}/{group.number}")
        note.begin("parse", group.jobs[0].batch, plan.fingerprints.stages["parse"])
        for _ in range(2):
            before = steps.progress_of(plan).at
            look()
            ticked.append(steps.progress_of(plan).at > before)
        return function(group, plan)

    monkeypatch.setattr(steps, "call_alone", slow)
    with open_run(prepare_pending(location(trial)), "next") as run:
        work_side_by_side(run, 2)
        run.summary().without_failures()
    assert ticked == [True, False]
