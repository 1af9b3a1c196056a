"""The lease of a warehouse on object storage: a note that is renewed while the run lives, and ends when it is not.

Each write of the note is conditional: the store refuses it if the note is another than the one last seen. So of all
that find a lease free one gets it, however long a request is on its way, and a run that was overtaken learns of it when
it renews. Whether a lease has ended is told by the store's clock, from the moment it was last written; its holder
counts from the moment of asking, which is earlier.

A store that knows no conditions, which is asked each time, is left with the clock: who takes the lease waits until any
other that saw it free at the same moment has written too, and goes on only if his own note is the one that stayed
(Fischer's mutual exclusion, Lamport 1987). That is exact as long as a write takes less than `SETTLE_SECONDS`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.bucket import Bucket
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.holder import FOLDER, HOLDER, NOBODY, Holder, taken

log = logging.getLogger(__name__)

# Written by whoever wants to know the time by the store's clock.
NOW: Final = f"{FOLDER}/now"
LIFETIME_SECONDS: Final = 90.0
SETTLE_SECONDS: Final = 2.0
# The store tells times in whole seconds.
CLOCK_SECONDS: Final = 1.0
# Of an object that is not there, nor will be.
NO_ETAG: Final = '"00000000000000000000000000000000"'


def lease_end(files: Files) -> datetime | None:
    """When the lease ends by itself; None where there is none."""
    file = files.below(FOLDER).get(HOLDER)
    return file.written_at + timedelta(seconds=LIFETIME_SECONDS) if file else None


class BucketLease:
    """The lease of one run."""

    def __init__(self, files: Files, run_id: str) -> None:
        self._files, self._mine = files, Holder.of_this_process(run_id)
        self._lock = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """Hold it, or raise StoreError; what this yields renews it at once, and raises if another run has it."""
        self._take()
        stop = threading.Event()
        thread = threading.Thread(target=self._keep, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self._renew
        finally:
            stop.set()
            thread.join()
            # A store that does not answer says so in the error that ended the work; the lease ends by itself.
            with suppress(StoreError):
                self._write(replace(self._mine, run=NOBODY))

    def _take(self) -> None:
        self._files.write(NOW, b"")
        self._note = _note(self._files)
        holder = Holder.parse(self._note.read())
        left = self._seconds_left() if holder else 0.0
        if left > 0:
            raise StoreError(f"{taken(self._files, holder)}; if it is dead, its lease ends in {left:.0f} s")
        if not self._note.take(self._mine.note()):
            raise self._lost()

    def _seconds_left(self) -> float:
        there = self._files.below(FOLDER)
        if HOLDER not in there:
            return 0.0
        age = (there[NOW].written_at - there[HOLDER].written_at).total_seconds()
        return LIFETIME_SECONDS + CLOCK_SECONDS - age

    def _keep(self, stop: threading.Event) -> None:
        while not stop.wait(LIFETIME_SECONDS / 4):
            # A store that does not answer is asked again; that the lease is lost hears who works under it next.
            with suppress(StoreError):
                self._renew()

    def _renew(self) -> None:
        if not self._write(self._mine):
            raise self._lost()

    def _write(self, holder: Holder) -> bool:
        with self._lock:
            return self._note.replace(holder.note())

    def _lost(self) -> StoreError:
        return StoreError(taken(self._files, Holder.parse(self._files.read(HOLDER))))


class _Note(Protocol):
    """The note of the holder, which is written only by who has seen what it says."""

    def read(self) -> bytes | None:
        """What it says, which from now on counts as seen."""

    def take(self, content: bytes) -> bool:
        """Write it, being one of many that may do so; False if another was first."""

    def replace(self, content: bytes) -> bool:
        """Write it, having written it last; False if another has since."""


def _note(files: Files) -> _Note:
    assert isinstance(files.storage, Bucket)
    if _knows_conditions(files, files.storage):
        return _ConditionalNote(files, files.storage)
    log.info("%s knows no conditional writes: the lease goes by the clock", files.storage.service)
    return _TimedNote(files)


def _knows_conditions(files: Files, bucket: Bucket) -> bool:
    """Whether the store refuses to write over an object that is there, and over one that is another."""
    try:
        return all(bucket.put_if(files.path(NOW), b"", etag) is None for etag in (None, NO_ETAG))
    except NotImplementedError:
        return False
    except OSError as error:
        raise files.failed(NOW, "written", error) from error


class _ConditionalNote:
    """A note that the store itself guards."""

    def __init__(self, files: Files, bucket: Bucket) -> None:
        self._files, self._bucket = files, bucket
        self._etag: str | None = None
        # What was written last, for all that is known: a signal can come between a write and its answer.
        self._tried: bytes | None = None

    def read(self) -> bytes | None:
        content, self._etag = self._found()
        return content

    def replace(self, content: bytes) -> bool:
        before, self._tried = self._tried, content
        try:
            while (etag := self._bucket.put_if(self._files.path(HOLDER), content, self._etag)) is None:
                found, there = self._found()
                if found == content:  # the answer was lost, and the library asked again
                    etag = there
                    break
                if there != self._etag and (found is None or found != before):
                    return False
                self._etag = there
        except OSError as error:
            raise self._files.failed(HOLDER, "written", error) from error
        self._etag = etag
        return True

    take = replace

    def _found(self) -> tuple[bytes | None, str | None]:
        try:
            return self._bucket.get(self._files.path(HOLDER)) or (None, None)
        except OSError as error:
            raise self._files.failed(HOLDER, "read", error) from error


class _TimedNote:
    """A note that all write who find it unchanged; the last one stays."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def read(self) -> bytes | None:
        self._seen = self._files.read(HOLDER)
        return self._seen

    def take(self, content: bytes) -> bool:
        if not self.replace(content):
            return False
        time.sleep(SETTLE_SECONDS)
        return self._files.read(HOLDER) == content

    def replace(self, content: bytes) -> bool:
        if self._files.read(HOLDER) != self._seen:
            return False
        self._files.write(HOLDER, content)
        self._seen = content
        return True
