"""A run with several workers: the rows of one with one, whoever dies meanwhile."""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nabra.flows.parameters import Location, RunParameters
from nabra.flows.pipeline import PreparedRun, open_run, prepare_run
from nabra.flows.side_by_side import SideBySide
from nabra.tasks.engine import batch as batch_module
from nabra.tasks.engine import steps
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.dispatch import GROUPS_A_WORKER, Group
from nabra.tasks.engine.groups import Outcome
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.errors import BatchError, ConfigError, StoreError
from nabra.tasks.processes.pool import WorkerPool
from nabra.tasks.stage import Stage, StageOutput
from nabra.tasks.warehouse.holder import HOLDER, Holder
from tests.in_process import InThisProcess, cleaner_of, stand_ins
from tests.runs import DONE, Trial, die_at_operation, make_trial, write_articles
from tests.side_by_side import ThreadRunner, dying_tools, work_side_by_side

# Copies lie in other batches than their originals.
ARTICLES = 40


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each fifth is once more there, word for word."""
    folder = write_articles(tmp_path_factory.mktemp("articles") / "in", ARTICLES, pages=4)
    rows = (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()[: ARTICLES - 4]
    again = [json.dumps(json.loads(row) | {"id": f"again{number}"}) for number, row in enumerate(rows[::5])]
    (folder / "z.jsonl").write_text("\n".join(again), encoding="utf-8")
    return str(folder)


@pytest.fixture
def cleaned_here(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaners = property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))
    monkeypatch.setattr(Resources, "cleaners", cleaners)


@pytest.fixture
def analysed_here(cleaned_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resources, "workers", property(lambda tools: InThisProcess(stand_ins(tools.settings))))


@pytest.fixture(scope="module")
def undisturbed(articles: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The rows of one worker."""
    trial = small_trial(tmp_path_factory.mktemp("undisturbed"), articles)
    assert trial.run.finish() == DONE, trial.said()
    return trial.rows()


def small_trial(folder: Path, articles: str, workers: int = 1) -> Trial:
    trial = make_trial(folder, articles)
    Path(trial.run.config).write_text("[run]\nbatch_articles = 4\n", encoding="utf-8")
    return replace(trial, run=replace(trial.run, workers=workers))


def prepared(trial: Trial) -> PreparedRun:
    location = Location(warehouse=trial.run.warehouse, config=trial.run.config)
    return prepare_run(RunParameters(inputs=trial.run.inputs), location)


@pytest.mark.usefixtures("analysed_here")
@pytest.mark.parametrize("workers", [1, 3])
def test_the_rows_are_those_of_one_worker(
    articles: str, undisturbed: dict[str, list[str]], tmp_path: Path, workers: int
) -> None:
    trial = small_trial(tmp_path, articles)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        groups = work_side_by_side(run, workers)
        counts = run.summary().without_failures().counts
    assert trial.rows() == undisturbed
    assert all(undisturbed.values())
    assert sorted(job.batch for group in groups for job in group.jobs) == trial.store.batches("stances")
    assert any(job.repeats for group in groups for job in group.jobs)
    assert all(count.documents_in == count.documents_out + count.rejected + count.known for count in counts)
    assert set(trial.store.files.read_all("_at_work").values()) == {b"null"}
    assert failures(trial.store) == []


