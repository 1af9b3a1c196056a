from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pebble import ProcessPool

from nabra.tasks.processes.environment import CONFINED, harmless

SECRETS = {
    "AWS_ACCESS_KEY_ID": "planted-1",
    "AWS_SECRET_ACCESS_KEY": "planted-2",
    "PREFECT_API_AUTH_STRING": "planted-3",
    "PREFECT_API_URL": "http://user:planted-4@127.0.0.1/api",
    "HTTPS_PROXY": "http://user:planted-5@proxy:3128",
    "DATABASE_URL": "postgresql://user:planted-6@db/news",
    "HF_TOKEN": "planted-7",
    "SOME_PASSWORD": "planted-8",
}


def all_that_it_began_with() -> bytes:
    return Path("/proc/self/environ").read_bytes() + repr(dict(os.environ)).encode()


def exit_with(status: int) -> None:
    os._exit(status)


def test_a_worker_began_without_the_secrets_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with ProcessPool(1, context=CONFINED) as pool:
        seen = pool.schedule(all_that_it_began_with).result(60)
    assert b"planted" not in seen
    assert b"OMP_NUM_THREADS=1" in seen
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "planted-2"


def test_a_worker_that_is_killed_is_missed_and_another_takes_its_place() -> None:
    with ProcessPool(1, context=CONFINED) as pool:
        first = pool.schedule(os.getpid).result(60)
        with pytest.raises(TimeoutError):
            pool.schedule(time.sleep, args=(60,), timeout=0.5).result(60)
        assert pool.schedule(os.getpid).result(60) != first


def test_the_exit_status_of_a_confined_process_is_told() -> None:
    process = CONFINED.Process(target=exit_with, args=(7,))
    process.start()
    process.join(60)
    assert process.exitcode == 7


def test_the_environment_of_a_worker_says_where_and_how_and_nothing_else() -> None:
    needed = {"PATH": "/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "PYTHONSAFEPATH": "1", "STANZA_RESOURCES_DIR": "/m"}
    assert harmless(needed | SECRETS) == needed
