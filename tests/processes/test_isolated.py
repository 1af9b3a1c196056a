"""A call in a process of its own: its result, its error, its death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nabra.tasks.errors import BatchError, StoreError
from nabra.tasks.processes import isolated
from nabra.tasks.processes.isolated import call_alone

ORPHAN = """
import sys
from nabra.tasks.processes.isolated import call_alone
from tests.processes.test_isolated import tell_and_sleep

if __name__ == "__main__":
    call_alone(tell_and_sleep, sys.argv[1])
"""


def refuse(path: str) -> None:
    raise StoreError(f"{path} cannot be written")


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def die_once(path: str) -> str:
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def tell_and_sleep(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


def wait_for(path: Path) -> str:
    while not path.exists() or not path.read_text():
        time.sleep(0.05)
    return path.read_text()


def test_it_returns_what_the_function_returns_in_another_process() -> None:
    assert call_alone(os.getppid) == os.getpid()


def test_an_error_is_raised_as_it_was() -> None:
    with pytest.raises(StoreError, match="here cannot be written") as caught:
        call_alone(refuse, "here")
    assert type(caught.value) is StoreError


def test_a_death_is_an_error_that_names_the_signal() -> None:
    with pytest.raises(BatchError, match="its process died of SIGSEGV"):
        call_alone(die, signal.SIGSEGV)


def test_a_process_killed_from_outside_is_started_again(tmp_path: Path) -> None:
    assert call_alone(die_once, str(tmp_path / "killed")) == "done"


def test_its_caller_looks_while_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "LOOK_SECONDS", 0.01)
    gate = tmp_path / "gate"
    assert call_alone(wait_for, gate, look=lambda: gate.exists() or gate.write_text("looked")) == "looked"


def test_it_ends_when_its_caller_is_killed(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(ORPHAN)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    caller = subprocess.Popen([sys.executable, tmp_path / "caller.py", tmp_path / "pid"], env=environment)
    child = int(wait_for(tmp_path / "pid"))
    caller.kill()
    caller.wait()
    deadline = time.monotonic() + 60
    while _is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
