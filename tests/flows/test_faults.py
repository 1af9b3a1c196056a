"""Stores that fail, disks that are full, clocks that jump, runs that come at once: nothing is lost or done twice."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse import bucket
from nabra.tasks.warehouse.layout import AT_WORK
from nabra.tasks.warehouse.lease import seen_holder
from nabra.tasks.warehouse.validate import Validation, validate
from tests.faulty_proxy import faulty_proxy
from tests.runs import (
    DONE,
    FAILED,
    LEASE_SECONDS,
    Trial,
    die_at_operation,
    kill_group,
    limit_file_size,
    make_trial,
    parse_after,
    shift_clock,
    stuck_in_parse,
    work_on_test_s3,
)
from tests.servers import wait_for
from tests.workplace import CLOCK_COLUMNS, all_rows

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DISK = """
import sys
from nabra.tasks.errors import StoreError
from nabra.config.settings import load_settings
from nabra.tasks.warehouse.store import Store

store = Store.open(load_settings(warehouse=sys.argv[1]).store)
store.files.write("_small", b"there before")
try:
    store.files.write("_large", bytes(1_000_000))
except StoreError as error:
    print(error)
print(sorted(store.files.read_all("")))
"""


def test_a_failing_object_store_ends_a_run_with_a_clear_error_or_not_at_all(
    tmp_path: Path, articles: str, undisturbed: Trial, s3_server: str
) -> None:
    with faulty_proxy(s3_server, share=0.1) as proxy:
        trial = make_trial(tmp_path, articles, endpoint=proxy.address)
        outcomes = [trial.run.finish()]
        while outcomes[-1] != DONE and len(outcomes) < 10:
            wait_for_the_lease(trial)
            outcomes.append(trial.run.finish())
        assert set(outcomes[:-1]) <= {FAILED}
        assert outcomes[-1] == DONE, trial.said()
        assert trial.said().count("StoreError: ") == outcomes.count(FAILED)
        assert "Traceback" not in trial.said()
        assert all(proxy.faults[fault] for fault in ("500", "503", "slow", "reset", "lost"))
        proxy.share = 0.0
        assert trial.rows() == undisturbed.rows()


def wait_for_the_lease(trial: Trial) -> None:
    """Until the last run has given it back, or it has ended; the store's clock shows whole seconds."""
    ends_in = LEASE_SECONDS + 1 if seen_holder(trial.store.files) else 0
    time.sleep(ends_in)


def parse_on_test_s3(gate: str, attempts: int) -> None:
    """Ask a test server so often; parse when the gate is there."""
    work_on_test_s3()
    bucket.S3_ATTEMPTS = attempts  # type: ignore[misc]
    parse_after(gate)


@pytest.mark.parametrize(("away_seconds", "attempts", "outcome"), [(5.0, 60, DONE), (None, 3, FAILED)])
def test_an_object_store_that_goes_away_is_waited_for_and_then_named(
    tmp_path: Path,
    articles: str,
    undisturbed: Trial,
    s3_server: str,
    away_seconds: float | None,
    attempts: int,
    outcome: int,
) -> None:
    with faulty_proxy(s3_server, share=0.0) as proxy:
        trial = make_trial(tmp_path, articles, endpoint=proxy.address)
        gate = tmp_path / "gate"
        process = replace(trial.run, before=partial(parse_on_test_s3, str(gate), attempts)).start()
        wait_for(lambda: b"parse" in (trial.store.files.read(AT_WORK) or b""))
        proxy.stop()
        gate.touch()
        process.join(away_seconds)
        proxy.start()
        process.join()
        assert process.exitcode == outcome, trial.said()
        named = rf"^StoreError: {trial.store}/.* cannot be .*; see that {proxy.address} answers"
        assert len(re.findall(named, trial.said(), re.MULTILINE)) == (outcome == FAILED)
        wait_for_the_lease(trial)
        assert trial.run.finish() == DONE, trial.said()
        assert "Traceback" not in trial.said()
        assert trial.rows() == undisturbed.rows()


@pytest.mark.parametrize("size", [2_000, 3_500, 5_000])
def test_a_full_disk_ends_a_run_with_one_clear_error_and_leaves_no_half_file(
    trial: Trial, undisturbed: Trial, size: int
) -> None:
    assert replace(trial.run, before=partial(limit_file_size, size)).finish() == FAILED
    (said,) = re.findall(r"StoreError: .*", trial.said())
    assert re.search(rf"{trial.run.warehouse}/\w+/.*\.parquet cannot be written: .*; make room", said)
    assert list(validate(trial.store, tuple(STAGES.values()), Validation())) == []
    assert list((Path(trial.run.warehouse) / "_tmp").iterdir()) == []
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()


def test_a_disk_without_space_is_named(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=64k none {tmp_path}"
    if not shutil.which("unshare") or subprocess.run(["unshare", "-Urm", "sh", "-c", mount], check=False).returncode:
        pytest.skip("this machine lets no user mount a small disk")
    command = f"{mount} && exec {sys.executable} -c '{DISK}' {tmp_path}"
    shown = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"{tmp_path}/_large cannot be written: No space left on device; make room" in shown.stdout
    assert shown.stdout.endswith("['_small']\n")


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_that_jumps_lets_no_second_run_in(trial: Trial, days: int) -> None:
    process = stuck_in_parse(trial)
    assert replace(trial.run, before=partial(shift_clock, days)).finish() == FAILED
    kill_group(process)
    assert re.search(r"is being worked on by process \d+", trial.said())


@pytest.mark.parametrize("days", [-3, 3])
def test_nothing_is_lost_when_the_clock_jumps_between_runs(trial: Trial, undisturbed: Trial, days: int) -> None:
    """Which of two articles alike came first is told by the clock, and by nothing else."""
    fetched = Path(trial.run.warehouse) / "raw"
    assert replace(trial.run, before=partial(die_at_operation, 5, str(fetched))).finish() == -signal.SIGKILL
    assert 0 < len(list(fetched.rglob("*.parquet"))) < 4
    assert replace(trial.run, before=partial(shift_clock, days)).finish() == DONE, trial.said()
    assert len(list(fetched.iterdir())) == 2
    clock = {*CLOCK_COLUMNS, "ingest_date", "duplicate_of", "story"}
    assert all_rows(trial.store, clock) == all_rows(undisturbed.store, clock)


def test_runs_that_come_at_once_do_no_batch_twice(trial: Trial, undisturbed: Trial) -> None:
    at_once(trial)
    assert trial.rows() == undisturbed.rows()


def test_runs_that_come_at_once_to_an_object_store_do_no_batch_twice(
    tmp_path: Path, articles: str, undisturbed: Trial, s3_server: str
) -> None:
    trial = make_trial(tmp_path, articles, endpoint=s3_server)
    at_once(trial)
    assert trial.rows() == undisturbed.rows()


def at_once(trial: Trial) -> None:
    """Start runs together until all is done: of each few one works, the others say that it does."""
    for _ in range(3):
        processes = [trial.run.start() for _ in range(3)]
        for process in processes:
            process.join()
        outcomes = Counter(process.exitcode for process in processes)
        assert outcomes[DONE] >= 1
        assert outcomes[DONE] + outcomes[FAILED] == len(processes)
    steps = re.findall(r"^\[\d+/\d+\] (\S+ \S+):", trial.said(), re.MULTILINE)
    assert len(steps) == len(set(steps)) == 20
    assert all("is being worked on by" in line for line in trial.said().splitlines() if "StoreError" in line)
