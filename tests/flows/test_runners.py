"""What carries out the groups of a run, chosen by the settings; what is missing is one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from nabra.config.settings import Settings, load_settings
from nabra.flows import pipeline
from nabra.flows.parameters import Location, RunnerName, RunParameters
from nabra.flows.pipeline import prepare_run
from nabra.flows.prefect import runners
from nabra.flows.prefect.runners import choose
from nabra.tasks.errors import ServerError, UsageError
from tests.servers import free_port


def settings(**run: Any) -> Settings:
    default = load_settings()
    return default.model_copy(update={"run": default.run.model_copy(update=run)})


@pytest.fixture
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "cores", lambda: 8)
    monkeypatch.setattr(runners, "available_mib", lambda: 64_000)


@pytest.mark.usefixtures("eight_cores")
@pytest.mark.parametrize(
    ("workers", "batches", "expected"), [(0, 100, (8, 1)), (0, 3, (3, 2)), (2, 100, (2, 4)), (0, 1, (1, 8))]
)
def test_here_there_is_a_worker_a_core_but_none_without_a_batch(
    workers: int, batches: int, expected: tuple[int, int]
) -> None:
    chosen = choose(settings(workers=workers), batches)
    assert (chosen.workers, chosen.threads) == expected
    assert chosen.is_here
    assert chosen.is_one_here == (expected[0] == 1)


def test_threads_that_are_set_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings(workers=2)
    parse = given.parse.model_copy(update={"threads": 3})
    assert choose(given.model_copy(update={"parse": parse}), 9).threads == 3


def test_what_a_run_is_asked_for_goes_before_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("نص")
    (tmp_path / "my.toml").write_text("[run]\nworkers = 5\n")
    location = Location(warehouse=str(tmp_path / "w"), config=str(tmp_path / "my.toml"))
    inputs = (str(tmp_path / "a.txt"),)
    assert prepare_run(RunParameters(inputs=inputs), location).settings.run.workers == 5
    asked = prepare_run(RunParameters(inputs=inputs, runner=RunnerName["local"], workers=2), location).settings.run
    assert (asked.runner, asked.workers) == ("local", 2)


def test_a_runner_whose_packages_are_missing_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("نص")
    monkeypatch.setitem(pipeline.RUNNER_PACKAGES, "dask", "no_such_package")
    parameters = RunParameters(inputs=(str(tmp_path / "a.txt"),), runner=RunnerName["dask"])
    with pytest.raises(UsageError, match=r"the runner dask is not installed: pip install 'nabra\[dask\]'"):
        prepare_run(parameters, Location(warehouse=str(tmp_path / "w")))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("prefect_dask")
    monkeypatch.setattr(runners, "CONNECT_SECONDS", 0.5)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(ServerError, match=f"the Dask cluster at {address} cannot be used"):
        choose(settings(runner="dask", scheduler=address), 9)


@pytest.mark.parametrize("server", ["http://127.0.0.1:4200/api", "http://localhost:4200/api"])
@pytest.mark.parametrize("scheduler", ["tcp://10.0.0.1:8786", "10.0.0.1:8786"])
def test_workers_elsewhere_want_a_prefect_server_that_they_can_reach(scheduler: str, server: str) -> None:
    pytest.importorskip("prefect_dask")
    with (
        temporary_settings({PREFECT_API_URL: server}),
        pytest.raises(UsageError, match="cannot reach a Prefect server of this machine alone"),
    ):
        choose(settings(runner="dask", scheduler=scheduler), 9)


def test_a_ray_of_the_run_wants_a_token_of_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("prefect_ray")
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")  # so that what is set by the call is undone
        monkeypatch.delenv(name)
    choose(settings(runner="ray", workers=2), 9)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
