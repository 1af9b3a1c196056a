"""Batches on which a stage keeps failing: set aside, with the reason, so that they hold nothing up.

Every failure leaves a note in the warehouse, so that attempts are counted over runs and machines. From
`run.max_attempts` on the stage passes the batch over, until somebody retries it, or settings or models change.

What a run is at is noted too, and taken back when the stage has ended. A run that finds such a note, while it alone
holds the warehouse, knows that an earlier one died there; where several batches were worked on side by side, on each
of them. That proves little: who cuts the power or kills a run hits
some batch. So the batch is only suspected, and the stage tried in a process of its own. If that dies while the run
lives, the batch is to blame, and it counts as a failure. If both die together again and again, as in a container that
runs out of memory, nobody can tell: after `MAX_DEATHS` in a row the batch has to wait for all others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final

from nabra.tasks.engine.at_work import NOBODY, WorkNote, attempts_left
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.layout import AT_WORK, QUARANTINE, Batch
from nabra.tasks.warehouse.store import Store

MAX_DEATHS: Final = 10
DIED: Final = "the run died in it: killed, crashed, or out of memory; it is now tried in a process of its own"


@dataclass(frozen=True)
class Failure:
    """That a stage failed on a batch under this fingerprint, when last (ISO 8601, UTC), and how.

    `attempts` were failures for certain, in `deaths` the whole run died; both since the last success.
    """

    stage: str
    batch: str
    fingerprint: str
    attempts: int
    at: str
    error: str
    deaths: int = 0


def failures(store: Store) -> list[Failure]:
    """The batches on which the last attempt failed, in order of batch and stage."""
    found = (Failure(**json.loads(content)) for content in store.files.read_all(QUARANTINE).values())
    return sorted(found, key=lambda failure: (failure.batch, failure.stage))


def set_aside(store: Store, fingerprints: Mapping[str, str], max_attempts: int) -> set[Batch]:
    """The batches that one of the stages, given with their fingerprints, passes over."""
    return {
        Batch.parse(failure.batch)
        for failure in failures(store)
        if fingerprints.get(failure.stage) == failure.fingerprint and failure.attempts >= max_attempts
    }


def release(store: Store, batches: set[str]) -> list[Failure]:
    """Give the batches (all, if none is named) their attempts back; returns what had failed on them."""
    released = [failure for failure in failures(store) if not batches or failure.batch in batches]
    for failure in released:
        store.files.remove(_name(failure.stage, failure.batch))
    return released


class Attempts:
    """The attempts of one run, which holds the warehouse alone; `fingerprints` are those of its stages."""

    def __init__(self, store: Store, fingerprints: Mapping[str, str]) -> None:
        self._store = store
        self._fingerprints = fingerprints
        self._known = {(failure.stage, failure.batch): failure for failure in failures(store)}

    @contextmanager
    def at_work(self, stage: str, batch: Batch) -> Iterator[None]:
        """Note what the run is at; the note stays only if the run dies."""
        note = WorkNote(self._store.files, AT_WORK)
        note.begin(stage, batch, self._fingerprints[stage])
        try:
            yield
        finally:
            note.end()

    def look_back(self) -> list[Failure]:
        """Note against batches that an earlier run, or a worker of it, died at work on them; forget what has ended."""
        left = attempts_left(self._store.files)
        for name, attempt in left.items():
            batch = Batch.parse(attempt["batch"])
            self._record(attempt["stage"], batch, attempt["fingerprint"], DIED, deaths=1)
            self._store.files.write(name, NOBODY)
        self._forget_ended()
        known = (self._known.get((attempt["stage"], attempt["batch"])) for attempt in left.values())
        return [failure for failure in known if failure]

    def _forget_ended(self) -> None:
        """A run can die between the end of a stage and the note of it."""
        for stage, fingerprint in {(failure.stage, failure.fingerprint) for failure in self._known.values()}:
            mine = (f for f in self._known.values() if (f.stage, f.fingerprint) == (stage, fingerprint))
            batches = {Batch.parse(failure.batch) for failure in mine}
            for batch in self._store.done(STAGES[stage], fingerprint, among=batches):
                self.record_success(stage, batch)

    def suspects(self, stage: str, batch: Batch) -> bool:
        """Whether an earlier run died in this attempt."""
        failure = self._earlier(stage, batch, self._fingerprints[stage])
        return failure is not None and failure.deaths > 0

    def must_wait(self, batch: Batch) -> bool:
        """Whether so many runs died on the batch that it comes after all others.

        Not in clean: which of two articles alike is the original depends on the order in which they are cleaned.
        """
        later = self._fingerprints.items() - {("clean", self._fingerprints["clean"])}
        known = (self._earlier(stage, batch, fingerprint) for stage, fingerprint in later)
        return any(failure.deaths >= MAX_DEATHS for failure in known if failure)

    def record_failure(self, stage: str, batch: Batch, error: str) -> Failure:
        """Note another failed attempt."""
        return self._record(stage, batch, self._fingerprints[stage], error, attempts=1)

    def record_success(self, stage: str, batch: Batch) -> None:
        """Take back what was noted of a stage and a batch, if anything was."""
        if self._known.pop((stage, str(batch)), None):
            self._store.files.remove(_name(stage, str(batch)))

    def _record(
        self, stage: str, batch: Batch, fingerprint: str, error: str, *, attempts: int = 0, deaths: int = 0
    ) -> Failure:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        earlier = self._earlier(stage, batch, fingerprint) or Failure(stage, str(batch), fingerprint, 0, at, error)
        failure = replace(
            earlier, attempts=earlier.attempts + attempts, deaths=earlier.deaths + deaths, at=at, error=error
        )
        self._known[stage, str(batch)] = failure
        self._store.files.write(_name(stage, str(batch)), json.dumps(asdict(failure), ensure_ascii=False).encode())
        return failure

    def _earlier(self, stage: str, batch: Batch, fingerprint: str) -> Failure | None:
        failure = self._known.get((stage, str(batch)))
        return failure if failure and failure.fingerprint == fingerprint else None


def _name(stage: str, batch: str) -> str:
    return f"{QUARANTINE}/{batch}.{stage}.json"
