"""One run at a time works on a warehouse.

On a local folder the operating system holds the lock and frees it when the process ends, however it ends. On object
storage a lease is renewed while the run lives and expires, by the clock of the store, when it does not; who takes it
waits until any other that saw it free at the same moment has written too, and goes on only if his own mark is the one
that stayed (Fischer's mutual exclusion, Lamport 1987). That is exact as long as a write takes less than
`SETTLE_SECONDS`.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.store import Store

FOLDER: Final = "_lease"
HOLDER: Final = f"{FOLDER}/holder.json"
LIFETIME_SECONDS: Final = 90.0
SETTLE_SECONDS: Final = 2.0

# Raises StoreError if the lease was lost.
Check = Callable[[], None]


@dataclass(frozen=True)
class Holder:
    """Who works on a warehouse, and since when; `until` where the lease ends by itself unless it is renewed."""

    run: str
    pid: int
    host: str
    since: datetime
    until: datetime | None = None


def seen_holder(store: Store) -> Holder | None:
    """Who seems to work on the warehouse, by the clock of this machine: for show, since it takes and writes nothing."""
    note = _holder(store)
    if note is None:
        return None
    holder = Holder(note["run"], note["pid"], note["host"], datetime.fromisoformat(note["since"]))
    if store.is_local:
        return None if holder.host == socket.gethostname() and not _lives(holder.pid) else holder
    info = store.files(FOLDER).get(HOLDER)
    if info is None:
        return None
    until = info.mtime + timedelta(seconds=LIFETIME_SECONDS)
    return replace(holder, until=until) if until > datetime.now(UTC) else None


@contextmanager
def hold(store: Store, run_id: str) -> Iterator[Check]:
    """Hold the warehouse; StoreError names the run that has it. Call what this yields before work to be done alone."""
    with _locked(store, run_id) if store.is_local else _leased(store, run_id) as check:
        yield check


@contextmanager
def _locked(store: Store, run_id: str) -> Iterator[Check]:
    from filelock import FileLock, Timeout  # slow to import, and who only looks who holds a warehouse needs no lock

    path = Path(store.root) / FOLDER / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError(_taken(store, _holder(store))) from error
    try:
        store.put_note(HOLDER, json.dumps(_myself(run_id)).encode())
        yield lambda: None
    finally:
        store.remove(HOLDER)
        lock.release()


@contextmanager
def _leased(store: Store, run_id: str) -> Iterator[Check]:
    holder = _holder(store)
    left = LIFETIME_SECONDS - store.age(HOLDER) if holder else 0.0
    if left > 0:
        raise StoreError(f"{_taken(store, holder)}; if it is dead, its lease ends in {left:.0f} s")
    mine = _myself(run_id)
    _renew(store, mine)
    time.sleep(SETTLE_SECONDS)
    lost, stop = threading.Event(), threading.Event()

    def check() -> None:
        if lost.is_set() or not _is_mine(store, mine):
            raise StoreError(_taken(store, _holder(store)))

    def renew() -> None:
        while not stop.wait(LIFETIME_SECONDS / 4):
            try:
                if not _is_mine(store, mine):
                    lost.set()
                    return
                _renew(store, mine)
            except StoreError:
                continue  # a store that does not answer now is asked again; the lease lives a while longer

    check()
    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield check
    finally:
        stop.set()
        thread.join()
        # A store that does not answer says so in the error that ended the work; the lease ends by itself.
        with suppress(StoreError):
            if not lost.is_set() and _is_mine(store, mine):
                store.remove(HOLDER)


def _myself(run_id: str) -> dict[str, Any]:
    return {
        "token": uuid.uuid4().hex,
        "run": run_id,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True


def _renew(store: Store, mine: dict[str, Any]) -> None:
    store.put_note(HOLDER, json.dumps(mine).encode())


def _is_mine(store: Store, mine: dict[str, Any]) -> bool:
    holder = _holder(store)
    return holder is not None and holder["token"] == mine["token"]


def _holder(store: Store) -> dict[str, Any] | None:
    content = store.notes(FOLDER).get(HOLDER)
    return json.loads(content) if content else None


def _taken(store: Store, holder: dict[str, Any] | None) -> str:
    who = f"process {holder['pid']} on {holder['host']} (run {holder['run']})" if holder else "another run"
    return f"warehouse {store} is being worked on by {who}; try again when it has ended"
