"""The work of a run by several workers: clean in order here, the stages after it in groups of batches, side by side.

It knows nothing of Prefect: a `Runner` carries groups out, in threads of this process or on a cluster.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from nabra.flows.pipeline import STOOD_STILL, Run, Step
from nabra.flows.terminal.progress import Advance
from nabra.tasks.engine import steps
from nabra.tasks.engine.at_work import NOBODY, Attempt, attempt_left, note_of_slot
from nabra.tasks.engine.dispatch import GROUPS_A_WORKER, Dispatcher, Group, Job
from nabra.tasks.engine.groups import Outcome
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.standstill import StoodStillError
from nabra.tasks.errors import BatchError, NabraError, ServerError, WorkerError, stops_run
from nabra.tasks.warehouse.layout import Batch

logger = logging.getLogger(__name__)

CLEAN: Final = "clean"
LOOK_SECONDS: Final = 30.0
# So often in a row may as many groups be lost as are in flight: more is no matter of a batch or a machine.
MOST_LOSSES: Final = 3
# Of threads that are told to end, until they have ended.
END_SECONDS: Final = 8.0


class Pending(Protocol):
    """A group in flight."""

    def wait(self, seconds: float) -> bool:
        """Wait for its end, so long at most; whether it has ended."""

    def when_ended(self, call: Callable[[], None]) -> None:
        """Call this once it has ended, from any thread."""

    def result(self) -> Outcome:
        """What became of it, once it has ended; raises what the group raised, and any error where its worker died."""

    def cancel(self) -> None:
        """Let it not begin, if it has not; nobody will ask for what becomes of it."""


class Runner(Protocol):
    """Carries groups out. `is_here`: in threads of this process, with which they would die."""

    workers: int
    is_here: bool

    def submit(self, group: Group, plan: Plan) -> Pending:
        """Begin with a group as soon as a worker is free; ServerError where that cannot be asked for."""

    def require_working(self) -> None:
        """ServerError where no group can be carried out any more."""


class SideBySide:
    """The work of one run. `step` runs clean on a batch; `plan` is what workers get."""

    def __init__(self, run: Run, runner: Runner, plan: Plan, step: Step = steps.run_stage) -> None:
        self._run, self._runner, self._plan, self._step = run, runner, plan, step
        self._coming = deque(run.batches())
        self._dispatcher = Dispatcher(runner.workers, len(self._coming), apart=runner.is_here)
        self._in_flight: dict[int, tuple[Group, Pending]] = {}
        self._ended: SimpleQueue[int] = SimpleQueue()
        self._seen: dict[int, Attempt | None] = {}
        self._losses = 0

    def work(self) -> None:
        """Do all there is to do. However it ends, no worker of this process is at work afterwards."""
        try:
            with self._run.shown() as advance:
                while self._has_begun(advance) or self._has_taken(advance):
                    pass
        except StoodStillError:
            self._blame_those_in_flight()
            raise
        finally:
            self._end()

    def _has_begun(self, advance: Advance) -> bool:
        """Begin with the next group; False where none can go now."""
        while self._dispatcher.wants_jobs:
            self._run.check()
            self._prepare(self._coming.popleft(), advance)
        group = self._dispatcher.next_group()
        if group is None:
            return False
        if group.is_suspect and self._runner.is_here:
            self._settle_alone(group, advance)
        else:
            self._run.check()
            pending = self._runner.submit(group, self._plan)
            self._in_flight[group.number] = group, pending
            pending.when_ended(partial(self._ended.put, group.number))
        return True

    def _prepare(self, batch: Batch, advance: Advance) -> None:
        """Clean a batch if it is to be, and make it a job if it has stages left."""
        stages = self._run.stages_of(batch)
        if stages[0] == CLEAN:
            while self._run.attempts.suspects(CLEAN, batch) and self._has_taken(advance):
                pass  # it is tried in a process of its own, which needs the memory of those at work
            advance(f"{CLEAN} {batch.batch_id}", 0)
            if not self._run.does(CLEAN, batch, self._step):
                advance("", len(stages))
                self._dispatcher.leave_out()
                return
            advance("", 1)
            stages = stages[1:]
        job = self._job(batch, stages) if stages else None
        if job is None:
            advance("", len(stages))
            self._dispatcher.leave_out()
            return
        is_suspect = any(self._run.attempts.suspects(stage, batch) for stage in stages)
        self._dispatcher.add(job, is_suspect=is_suspect)

    def _job(self, batch: Batch, stages: list[str]) -> Job | None:
        """What the workers need to know of a batch; None if its articles cannot be read, which is noted."""
        resources = steps.open_resources(self._run.plan)
        try:
            clean = self._run.store.read(CLEAN, batch)
        except BatchError as error:
            self._run.fail(stages[0], batch, f"{type(error).__name__}: {error}")
            return None
        repeats = resources.originals.add(batch, clean)
        return Job(batch, tuple(stages), _chars(clean, set(repeats)), repeats)

    def _has_taken(self, advance: Advance) -> bool:
        """Wait for the next group that ends, and note what became of it; False where none is in flight."""
        if not self._in_flight:
            return False
        group, pending = self._in_flight.pop(self._next_ended())
        try:
            outcome = pending.result()
        except Exception as error:
            if isinstance(error, NabraError) and not isinstance(error, WorkerError):
                raise
            self._lose(group, error, advance)
        else:
            self._settle(group, outcome, advance)
        return True

    def _next_ended(self) -> int:
        while True:
            with suppress(Empty):
                return self._ended.get(timeout=LOOK_SECONDS)
            for group, _ in () if self._runner.is_here else self._in_flight.values():
                self._look_at(group)

    def _look_at(self, group: Group) -> None:
        """Of a worker in another process, that it goes on shows in its note."""
        noted = self._noted(group)
        if noted != self._seen.get(group.number):
            steps.progress_of(self._run.plan).tick()
        self._seen[group.number] = noted

    def _settle(self, group: Group, outcome: Outcome, advance: Advance) -> None:
        self._losses = 0
        steps.progress_of(self._run.plan).tick()
        self._dispatcher.done(group, outcome.seconds)
        for count in outcome.counts:
            self._run.add(count)
        for stage, batch in outcome.done:
            self._run.attempts.record_success(stage, Batch.parse(batch))
        for failed in outcome.failed:
            self._run.fail(failed.stage, Batch.parse(failed.batch), failed.error)
        for job in group.jobs:
            advance(f"{job.stages[0]} to {job.stages[-1]} {job.batch.batch_id}", 0)
            advance("", len(job.stages))

    def _settle_alone(self, group: Group, advance: Advance) -> None:
        """Work on a suspect here, in a process of its own."""
        try:
            outcome = steps.run_batches_alone(group, self._plan, partial(self._look_at, group))
        except StoodStillError:
            self._fail(group, STOOD_STILL, advance)
            raise
        except Exception as error:
            if stops_run(error):
                raise
            self._fail(group, f"{type(error).__name__}: {error}", advance)
        else:
            self._settle(group, outcome, advance)
        finally:
            self._take_back_note(group)  # also where a signal ended the run, and so the process

    def _lose(self, group: Group, error: Exception, advance: Advance) -> None:
        """The worker of a group died. That costs this attempt; if the group was a suspect alone, the batch failed."""
        self._runner.require_working()
        self._losses += 1
        if self._losses > MOST_LOSSES * GROUPS_A_WORKER * self._runner.workers:
            raise ServerError(
                f"the workers die one after the other, the last of {type(error).__name__}: {error}; see what they "
                "write where they run: what is done is kept, the next run goes on from there"
            ) from error
        noted = self._noted(group)
        if group.is_suspect:
            self._fail(group, "the worker died in it", advance)
            self._take_back_note(group)
            return
        first = group.jobs[0].batch
        suspect = Batch.parse(noted["batch"]) if noted else first
        logger.warning("a worker died in batch %s: %s", suspect, error)
        self._take_back_note(group)
        self._dispatcher.lost(group, suspect)

    def _fail(self, group: Group, error: str, advance: Advance) -> None:
        (job,) = group.jobs
        noted = self._noted(group)
        self._run.fail(noted["stage"] if noted else job.stages[0], job.batch, error)
        self._dispatcher.done(group, 0)
        advance("", len(job.stages))

    def _noted(self, group: Group) -> Attempt | None:
        """What the worker of a group is at, or was when it died."""
        noted = attempt_left(self._run.store.files, note_of_slot(group.slot))
        is_of_group = noted and noted.get("group") == f"{self._plan.run_id}/{group.number}"
        return noted if is_of_group else None

    def _take_back_note(self, group: Group) -> None:
        self._run.store.files.write(note_of_slot(group.slot), NOBODY)

    def _blame_those_in_flight(self) -> None:
        for group, _ in self._in_flight.values():
            noted = self._noted(group)
            if noted:
                self._run.attempts.record_failure(noted["stage"], Batch.parse(noted["batch"]), STOOD_STILL)

    def _end(self) -> None:
        """Let nothing begin any more; wait for what is at work here to end, and leave no note that blames anybody."""
        for _, pending in self._in_flight.values():
            pending.cancel()
        if self._runner.is_here:
            steps.close_crew(self._plan)
            for _, pending in self._in_flight.values():
                pending.wait(END_SECONDS)
        elif self._in_flight:
            for group, _ in self._in_flight.values():
                self._take_back_note(group)


def _chars(clean: pa.Table, repeats: set[str]) -> int:
    """How long the texts are, without those of repeats."""
    known = pa.array(sorted(repeats), pa.string())
    lengths = clean["text_chars"].filter(pc.invert(pc.is_in(clean["doc_id"], value_set=known)))
    return int(pc.sum(lengths).as_py() or 0)
