"""Runs that stand still: told to whoever looks, and ended, so that the next one is not kept out for ever.

Every document has a deadline, in whatever process it is worked on. What no deadline foresees shows in that nothing is
settled any more: no document, no address, no group of articles.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.store import Store

FOLDER: Final = "_progress"
NOTE: Final = f"{FOLDER}/run.json"
NOTE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 5.0
# For the run to give back what it holds.
END_SECONDS: Final = 10.0
EXIT_STATUS: Final = 2


class StoodStillError(KeyboardInterrupt):
    """The run has settled nothing for too long. It ends as by a signal: no batch is tried after this one."""


class Progress:
    """When something was settled last."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)
        self._last = time.monotonic()

    def tick(self) -> None:
        """Something is settled."""
        self.at, self._last = datetime.now(UTC), time.monotonic()

    def still_seconds(self) -> float:
        """How long nothing has been."""
        return time.monotonic() - self._last


def last_progress(store: Store) -> datetime | None:
    """When the run that works on the warehouse settled something last, to the minute; None where none says it."""
    note = store.files.read_all(FOLDER).get(NOTE)
    return datetime.fromisoformat(json.loads(note)["at"]) if note else None


@contextmanager
def ended_at_standstill(progress: Progress, store: Store, max_still_minutes: float) -> Iterator[None]:
    """Note the progress of what is done within, and end it when there is none for so long.

    Raises StoodStillError within. Where that does not help, the process ends with `EXIT_STATUS`.
    """
    watch = _Watch(progress, store, 60 * max_still_minutes)
    progress.tick()
    try:
        with watch:
            yield
    except StoodStillError as error:
        raise StoodStillError(watch.told) from error
    finally:
        with suppress(StoreError):  # it says so itself where it matters
            store.files.remove(NOTE)


class _Watch:
    """Ends the main thread by a timer of the kernel, and the process by a thread, or without Python if need be."""

    def __init__(self, progress: Progress, store: Store, still_seconds: float) -> None:
        self._progress, self._store, self._still_seconds = progress, store, still_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.told = (
            f"nothing was settled for {still_seconds / 60:g} minutes (run.max_still_minutes): the run has ended; "
            "what is done is kept, the next run goes on from there"
        )

    def __enter__(self) -> None:
        self._is_main = threading.current_thread() is threading.main_thread()
        if self._is_main:
            # It interrupts what keeps the interpreter to itself, such as a regular expression.
            self._before = signal.signal(signal.SIGALRM, self._interrupt)
            signal.setitimer(signal.ITIMER_REAL, self._still_seconds)
        self._arm()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._is_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        self._thread.join()
        faulthandler.cancel_dump_traceback_later()

    def _interrupt(self, *_: object) -> None:
        left = self._still_seconds - self._progress.still_seconds()
        if left <= 0:
            raise StoodStillError
        signal.setitimer(signal.ITIMER_REAL, left)

    def _look(self) -> None:
        """What the main thread sleeps through, for example in a file system that does not answer."""
        noted = -NOTE_SECONDS
        while not self._ended.wait(min(LOOK_SECONDS, self._still_seconds / 4)):
            self._arm()
            if time.monotonic() - noted >= NOTE_SECONDS:
                self._note()
                noted = time.monotonic()
            if self._progress.still_seconds() > self._still_seconds + END_SECONDS:
                print(f"nabra: {self.told}", file=sys.stderr, flush=True)
                os._exit(EXIT_STATUS)

    def _arm(self) -> None:
        """For where no thread gets a turn, either."""
        left = self._still_seconds - self._progress.still_seconds()
        faulthandler.dump_traceback_later(max(left, 0) + 2 * END_SECONDS, exit=True, file=2)

    def _note(self) -> None:
        with suppress(StoreError):
            self._store.files.write(NOTE, json.dumps({"at": self._progress.at.isoformat(timespec="seconds")}).encode())
