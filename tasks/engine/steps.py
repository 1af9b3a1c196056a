"""The steps of a run as plain functions, to which only names and settings are given: fetching, a stage on a batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

from nabra.tasks.engine.batch import StageCount, process_batch
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
    return Resources(plan.settings, store, frozenset(plan.todo(store, "clean")), progress_of(plan))


@lru_cache(maxsize=1)
def progress_of(plan: Plan) -> Progress:
    """The progress of a run in this process, also when it opens its resources anew."""
    return Progress()


def close_resources(plan: Plan) -> None:
    """End the worker processes of a run and forget its resources."""
    open_resources(plan).close()
    open_resources.cache_clear()


def run_stage(stage_name: str, batch_id: str, plan: Plan, *, alone: bool = False) -> StageCount:
    """Run a stage on a batch; resources are opened once a process.

    `alone`: in a process of its own, whose death is a BatchError and not the end of the run.
    """
    progress_of(plan).tick()
    if alone:
        close_resources(plan)  # memory is needed there, and the index of duplicates lacks what is made there
        return call_alone(_run_stage_here, stage_name, batch_id, plan)
    return process_batch(stage_name, Batch.parse(batch_id), open_resources(plan), plan)


def _run_stage_here(stage_name: str, batch_id: str, plan: Plan) -> StageCount:
    try:
        return process_batch(stage_name, Batch.parse(batch_id), open_resources(plan), plan)
    finally:
        close_resources(plan)


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
