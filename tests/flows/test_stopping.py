"""The real command with its real Prefect server, in processes of their own: stopped by signals, left by its server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from nabra.flows.cli.flow_run import STARTING
from nabra.flows.terminal.signals import STOPPED
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.holder import HOLDER
from nabra.tasks.warehouse.layout import AT_WORK
from nabra.tasks.warehouse.lease import seen_holder
from tests.runs import DONE, FAILED, Trial, make_trial
from tests.servers import free_port, wait_for
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
# The command with stand-ins for models; parse begins when there is a file of the name given.
COMMAND = """
import sys
from tests.runs import parse_after, use_stand_ins, work_on_test_s3
from nabra.flows.cli.main import main

use_stand_ins()
parse_after(sys.argv.pop(1))
if sys.argv[-1].startswith("s3://"):
    work_on_test_s3()
main()
"""
# The same with a real process for each of two workers.
TWO_WORKERS = """
import sys
from tests.runs import work_on_test_s3
from tests.side_by_side import use_gated_processes
from nabra.flows.cli.main import main

if __name__ == "__main__":
    use_gated_processes(sys.argv.pop(1))
    if sys.argv[-1].startswith("s3://"):
        work_on_test_s3()
    main()
"""
# Giving back what it holds takes minutes, as on a store that does not answer.
LATE = """
import time
from nabra.flows.terminal import signals as stopping

stopping.STOP_SECONDS = 0.5
with stopping.stopping():
    try:
        print("at work", flush=True)
        time.sleep(600)
    finally:
        time.sleep(600)
