"""One run at a time works on a warehouse, also when the other one is another process, and when it was killed."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import pytest

from nabra.config.settings import StoreSettings, load_settings
from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse import bucket_lease
from nabra.tasks.warehouse.bucket import Bucket
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.holder import HOLDER
from nabra.tasks.warehouse.lease import hold, seen_holder
from nabra.tasks.warehouse.store import Store
from tests.faulty_proxy import FaultyProxy, faulty_proxy

HOLD = """
import sys, time
from nabra.config.settings import StoreSettings, load_settings
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.lease import hold

with hold(Files.open(load_settings(warehouse=sys.argv[1]).store), "other run"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_lease, "SETTLE_SECONDS", 0.2)


@pytest.fixture
def short_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases end soon, but not before a busy machine comes to renew them."""
    monkeypatch.setattr(bucket_lease, "LIFETIME_SECONDS", 4.0)


def take(store: Store) -> None:
    with hold(store.files, "mine"):
        pass


def test_a_warehouse_that_is_held_names_its_holder_and_is_free_afterwards(any_store: Store) -> None:
    with hold(any_store.files, "first run"), pytest.raises(StoreError, match=r"by process \d+ on .* \(run first run\)"):
        take(any_store)
    with hold(any_store.files, "second run") as check:
        check()
    assert seen_holder(any_store.files) is None


def test_of_many_that_come_at_once_one_gets_it(any_store: Store) -> None:
    barrier, refusals, got = threading.Barrier(5), threading.Semaphore(0), []

    def come(number: int) -> None:
        barrier.wait()
        try:
            with hold(any_store.files, f"run {number}") as check:
                check()
                got.append(number)
                assert all(refusals.acquire(timeout=100) for _ in range(4))
        except StoreError:
            refusals.release()

    threads = [threading.Thread(target=come, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


@pytest.mark.usefixtures("short_lives")
def test_a_run_that_lives_keeps_its_lease_beyond_its_lifetime(any_store: Store) -> None:
    with hold(any_store.files, "long run") as check:
        time.sleep(0.0 if any_store.files.is_local else 5.5)  # S3 tells times in seconds
        check()
        with pytest.raises(StoreError, match="long run"):
            take(any_store)


def test_a_killed_process_on_this_machine_holds_nothing(tmp_path) -> None:
    store = Store.open(load_settings(warehouse=str(tmp_path)).store)
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(StoreError, match="other run"):
        take(store)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with hold(store.files, "mine") as check:
        check()


def test_who_works_on_a_warehouse_is_seen_as_long_as_it_lives(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_lease, "LIFETIME_SECONDS", 60.0)
    assert seen_holder(any_store.files) is None
    with hold(any_store.files, "long run"):
        seen = seen_holder(any_store.files)
        note = any_store.files.read(HOLDER)
    assert seen is not None
    assert (seen.run, seen.pid, seen.until is None) == ("long run", os.getpid(), any_store.files.is_local)
    assert seen_holder(any_store.files) is None
    assert note is not None
    # As a killed process leaves it.
    process = subprocess.Popen(["true"])
    process.wait()
    any_store.files.write(HOLDER, json.dumps(json.loads(note) | {"pid": process.pid}).encode())
    monkeypatch.setattr(bucket_lease, "LIFETIME_SECONDS", 0.5)
    time.sleep(0.0 if any_store.files.is_local else 1.6)  # S3 tells times in seconds
    assert seen_holder(any_store.files) is None


def test_a_lease_that_another_took_is_noticed(any_store: Store) -> None:
    if any_store.files.is_local:
        pytest.skip("the operating system holds the lock of a folder")
    with hold(any_store.files, "slow run") as check:
        any_store.files.write(HOLDER, b'{"run": "r", "host": "h", "pid": 1, "since": "2026-03-01"}')
        with pytest.raises(StoreError, match="worked on by process 1 on h"):
            check()


Turn = tuple[float, float]


def come_at_once(two: list[Files], rounds: int) -> list[Turn]:
    """Let two writers try to hold the warehouse at the same moment, again and again; when one did, in order."""
    meet, held = threading.Barrier(2), list[Turn]()

    def come(files: Files) -> None:
        for _ in range(rounds):
            meet.wait()
            with suppress(StoreError), hold(files, "mine") as check:
                began = time.monotonic()
                time.sleep(0.3)
                held.append((began, time.monotonic()))
                check()

    threads = [threading.Thread(target=come, args=(files,)) for files in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(held)


@contextmanager
def late_store(s3_server: str, name: str, late_seconds: float, knows_conditions: bool = True) -> Iterator[list[Files]]:
    """A warehouse as two writers see it whose writes are on their way for up to so long."""
    with faulty_proxy(s3_server, share=0.0, seed=1) as first, faulty_proxy(s3_server, share=0.0, seed=2) as second:
        for proxy in (first, second):
            proxy.late_name, proxy.late_seconds, proxy.knows_conditions = HOLDER, late_seconds, knows_conditions
        yield [behind(proxy, name) for proxy in (first, second)]


def overlapping(turns: list[Turn]) -> list[tuple[Turn, Turn]]:
    return [(one, other) for one, other in pairwise(turns) if one[1] > other[0]]


def test_two_writers_whose_writes_are_late_never_both_hold_it(
    s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with 90 seconds, and writes that take up to ten."""
    monkeypatch.setattr(bucket_lease, "LIFETIME_SECONDS", 9.0)
    with late_store(s3_server, tmp_path.name, 1.0) as two:
        held = come_at_once(two, 6)
    assert len(held) >= 6
    assert overlapping(held) == []


