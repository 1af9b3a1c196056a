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
from nabra.tasks.warehouse.files import Files

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


def seen_holder(files: Files) -> Holder | None:
    """Who seems to work on the warehouse, by the clock of this machine: for show, since it takes and writes nothing."""
    note = _holder(files)
    if note is None:
        return None
    holder = Holder(note["run"], note["pid"], note["host"], datetime.fromisoformat(note["since"]))
    if files.is_local:
        return None if holder.host == socket.gethostname() and not _lives(holder.pid) else holder
    file = files.below(FOLDER).get(HOLDER)
    if file is None:
        return None
    until = file.written_at + timedelta(seconds=LIFETIME_SECONDS)
    return replace(holder, until=until) if until > datetime.now(UTC) else None


@contextmanager
def hold(files: Files, run_id: str) -> Iterator[Check]:
    """Hold the warehouse; StoreError names the run that has it. Call what this yields before work to be done alone."""
    with _locked(files, run_id) if files.is_local else _leased(files, run_id) as check:
        yield check


@contextmanager
def _locked(files: Files, run_id: str) -> Iterator[Check]:
    from filelock import FileLock, Timeout  # slow to import, and who only looks who holds a warehouse needs no lock

    path = Path(files.root) / FOLDER / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError(_taken(files, _holder(files))) from error
    try:
        files.write(HOLDER, json.dumps(_myself(run_id)).encode())
        yield lambda: None
    finally:
        files.remove(HOLDER)
        lock.release()


@contextmanager
def _leased(files: Files, run_id: str) -> Iterator[Check]:
    holder = _holder(files)
    left = LIFETIME_SECONDS - files.age(HOLDER) if holder else 0.0
    if left > 0:
        raise StoreError(f"{_taken(files, holder)}; if it is dead, its lease ends in {left:.0f} s")
    mine = _myself(run_id)
    _renew(files, mine)
    time.sleep(SETTLE_SECONDS)
    lost, stop = threading.Event(), threading.Event()

    def check() -> None:
        if lost.is_set() or not _is_mine(files, mine):
            raise StoreError(_taken(files, _holder(files)))

    def renew() -> None:
        while not stop.wait(LIFETIME_SECONDS / 4):
            try:
                if not _is_mine(files, mine):
                    lost.set()
                    return
                _renew(files, mine)
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
            if not lost.is_set() and _is_mine(files, mine):
                files.remove(HOLDER)


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


def _renew(files: Files, mine: dict[str, Any]) -> None:
    files.write(HOLDER, json.dumps(mine).encode())


def _is_mine(files: Files, mine: dict[str, Any]) -> bool:
    holder = _holder(files)
    return holder is not None and holder["token"] == mine["token"]


def _holder(files: Files) -> dict[str, Any] | None:
    content = files.read_all(FOLDER).get(HOLDER)
    return json.loads(content) if content else None


def _taken(files: Files, holder: dict[str, Any] | None) -> str:
    who = f"process {holder['pid']} on {holder['host']} (run {holder['run']})" if holder else "another run"
    return f"warehouse {files} is being worked on by {who}; try again when it has ended"
