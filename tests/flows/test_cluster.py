"""A rehearsal of a cluster: a Dask scheduler and three workers as processes, an S3 server, the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nabra.tasks.engine.attempts import failures
from tests.runs import Trial, make_trial
from tests.servers import free_port, wait_for

pytest.importorskip("prefect_dask")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
WORKERS = 3
COMMAND = """
from tests.runs import work_on_test_s3
from nabra.flows.cli.main import main

if __name__ == "__main__":
    work_on_test_s3()
    main()
"""


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler with its workers, of which one dies once."""
    address = f"tcp://127.0.0.1:{free_port()}"
    workers = ("--nworkers", str(WORKERS), "--nthreads", "1", "--memory-limit", "0", "--no-dashboard")
    commands = (
        ("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"),
        ("worker", address, *workers, "--preload", "tests.cluster_worker", "--local-directory", str(folder)),
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "KILLED_ONCE": str(folder / "killed")},
            stdout=subprocess.DEVNULL,
            stderr=(folder / "dask.log").open("ab"),
            start_new_session=True,
        )
        for arguments in commands
    ]
    try:
        yield address
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def has_workers(address: str) -> bool:
    import distributed

    with suppress(OSError), distributed.Client(address, timeout=2, set_as_default=False) as client:
        return len(client.nthreads()) == WORKERS
    return False


def run(trial: Trial, *options: str) -> tuple[int, str]:
    arguments = ("run", *trial.run.inputs, "--config", trial.run.config, "--warehouse", trial.run.warehouse, *options)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(trial.run.log.parent / "prefect")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_cluster_of_which_a_worker_dies_makes_the_rows_of_one_worker(
    tmp_path: Path, articles: str, undisturbed: Trial, s3_server: str
) -> None:
    trial = make_trial(tmp_path, articles, endpoint=s3_server)
    with cluster(tmp_path) as address:
        config = Path(trial.run.config)
        settings = config.read_text("utf-8").replace("workers = 1\n", f'scheduler = "{address}"\n')
        config.write_text(settings, encoding="utf-8")
        wait_for(lambda: has_workers(address), 240)
        status, said = run(trial, "--runner", "dask")
    assert status == 0, said
    assert (tmp_path / "killed").exists()
    assert trial.rows() == undisturbed.rows()
    assert failures(trial.store) == []
    assert set(trial.store.files.read_all("_at_work").values()) == {b"null"}


def test_a_scheduler_that_is_not_there_is_one_line(tmp_path: Path, articles: str) -> None:
    trial = make_trial(tmp_path, articles)
    address = f"tcp://127.0.0.1:{free_port()}"
    config = Path(trial.run.config)
    config.write_text(f'[run]\nbatch_articles = 8\nscheduler = "{address}"\n', encoding="utf-8")
    status, said = run(trial, "--runner", "dask")
    assert status == 2
    assert f"nabra: the Dask cluster at {address} cannot be used" in said.splitlines()[-1]
    assert "Traceback" not in said
