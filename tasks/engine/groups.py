"""The work on a group of batches, as a worker does it: one after the other, each through its stages."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nabra.tasks.engine.at_work import WorkNote, attempt_left, note_of_slot
from nabra.tasks.engine.batch import StageCount, process_batch
from nabra.tasks.engine.crew import Member, crew_of, forget_crew
from nabra.tasks.engine.dispatch import Group, Job
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.repeats import KnownOriginals
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.errors import WorkerError, stops_run


@dataclass(frozen=True)
class FailedStage:
    """That a stage failed on a batch."""

    stage: str
    batch: str
    error: str


@dataclass(frozen=True)
class Outcome:
    """What became of a group: counts, stages done on batches (stage, batch), stages that failed, and how long it took.

    A batch on which a stage failed goes through no other.
    """

    counts: tuple[StageCount, ...]
    done: tuple[tuple[str, str], ...]
    failed: tuple[FailedStage, ...]
    seconds: float


def run_group(group: Group, plan: Plan, progress: Progress, *, again: bool = False) -> Outcome:
    """Work on a group in this process.

    Raises what would stop work on any batch, and, but `again`, WorkerError where another has died on this group before:
    a cluster gives the work of a dead worker to the next one unasked, and so to all.
    """
    started = time.monotonic()
    with crew_of(plan, progress).member() as member:
        name, mark = note_of_slot(group.slot), f"{plan.run_id}/{group.number}"
        left = None if again else attempt_left(member.notes, name)
        if left and left.get("group") == mark:
            raise WorkerError(f"a worker died in {left['stage']} of batch {left['batch']}")
        note = WorkNote(member.notes, name, mark)
        member.progress.note = note
        try:
            return _worked(group, plan, member, started)
        finally:
            member.progress.note = None
            note.end()


def run_group_alone(group: Group, plan: Plan) -> Outcome:
    """The same in a process that does nothing else, also where one before it has died."""
    try:
        return run_group(group, plan, Progress(), again=True)
    finally:
        forget_crew(plan)


def _worked(group: Group, plan: Plan, member: Member, started: float) -> Outcome:
    originals = KnownOriginals({job.batch: job.repeats for job in group.jobs})
    counts: list[StageCount] = []
    failed = [failure for job in group.jobs if (failure := _failure(job, plan, member, originals, counts))]
    broken = {failure.batch: failure.stage for failure in failed}
    done = [(stage, str(job.batch)) for job in group.jobs for stage in _before(broken.get(str(job.batch)), job.stages)]
    return Outcome(tuple(counts), tuple(done), tuple(failed), time.monotonic() - started)


def _failure(
    job: Job, plan: Plan, member: Member, originals: KnownOriginals, counts: list[StageCount]
) -> FailedStage | None:
    """Work on a batch, and count that; what failed."""
    for stage in job.stages:
        assert member.progress.note
        member.progress.tick()
        try:
            member.progress.note.begin(stage, job.batch, plan.fingerprints.stages[stage])
            counts.append(process_batch(stage, job.batch, member.resources, plan, originals))
        except Exception as error:
            if stops_run(error):
                raise
            return FailedStage(stage, str(job.batch), f"{type(error).__name__}: {error}")
    return None


def _before(failed: str | None, stages: tuple[str, ...]) -> tuple[str, ...]:
    return stages if failed is None else stages[: stages.index(failed)]
