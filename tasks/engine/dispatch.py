"""Which batches go to the workers together, and when: what is to do, in flight, settled, suspect gives the next group.

Pure: it starts nothing and looks at no clock. A group is a task of its own for whoever carries it out, worth some
minutes, so that an archive makes hundreds of tasks and not thousands. Near the end groups get smaller, so that all
workers end together (guided self-scheduling, Polychronopoulos and Kuck 1987).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from nabra.tasks.engine.repeats import Original
from nabra.tasks.warehouse.layout import Batch

# Of a group. Longer ones lose more when a worker dies, shorter ones make more tasks.
TARGET_SECONDS: Final = 300.0
# One at work, and one that waits for the worker.
GROUPS_A_WORKER: Final = 2
# So many jobs at most wait for what is in flight: each has been cleaned, and is looked at again with each further one.
HELD_A_WORKER: Final = 8
# What the newest group counts in the measured speed.
NEWEST_SHARE: Final = 0.5


@dataclass(frozen=True)
class Job:
    """A batch, the stages that it has yet to go through, in order, and how long its texts are, repeats left out.

    `repeats` are its articles, by doc_id, of which another batch has the words.
    """

    batch: Batch
    stages: tuple[str, ...]
    chars: int
    repeats: Mapping[str, Original] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Group:
    """Jobs for one worker, in order. No other group in flight has the same `slot`; `is_suspect`: one job, alone."""

    number: int
    slot: int
    jobs: tuple[Job, ...]
    is_suspect: bool = False

    @property
    def chars(self) -> int:
        """How long the texts of all jobs are."""
        return sum(job.chars for job in self.jobs)

    def __str__(self) -> str:
        more = f" and {len(self.jobs) - 1} more" if len(self.jobs) > 1 else ""
        return f"{self.jobs[0].batch}{more}"


class Dispatcher:
    """Makes groups of `batches` jobs, added in the order in which batches are to be done, for so many workers.

    A job waits for those before it whose articles it repeats: it takes over their rows. `apart`: a suspect goes only
    while nothing else is in flight, and nothing goes beside it.
    """

    def __init__(self, workers: int, batches: int, *, apart: bool = False) -> None:
        self._workers, self._apart = workers, apart
        self._expected = batches
        self._left = batches
        self._waiting: deque[Job] = deque()
        self._again: deque[tuple[Job, ...]] = deque()
        self._suspects: deque[Job] = deque()
        self._unsettled: set[Batch] = set()
        self._in_flight: dict[int, Group] = {}
        self._made = 0
        self._chars_a_second = 0.0

    @property
    def has_room(self) -> bool:
        """Whether a further group may be in flight."""
        alone = self._apart and any(group.is_suspect for group in self._in_flight.values())
        return len(self._in_flight) < GROUPS_A_WORKER * self._workers and not alone

    @property
    def wants_jobs(self) -> bool:
        """Whether a group could go, would be full only with further jobs, and such are to come.

        Not where many wait for what is in flight: the driver, which makes jobs, is to look at that first.
        """
        if not self.has_room or not self._expected or self._again or self._held() >= HELD_A_WORKER * self._workers:
            return False
        return not self._is_full(list(self._ready()))

    def add(self, job: Job, *, is_suspect: bool = False) -> None:
        """The next job. A suspect goes alone, after all that does not wait for it."""
        self._expected -= 1
        self._unsettled.add(job.batch)
        (self._suspects if is_suspect else self._waiting).append(job)

    def leave_out(self) -> None:
        """The next batch is no job after all."""
        self._expected -= 1
        self._left -= 1

    def next_group(self) -> Group | None:
        """The next group, which is in flight from now on; None if none can go now."""
        if not self.has_room:
            return None
        jobs = self._next_jobs()
        if jobs:
            return self._begun(jobs)
        suspect = None if self._apart and self._in_flight else next(self._ready(self._suspects), None)
        if suspect is None:
            return None
        self._suspects.remove(suspect)
        return self._begun((suspect,), is_suspect=True)

    def done(self, group: Group, seconds: float) -> None:
        """A group has ended; it took its worker so long."""
        self._end(group)
        self._unsettled -= {job.batch for job in group.jobs}
        if group.chars and seconds > 0 and not group.is_suspect:
            newest = group.chars / seconds
            before = self._chars_a_second or newest
            self._chars_a_second = NEWEST_SHARE * newest + (1 - NEWEST_SHARE) * before

    def lost(self, group: Group, suspect: Batch) -> None:
        """The worker of a group of several jobs, or of one that was not suspect, died: suspected is one of its batches.

        That one goes alone next time, the others again together.
        """
        self._end(group)
        self._left += len(group.jobs)
        self._suspects.extend(job for job in group.jobs if job.batch == suspect)
        others = tuple(job for job in group.jobs if job.batch != suspect)
        if others:
            self._again.append(others)

    def _end(self, group: Group) -> None:
        del self._in_flight[group.number]

    def _begun(self, jobs: tuple[Job, ...], *, is_suspect: bool = False) -> Group:
        taken = {group.slot for group in self._in_flight.values()}
        slot = next(number for number in range(len(taken) + 1) if number not in taken)
        group = Group(self._made, slot, jobs, is_suspect)
        self._made += 1
        self._left -= len(jobs)
        self._in_flight[group.number] = group
        return group

    def _next_jobs(self) -> tuple[Job, ...]:
        if self._again:
            jobs = self._again.popleft()
            ready = tuple(self._ready(jobs))
            self._waiting.extendleft(job for job in reversed(jobs) if job not in ready)
            if ready:
                return ready
        chosen: list[Job] = []
        for job in self._ready():
            if self._is_full(chosen):
                break
            chosen.append(job)
        for job in chosen:
            self._waiting.remove(job)
        return tuple(chosen)

    def _ready(self, jobs: Iterable[Job] | None = None) -> Iterator[Job]:
        """Of these jobs, or those that wait, those that could go together: each waits for none but ones before it."""
        together: set[Batch] = set()
        for job in self._waiting if jobs is None else jobs:
            originals = {original.batch for original in job.repeats.values()}
            if not (originals & self._unsettled) - together:
                together.add(job.batch)
                yield job

    def _held(self) -> int:
        """How many jobs wait for others in flight."""
        held = {job.batch for group in self._in_flight.values() for job in group.jobs}
        in_flight = len(held)
        for job in self._waiting:
            if any(original.batch in held for original in job.repeats.values()):
                held.add(job.batch)
        return len(held) - in_flight

    def _is_full(self, jobs: Sequence[Job]) -> bool:
        if not self._chars_a_second:
            return len(jobs) >= 1
        is_long = sum(job.chars for job in jobs) >= self._chars_a_second * TARGET_SECONDS
        return bool(jobs and is_long) or len(jobs) >= max(1, ceil(self._left / self._workers))
