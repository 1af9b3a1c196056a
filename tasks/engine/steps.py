"""The steps of a run as plain functions, to which only names and settings are given: fetching, a stage on a batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

from nabra.tasks.engine.batch import StageCount, process_batch
from nabra.tasks.engine.crew import crew_of, forget_crew, run_key
from nabra.tasks.engine.dispatch import Group
from nabra.tasks.engine.groups import Outcome, run_group, run_group_alone
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.fetch.targets import Target
from nabra.tasks.processes.isolated import call_alone
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def open_resources(plan: Plan) -> Resources:
    """The resources of a run in this process; close them with `close_resources`."""
    store = Store.open(plan.settings.store)
    return Resources(plan.settings, store, frozenset(plan.todo(plan.looked_at(store), "clean")), progress_of(plan))


def progress_of(plan: Plan) -> Progress:
    """The progress of a run in this process, also when it opens its resources anew, and of its workers."""
    return _progress_of(run_key(plan))


@lru_cache(maxsize=1)
def _progress_of(key: Hashable) -> Progress:
    return Progress()


def close_resources(plan: Plan) -> None:
    """End the worker processes of a run in this process and forget its resources."""
    forget_crew(plan)
    _forget_resources(plan)


def _forget_resources(plan: Plan) -> None:
    open_resources(plan).close()
    open_resources.cache_clear()


def run_stage(stage_name: str, batch_id: str, plan: Plan, *, alone: bool = False) -> StageCount:
    """Run a stage on a batch; resources are opened once a process.

    `alone`: in a process of its own, whose death is a BatchError and not the end of the run. Workers that do nothing
    end for it; those that are at work go on.
    """
    progress_of(plan).tick()
    if alone:
        _end_idle(plan)
        _forget_resources(plan)  # the index of duplicates lacks what is made there
        return call_alone(_run_stage_here, stage_name, batch_id, plan)
    return process_batch(stage_name, Batch.parse(batch_id), open_resources(plan), plan)


def _run_stage_here(stage_name: str, batch_id: str, plan: Plan) -> StageCount:
    try:
        return process_batch(stage_name, Batch.parse(batch_id), open_resources(plan), plan)
    finally:
        close_resources(plan)


def run_batches(group: Group, plan: Plan) -> Outcome:
    """Work on a group of batches: in a thread of the driver, or in a process of a cluster."""
    return run_group(group, plan, progress_of(plan))


def run_batches_alone(group: Group, plan: Plan, look: Callable[[], None]) -> Outcome:
    """Work on a group in a process of its own, whose death is a BatchError; no workers are at work meanwhile.

    `look` is called now and then while it goes on.
    """
    _end_idle(plan)
    return call_alone(run_group_alone, group, plan, look=look)


def _end_idle(plan: Plan) -> None:
    """Memory is needed elsewhere."""
    crew_of(plan, progress_of(plan)).end_idle()


def close_crew(plan: Plan) -> None:
    """Let no group begin in this process any more, and end those at work: their processes at once, they soon."""
    crew_of(plan, progress_of(plan)).close()


def run_fetch(
    targets: Sequence[Target], plan: Plan, watch: Callable[[Ingest], AbstractContextManager[None]] | None = None
) -> StageCount:
    """Fetch into the warehouse what it does not know yet. `watch` shows how far it is."""
    started = time.monotonic()
    resources = open_resources(plan)
    ingest = Ingest(resources.store, resources, plan.provenance["raw"])
    with watch(ingest) if watch else nullcontext():
        for _ in ingest.run(targets):
            logger.info("%s", ingest)
    ingest.store_counts()
    met = ingest.new + ingest.rejected + ingest.known
    return StageCount(
        "fetch",
        *(met, ingest.new, ingest.rejected, ingest.known),
        seconds=time.monotonic() - started,
        passed_over=tuple(ingest.passed_over.most_common()),
        targets=ingest.targets.number,
        failed_targets=tuple(ingest.targets.failed),
    )
