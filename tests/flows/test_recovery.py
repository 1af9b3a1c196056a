"""Runs that are killed, in processes of their own: what comes next ends with the rows of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import replace
from functools import partial

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.engine.attempts import failures, release
from nabra.tasks.engine.stages import STAGES
from tests.runs import DONE, FAILED, Trial, before_parse, die_at_operation, kill_group, stuck_in_parse

pytestmark = pytest.mark.slow


def crash_in_parse(doc_id: str) -> None:
    """From now on the stage parse brings the process down on a batch with this document."""

    def crash(articles):
        if doc_id in articles["doc_id"].to_pylist():
            os.kill(os.getpid(), signal.SIGSEGV)

    before_parse(crash)


def test_runs_killed_anywhere_end_with_the_rows_of_an_undisturbed_one(trial: Trial, undisturbed: Trial) -> None:
    draw = random.Random(6)
    for _ in range(8):
        before = partial(die_at_operation, draw.randrange(1, 60), trial.run.warehouse)
        assert replace(trial.run, before=before).finish() == -signal.SIGKILL
    for _ in range(4):
        process = trial.run.start()
        time.sleep(draw.uniform(0, 1.5))
        kill_group(process)
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()
    assert failures(trial.store) == []


def test_a_batch_that_kills_its_process_ends_one_run_and_is_then_set_aside(trial: Trial, undisturbed: Trial) -> None:
    second = undisturbed.store.batches("clean")[1]
    doc_id = undisturbed.store.read("clean", second)["doc_id"][0].as_py()
    deadly = replace(trial.run, before=partial(crash_in_parse, doc_id))
    assert deadly.finish() == -signal.SIGSEGV
    assert [deadly.finish() for _ in range(4)] == [FAILED, FAILED, FAILED, DONE]
    (failure,) = failures(trial.store)
    assert (failure.stage, failure.batch, failure.attempts, failure.deaths) == ("parse", str(second), 3, 1)
    assert "its process died of SIGSEGV" in failure.error
    assert {*trial.store.batches("raw")} - trial.store.done(STAGES["stance"]) == {second}
    release(trial.store, {str(second)})
    assert trial.run.finish() == DONE
    assert trial.rows() == undisturbed.rows()


def test_kills_from_outside_are_no_failures_of_the_batch(trial: Trial, undisturbed: Trial) -> None:
    for _ in range(4):
        kill_group(stuck_in_parse(trial))
    (failure,) = failures(trial.store)
    assert (failure.attempts, failure.deaths) == (0, 3)
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()
    assert failures(trial.store) == []


def test_a_batch_at_work_does_not_show_as_failing(trial: Trial) -> None:
    process = stuck_in_parse(trial)
    shown = CliRunner().invoke(app, ["status", "--warehouse", trial.run.warehouse], catch_exceptions=False).output
    kill_group(process)
    assert "clean" in shown
    assert "failing" not in shown
