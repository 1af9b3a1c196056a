"""Notes of what a run is at: one for the driver, and one for each group of batches that a worker may be at.

A note stays only where its writer dies. So whoever finds it knows what was worked on at that moment.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.layout import AT_WORK, Batch

FOLDER: Final = AT_WORK.rpartition("/")[0]
# A note is written anew so often while work goes on, for who looks from elsewhere whether it does.
RENEWAL_SECONDS: Final = 60.0
NOBODY: Final = b"null"

Attempt = Mapping[str, Any]


def note_of_slot(slot: int) -> str:
    """The note of a group in flight."""
    return f"{FOLDER}/group-{slot}.json"


def attempts_left(files: Files) -> dict[str, Attempt]:
    """The attempts of which a note has stayed, by its name."""
    found = {name: json.loads(content) for name, content in files.read_all(FOLDER).items() if content}
    return {name: attempt for name, attempt in found.items() if attempt}


def attempt_left(files: Files, name: str) -> Attempt | None:
    """The attempt that a note tells of."""
    content = files.read(name)
    attempt: Attempt | None = json.loads(content) if content else None
    return attempt


class WorkNote:
    """One note; all that it tells of belongs to `group`, where that is one."""

    def __init__(self, files: Files, name: str, group: str = "") -> None:
        self._files, self._name, self._group = files, name, group
        self._lock = threading.Lock()
        self._attempt: Attempt | None = None
        self._written = 0.0

    def begin(self, stage: str, batch: Batch, fingerprint: str) -> None:
        """Note what work begins on."""
        attempt = {"stage": stage, "batch": str(batch), "fingerprint": fingerprint}
        with self._lock:
            self._attempt = attempt | ({"group": self._group} if self._group else {})
            self._write()

    def go_on(self) -> None:
        """Note, now and then, that it goes on; called from any thread."""
        with self._lock, suppress(StoreError):
            if self._attempt and time.monotonic() - self._written >= RENEWAL_SECONDS:
                self._attempt = {**self._attempt, "renewed": self._attempt.get("renewed", 0) + 1}
                self._write()

    def end(self) -> None:
        """Take it back. If that fails, an innocent batch is suspected."""
        with self._lock, suppress(StoreError):
            self._attempt = None
            # Emptied, not removed, which takes four requests on S3.
            self._files.write(self._name, NOBODY)

    def _write(self) -> None:
        self._files.write(self._name, json.dumps(self._attempt).encode())
        self._written = time.monotonic()
