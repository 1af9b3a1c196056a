"""Real processes, which die, are killed, or take too long."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.processes.pool import WorkerPool


def make_tools() -> str:
    return "abc"


def refuse(_: str, reason: str, detail: str) -> None:
    raise DocumentError(reason, detail)


def die(_: str, status: int) -> None:
    os._exit(status)


def take(_: str, size: int) -> None:
    bytes(size)


def sleep(_: str, seconds: float) -> None:
    time.sleep(seconds)


def starts() -> WorkerPool:
    return WorkerPool("counting", 1, 60, 128, make_tools)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with starts() as running:
        yield running


def test_a_process_that_dies_costs_one_call_and_the_next_is_done(pool: WorkerPool) -> None:
    with pytest.raises(DocumentError, match="failed: the counting process died with exit code 3"):
        pool.submit(die, 3)()
    assert pool.submit(len)() == 3


def test_a_call_refuses_a_document_as_it_would_here(pool: WorkerPool) -> None:
    with pytest.raises(DocumentError) as caught:
        pool.submit(refuse, "malformed", "no feed")()
    assert (caught.value.reason, caught.value.detail, str(caught.value)) == (
        "malformed",
        "no feed",
        "malformed: no feed",
    )


def test_a_call_that_takes_too_much_memory_is_told_from_one_that_dies(pool: WorkerPool) -> None:
    with pytest.raises(DocumentError, match="failed: counting took more than 128 MiB of memory"):
        pool.submit(take, 200 * 2**20)()
    assert pool.submit(len)() == 3


def test_no_process_starts_unasked() -> None:
    with starts() as pool:
        assert pool._pool is None


def test_who_waits_when_the_pool_is_closed_waits_no_longer_and_nothing_starts_again() -> None:
    with ThreadPoolExecutor() as threads:
        with starts() as pool:
            pool.submit(len)()
            waiting = [threads.submit(pool.submit(sleep, 600)) for _ in range(2)]
            time.sleep(0.2)
        for each in waiting:
            with pytest.raises(CancelledError):
                each.result(60)
    with pytest.raises(CancelledError):
        pool.submit(len)


def test_every_call_gets_the_tools_that_its_process_made(pool: WorkerPool) -> None:
    assert pool.submit(str.upper)() == "ABC"


def test_a_call_over_its_own_deadline_is_a_timeout(pool: WorkerPool) -> None:
    with pytest.raises(DocumentError, match=r"timeout: counting took longer than 0\.5 s"):
        pool.submit(sleep, 50, deadline_seconds=0.5)()
    assert pool.submit(len)() == 3
