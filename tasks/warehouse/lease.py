"""One run at a time works on a warehouse.

On a local folder the operating system holds the lock and frees it when the process ends, however it ends. On object
storage it is a lease, see `bucket_lease`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.folder import Folder
from nabra.tasks.warehouse.holder import FOLDER, HOLDER, Holder, taken

LOCK: Final = f"{FOLDER}/lock"

# Raises StoreError if the lease was lost.
Check = Callable[[], None]


def seen_holder(files: Files) -> Holder | None:
    """Who seems to work on the warehouse, by the clock of this machine: for show, since it takes and writes nothing."""
    holder = Holder.parse(files.read(HOLDER))
    if holder is None:
        return None
    if files.is_local:
        return None if holder.host == socket.gethostname() and not _lives(holder.pid) else holder
    from nabra.tasks.warehouse.bucket_lease import lease_end  # slow to import, for botocore

    until = lease_end(files)
    return replace(holder, until=until) if until and until > datetime.now(UTC) else None


@contextmanager
def hold(files: Files, run_id: str) -> Iterator[Check]:
    """Hold the warehouse; StoreError names the run that has it. Call what this yields before work to be done alone."""
    if isinstance(files.storage, Folder):
        with _locked(files, files.storage, run_id):
            yield lambda: None
    else:
        from nabra.tasks.warehouse.bucket_lease import BucketLease  # slow to import, for botocore

        with BucketLease(files, run_id).held() as check:
            yield check


@contextmanager
def _locked(files: Files, folder: Folder, run_id: str) -> Iterator[None]:
    from filelock import FileLock, Timeout  # slow to import, and who only looks who holds a warehouse needs no lock

    folder.make_folder(Path(files.path(FOLDER)))
    lock = FileLock(files.path(LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreError(taken(files, Holder.parse(files.read(HOLDER)))) from error
    try:
        with _noted(files, run_id):
            yield
    finally:
        lock.release()


@contextmanager
def _noted(files: Files, run_id: str) -> Iterator[None]:
    files.write(HOLDER, Holder.of_this_process(run_id).note())
    try:
        yield
    finally:
        files.remove(HOLDER)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True
