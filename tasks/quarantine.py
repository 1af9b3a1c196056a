"""Batches on which a stage keeps failing: set aside, with the reason, so that they hold nothing up.

Every failure leaves a note in the warehouse, so that attempts are counted over runs and machines. From
`run.max_attempts` on the stage passes the batch over, until somebody retries it, or settings or models change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from tasks.store import Batch, Store

FOLDER: Final = "_quarantine"


@dataclass(frozen=True)
class Failure:
    """That a stage failed on a batch: how often in a row under this fingerprint, when last (ISO 8601, UTC), and how."""

    stage: str
    batch: str
    fingerprint: str
    attempts: int
    at: str
    error: str


def failures(store: Store) -> list[Failure]:
    """The batches on which the last attempt failed, in order of batch and stage."""
    found = (Failure(**json.loads(content)) for content in store.notes(FOLDER).values())
    return sorted(found, key=lambda failure: (failure.batch, failure.stage))


def set_aside(store: Store, fingerprints: Mapping[str, str], max_attempts: int) -> set[Batch]:
    """The batches that one of the stages, given with their fingerprints, passes over."""
    return {
        Batch.parse(failure.batch)
        for failure in failures(store)
        if fingerprints.get(failure.stage) == failure.fingerprint and failure.attempts >= max_attempts
    }


def record_failure(store: Store, stage: str, batch: Batch, fingerprint: str, error: str) -> Failure:
    """Note another failed attempt."""
    earlier = [
        failure.attempts
        for failure in failures(store)
        if (failure.stage, failure.batch, failure.fingerprint) == (stage, str(batch), fingerprint)
    ]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    failure = Failure(stage, str(batch), fingerprint, max(earlier, default=0) + 1, at, error)
    store.put_note(_name(stage, batch), json.dumps(asdict(failure), ensure_ascii=False).encode())
    return failure


def forget_failure(store: Store, stage: str, batch: Batch) -> None:
    """Take back what was noted of a stage and a batch, if anything was."""
    store.remove(_name(stage, batch))


def release(store: Store, batches: set[str]) -> list[Failure]:
    """Give the batches (all, if none is named) their attempts back; returns what had failed on them."""
    released = [failure for failure in failures(store) if not batches or failure.batch in batches]
    for failure in released:
        forget_failure(store, failure.stage, Batch.parse(failure.batch))
    return released


def _name(stage: str, batch: Batch) -> str:
    return f"{FOLDER}/{batch}.{stage}.json"