@pytest.mark.usefixtures("analysed_here")
def test_a_slow_group_keeps_no_other_from_the_workers(
    articles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_are_done = threading.Event()
    honest_work, honest_settle = steps.run_batches, SideBySide._settle
    settled: list[int] = []

    def work(group: Group, plan: Plan) -> Outcome:
        if group.number == 0:
            others_are_done.wait(60)
        return honest_work(group, plan)

    def settle(side_by_side: SideBySide, group: Group, *rest: Any) -> None:
        settled.append(group.number)
        honest_settle(side_by_side, group, *rest)
        if len(settled) == 2 * GROUPS_A_WORKER:
            others_are_done.set()

    monkeypatch.setattr(steps, "run_batches", work)
    monkeypatch.setattr(SideBySide, "_settle", settle)
    trial = small_trial(tmp_path, articles)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        groups = work_side_by_side(run, 2)
        run.summary().without_failures()
    assert sorted(settled) == [group.number for group in groups]
    assert 0 not in settled[: 2 * GROUPS_A_WORKER]


@pytest.mark.usefixtures("analysed_here")
def test_a_batch_that_fails_ends_alone(articles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = batch_module.call_in_groups

    def fragile(stage: Stage, tables: dict[str, pa.Table], *rest: Any) -> StageOutput:
        if stage.name == "parse" and any(url.endswith("page0.html") for url in tables["clean"]["url"].to_pylist()):
            raise BatchError("no tree")
        return honest(stage, tables, *rest)

    monkeypatch.setattr(batch_module, "call_in_groups", fragile)
    trial = small_trial(tmp_path, articles)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        work_side_by_side(run, 2)
        summary = run.summary()
    (failure,) = failures(trial.store)
    assert (failure.stage, failure.attempts) == ("parse", 1)
    assert len(summary.failures) == 1
    assert len(trial.store.batches("clean")) == len(trial.store.batches("stances")) + 1


@pytest.mark.usefixtures("analysed_here")
def test_a_warehouse_that_another_run_holds_now_gets_no_file(
    articles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = small_trial(tmp_path, articles)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        trial.store.files.write(HOLDER, Holder.of_this_process("another").note())
        with pytest.raises(StoreError, match="is being worked on by process"):
            work_side_by_side(run, 2)
    assert trial.store.batches("clean")
    assert trial.store.batches("sentences") == []


@pytest.mark.usefixtures("analysed_here")
def test_a_worker_with_other_lists_than_the_run_makes_no_row(articles: str, tmp_path: Path) -> None:
    trial = small_trial(tmp_path, articles)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        parts = {**run.plan.fingerprints.parts, "stance": ["other cues"]}
        plan = replace(run.plan)
        plan.__dict__["fingerprints"] = replace(run.plan.fingerprints, parts=parts)
        with ThreadRunner(2) as runner, pytest.raises(ConfigError, match="would make other rows of stance than"):
            SideBySide(run, runner, plan).work()
    assert trial.store.batches("sentences") == []


@pytest.mark.slow
@pytest.mark.usefixtures("cleaned_here")
def test_processes_that_die_again_and_again_cost_a_call_each_and_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()

    def workers(resources: Resources) -> WorkerPool:
        prepare = partial(dying_tools, resources.settings, marks)
        pool = resources.__dict__.setdefault("workers", WorkerPool("analysis", 1, 60.0, 4096, prepare))
        assert isinstance(pool, WorkerPool)
        return pool

    few = str(write_articles(tmp_path / "in", 12, seed=3))
    expected = small_trial(tmp_path_of(tmp_path, "one"), few)
    assert expected.run.finish() == DONE, expected.said()
    monkeypatch.setattr(Resources, "workers", property(workers))
    trial = small_trial(tmp_path_of(tmp_path, "two"), few)
    with open_run(prepared(trial), "none") as run:
        run.fetch()
        work_side_by_side(run, 2)
        run.summary().without_failures()
    assert len(list(marks.iterdir())) >= 3
    assert trial.rows() == expected.rows()
    assert failures(trial.store) == []


@pytest.mark.slow
def test_a_driver_that_is_killed_leaves_what_the_next_run_goes_on_from(
    articles: str, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    trial = small_trial(tmp_path, articles, workers=2)
    killed = 0
    for operations in (150, 100, 250):
        dying = replace(trial.run, before=partial(die_at_operation, operations, trial.run.warehouse))
        killed += dying.finish() == -signal.SIGKILL
    assert killed >= 2
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed
    assert failures(trial.store) == []


def tmp_path_of(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name
