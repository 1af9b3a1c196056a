"""Real processes, which die, are killed, or take too long."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from tasks.errors import DocumentError
from tasks.workers import WorkerPool


def do_nothing() -> None:
    pass


def refuse(reason: str, detail: str) -> None:
    raise DocumentError(reason, detail)


def starts() -> WorkerPool:
    return WorkerPool("counting", 1, 60, 128, do_nothing)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with starts() as running:
        yield running


def test_a_process_that_dies_costs_one_call_and_the_next_is_done(pool: WorkerPool) -> None:
    with pytest.raises(DocumentError, match="failed: the counting process died with exit code 3"):
        pool.submit(os._exit, 3)()
    assert pool.submit(len, "abc")() == 3


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
        pool.submit(bytes, 200 * 2**20)()
    assert pool.submit(len, "abc")() == 3


def test_no_process_starts_unasked() -> None:
    with starts() as pool:
        assert pool._pool is None


def test_who_waits_when_the_pool_is_closed_waits_no_longer_and_nothing_starts_again() -> None:
    with ThreadPoolExecutor() as threads:
        with starts() as pool:
            pool.submit(len, "")()
            waiting = [threads.submit(pool.submit(time.sleep, 50)) for _ in range(2)]
            time.sleep(0.2)
            begun = time.monotonic()
        for each in waiting:
            with pytest.raises(CancelledError):
                each.result(10)
        assert time.monotonic() - begun < 10
    with pytest.raises(CancelledError):
        pool.submit(len, "")
