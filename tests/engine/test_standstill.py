"""Runs that settle nothing any more: told, and ended by themselves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine.health import problems
from nabra.tasks.engine.standstill import (
    EXIT_STATUS,
    NOTE,
    Progress,
    StoodStillError,
    ended_at_standstill,
    last_progress,
)
from nabra.tasks.warehouse.lease import hold
from nabra.tasks.warehouse.store import Store

ENDLESS = re.compile(r"(a+)+$")
STUCK = """
import sys
from pathlib import Path
from nabra.config.settings import load_settings
from nabra.tasks.engine import standstill
from nabra.tasks.warehouse.store import Store

standstill.END_SECONDS = 0.5
store = Store.open(load_settings(warehouse=sys.argv[1]).store)
with standstill.ended_at_standstill(standstill.Progress(), store, 0.02):
    while True:
        try:
            {wait}
        except KeyboardInterrupt:
            pass
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(load_settings(warehouse=str(tmp_path / "w")).store)


def test_work_that_goes_on_is_left_alone(store: Store) -> None:
    progress = Progress()
    with ended_at_standstill(progress, store, 4 / 60):
        for _ in range(25):
            time.sleep(0.2)
            progress.tick()
    assert store.files.read_all("_progress") == {}


@pytest.mark.parametrize("stuck", [partial(time.sleep, 60), partial(ENDLESS.match, "a" * 40 + "b")])
def test_work_that_stands_still_is_ended(store: Store, stuck: Callable[[], object]) -> None:
    told = r"nothing was settled for 0\.01 minutes"
    with pytest.raises(StoodStillError, match=told), ended_at_standstill(Progress(), store, 0.01):
        stuck()


@pytest.mark.parametrize("wait", ["__import__('time').sleep(60)", "__import__('re').match('(a+)+$', 'a' * 40 + 'b')"])
def test_a_process_that_does_not_listen_is_ended_too(tmp_path: Path, wait: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", STUCK.format(wait=wait), str(tmp_path / "w")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode in (EXIT_STATUS, 1), done.stderr
    assert ("nothing was settled" in done.stderr) or ("Timeout" in done.stderr)


def test_monitoring_tells_of_a_run_that_stands_still(store: Store) -> None:
    settings = load_settings().run

    def told(minutes: int) -> list[str]:
        return list(problems(store, [], settings, datetime.now(UTC) + timedelta(minutes=minutes)))

    with hold(store.files, "hourly"), ended_at_standstill(Progress(), store, settings.max_still_minutes):
        while last_progress(store) is None:
            store.files.write(NOTE, b'{"at": "%s"}' % datetime.now(UTC).isoformat().encode())
        assert told(20) == []
        (problem,) = told(40)
        assert problem.startswith(f"run hourly, process {os.getpid()} on ")
        assert "has settled nothing since" in problem
    assert told(40) == []