"""
STOP_SECONDS = 120  # only what hangs takes so long; alone it takes three


class Command:
    """`nabra run` that has come to the stage parse; it goes on after `go_on`."""

    def __init__(self, trial: Trial, workers: int = 1, **environment: str) -> None:
        folder = trial.run.log.parent
        self.trial, self.gate, self.workers = trial, folder / "gate", workers
        code = COMMAND if workers == 1 else TWO_WORKERS
        arguments = (
            "run",
            "--workers",
            str(workers),
            *trial.run.inputs,
            "--config",
            trial.run.config,
            "--warehouse",
            trial.run.warehouse,
        )
        # As the command sets them; here Prefect is imported before.
        quiet = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(self.gate), *arguments],
            cwd=ROOT,
            env=os.environ
            | quiet
            | {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(folder / "prefect"), "OMP_NUM_THREADS": "1"}
            | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        wait_for(lambda: self.is_parsing() or self.process.poll() is not None)
        self.children = descendants(self.process.pid)

    def is_parsing(self) -> bool:
        """Whether all its workers parse."""
        notes = self.trial.store.files.read_all(AT_WORK.rpartition("/")[0]).values()
        return sum(b"parse" in note for note in notes) == self.workers

    def go_on(self) -> None:
        self.gate.touch()

    def ended(self, seconds: float = STOP_SECONDS) -> tuple[int, str]:
        """Its exit status and what it said; nothing that it had started lives on."""
        try:
            _, said = self.process.communicate(timeout=seconds)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        wait_for(lambda: not any(map(lives, self.children)), 60)
        return self.process.returncode, said

    def server(self) -> int:
        """The process of its temporary server."""
        (pid,) = (
            pid for pid in self.children if b"nabra.flows.prefect.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        return pid


def descendants(pid: int) -> list[int]:
    mine = [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    return mine + [pid for child in mine for pid in descendants(child)]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ctrl_c(command: Command) -> None:
    """As the terminal does it: to the process group; an impatient user presses again."""
    for _ in range(2):
        os.killpg(command.process.pid, signal.SIGINT)
        time.sleep(0.2)


def terminate(command: Command) -> None:
    command.process.terminate()


@pytest.mark.parametrize(
    ("place", "stop", "status", "workers"),
    [
        ("local", ctrl_c, 130, 1),
        ("local", terminate, 143, 1),
        ("s3", ctrl_c, 130, 1),
        ("s3", terminate, 143, 1),
        ("local", ctrl_c, 130, 2),
        ("s3", terminate, 143, 2),
    ],
)
def test_a_signal_ends_a_run_in_order(
    tmp_path: Path,
    articles: str,
    undisturbed: Trial,
    request: pytest.FixtureRequest,
    place: str,
    stop: Callable[[Command], None],
    status: int,
    workers: int,
) -> None:
    trial = make_trial(tmp_path, articles, endpoint=request.getfixturevalue("s3_server") if place == "s3" else "")
    command = Command(trial, workers)
    stop(command)
    ended, said = command.ended()
    assert (ended, said.splitlines()[-1]) == (status, STOPPED)
    assert "Traceback" not in said
    assert seen_holder(trial.store.files) is None
    assert failures(trial.store) == []
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()
    assert failures(trial.store) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_that_fetches_before_prefect_is_there(tmp_path: Path, number: int, status: int) -> None:
    place = Workplace(tmp_path)
    (tmp_path / "my.toml").write_text('[fetch]\nallow_hosts = ["127.0.0.1"]\ntimeout_seconds = 2.0\n', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(240)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/page"
        process = place.start("run", address, "--config", "my.toml")
        connection, _ = silent.accept()  # it waits for an answer
        with connection:
            assert place.store.files.read(HOLDER) is not None
            process.send_signal(number)
            _, said = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, said.splitlines()[-1]) == (status, STOPPED)
    assert "Traceback" not in said
    assert place.store.files.read(HOLDER) is None


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_does_not_answer_holds_nobody_up(number: int, status: int) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", LATE], cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
    assert process.stdout.readline() == "at work\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, said) == (status, f"{STOPPED}\n")


def test_the_temporary_server_of_a_killed_run_ends(trial: Trial) -> None:
    command = Command(trial)
    command.process.kill()
    assert command.ended()[0] == -signal.SIGKILL


def test_a_run_whose_temporary_server_was_killed_does_its_work_and_says_so(trial: Trial, undisturbed: Trial) -> None:
    command = Command(trial)
    os.kill(command.server(), signal.SIGKILL)
    command.go_on()
    status, said = command.ended(120)
    assert (status, said.splitlines()[-1].count("the temporary Prefect server cannot be used")) == (FAILED, 1)
    assert "Traceback" not in said
    assert len(trial.store.done(STAGES["stance"])) == 4
    assert seen_holder(trial.store.files) is None
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of a Prefect server."""
    port = free_port()
    server = subprocess.Popen(
        [Path(sys.executable).with_name("prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env=os.environ | {"PREFECT_HOME": str(tmp_path / "server"), "DO_NOT_TRACK": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield f"http://127.0.0.1:{port}/api", server
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def test_a_run_whose_server_was_killed_does_its_work_and_names_the_server(
    trial: Trial, undisturbed: Trial, prefect: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, server = prefect
    wait_for(lambda: httpx2.get(f"{address}/health").is_success)
    command = Command(trial, PREFECT_API_URL=address, PREFECT_CLIENT_MAX_RETRIES="1")
    os.killpg(server.pid, signal.SIGKILL)
    command.go_on()
    status, said = command.ended(120)
    assert status == FAILED
    assert f"the Prefect server at {address} cannot be used" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert "EventsWorker" not in said
    assert trial.run.finish() == DONE, trial.said()
    assert trial.rows() == undisturbed.rows()


def test_with_a_server_every_run_is_a_flow_there_also_one_with_nothing_to_do(
    tmp_path: Path, prefect: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, _ = prefect
    wait_for(lambda: httpx2.get(f"{address}/health").is_success)
    place = Workplace(tmp_path)
    place.environment["PREFECT_API_URL"] = address
    (tmp_path / "void.jsonl").write_text('{"id": "void", "text": ""}\n', encoding="utf-8")
    for command in ("run void.jsonl", "run void.jsonl", "retry", "backfill --from 2026-01-01 --to 2026-01-02"):
        status, _, said = place.nabra(*command.split())
        assert status in (0, 1), said
    flows = httpx2.post(f"{address}/flows/filter", json={}).json()
    runs = httpx2.post(f"{address}/flow_runs/filter", json={}).json()
    assert {flow["name"] for flow in flows} == {"nabra-news", "nabra-pending", "nabra-backfill"}
    assert [run["state_type"] for run in runs] == ["COMPLETED"] * 4
    asked = set(place.store.scan("runs", ["run_id"])["run_id"].to_pylist())
    assert asked <= {run["id"] for run in runs}
    assert len(asked) == 2


def test_a_server_that_is_not_there_is_named_at_once(trial: Trial) -> None:
    address = f"http://127.0.0.1:{free_port()}/api"
    status, said = Command(trial, PREFECT_API_URL=address).ended()
    assert (status, said.count("\n")) == (FAILED, 2)
    assert f"the Prefect server at {address} cannot be used" in said.splitlines()[-1]


def test_a_run_says_that_it_starts_before_it_imports_what_takes_long(tmp_path: Path, articles: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-c", "from nabra.flows.cli.main import main; main()", "run", articles],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path / "prefect")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stderr or ():
        lines.append(line.rstrip("\n"))
        if lines[-1] == STARTING:
            break
    process.kill()
    process.communicate()
    assert lines[-1] == STARTING
    assert not any(line.endswith((" prefect", " torch")) for line in lines)