def test_a_store_that_knows_no_conditions_goes_by_the_clock(
    s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(bucket_lease, "LIFETIME_SECONDS", 20.0)
    monkeypatch.setattr(bucket_lease, "SETTLE_SECONDS", 2.0)
    with late_store(s3_server, tmp_path.name, 0.1, knows_conditions=False) as two:
        held = come_at_once(two, 3)
    assert len(held) >= 3
    assert overlapping(held) == []
    assert "knows no conditional writes" in caplog.text


@pytest.mark.usefixtures("short_lives")
def test_a_writer_that_was_cut_off_is_overtaken_when_its_lease_has_ended_and_told_so(
    s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nabra.tasks.warehouse.bucket.S3_ATTEMPTS", 1)
    other = at(s3_server, tmp_path.name)
    with faulty_proxy(s3_server, share=0.0) as proxy, hold(behind(proxy, tmp_path.name), "cut off") as check:
        asked = time.monotonic()
        check()
        proxy.stop()
        with held_at_last(other) as taken:
            assert taken - asked >= bucket_lease.LIFETIME_SECONDS
            proxy.start()
            with pytest.raises(StoreError, match="run overtaking"):
                check()


def test_a_renewal_whose_answer_was_lost_is_no_loss(s3_server: str, tmp_path: Path) -> None:
    with faulty_proxy(s3_server, share=0.0) as proxy, hold(behind(proxy, tmp_path.name), "mine") as check:
        proxy.next_fault = "lost"
        check()
        check()
    assert proxy.faults == {"lost": 1}


def test_a_renewal_that_a_signal_cut_short_after_it_was_written_is_no_loss(
    s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = at(s3_server, tmp_path.name)
    honest = Bucket.put_if

    def cut_short(bucket: Bucket, path: str, content: bytes, etag: str | None) -> str | None:
        honest(bucket, path, content, etag)
        raise KeyboardInterrupt

    with hold(files, "mine") as check:
        monkeypatch.setattr(Bucket, "put_if", cut_short)
        with pytest.raises(KeyboardInterrupt):
            check()
        monkeypatch.setattr(Bucket, "put_if", honest)
        check()
    assert seen_holder(files) is None


@contextmanager
def held_at_last(files: Files) -> Iterator[float]:
    """Hold the warehouse as soon as it is free; when that was."""
    while True:
        with suppress(StoreError), hold(files, "overtaking"):
            yield time.monotonic()
            return
        time.sleep(0.1)


def behind(proxy: FaultyProxy, name: str) -> Files:
    return at(proxy.address, name)


def at(address: str, name: str) -> Files:
    return Files.open(StoreSettings(warehouse=f"s3://news/{name}", s3_endpoint=address, s3_region="us-east-1"))


def test_a_store_that_goes_away_is_told_by_the_error_of_the_work(
    s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nabra.tasks.warehouse.bucket.S3_ATTEMPTS", 2)
    with faulty_proxy(s3_server, share=0.0) as proxy:
        warehouse = f"s3://news/{tmp_path.name}"
        store = Store.open(StoreSettings(warehouse=warehouse, s3_endpoint=proxy.address, s3_region="us-east-1"))

        def lose_the_store() -> None:
            with hold(store.files, "mine"):
                proxy.stop()
                store.files.write("_first", b"")

        with pytest.raises(StoreError, match=rf"_first cannot be written.*{proxy.address} answers"):
            lose_the_store()
