"""The Prefect tasks: thin wrappers of fetching, and of a stage on a batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache

from prefect import task
from prefect.cache_policies import NO_CACHE

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
def open_tools(plan: Plan) -> Resources:
    """The tools of a run in this process; close them with `close_tools`."""
    store = Store.open(plan.settings.store)
    return Resources(plan.settings, store, frozenset(plan.todo(store, "clean")), progress_of(plan))


@lru_cache(maxsize=1)
def progress_of(plan: Plan) -> Progress:
    """The progress of a run in this process, also when it opens its tools anew."""
    return Progress()


def close_tools(plan: Plan) -> None:
    """End the worker processes of a run and forget its tools."""
    open_tools(plan).close()
    open_tools.cache_clear()


@task(
    name="run-stage",
    task_run_name="{stage_name} {batch_id}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_stage(stage_name: str, batch_id: str, plan: Plan, *, alone: bool = False) -> StageCount:
    """The Prefect task: only names and settings cross its border; tools are opened once a process.

    `alone`: in a process of its own, whose death is a BatchError and not the end of the run.
    """
    progress_of(plan).tick()
    if alone:
        close_tools(plan)  # memory is needed there, and the index of duplicates lacks what is made there
        return call_alone(_run_stage_here, stage_name, batch_id, plan)
    return process_batch(stage_name, Batch.parse(batch_id), open_tools(plan), plan)


def _run_stage_here(stage_name: str, batch_id: str, plan: Plan) -> StageCount:
    try:
        return process_batch(stage_name, Batch.parse(batch_id), open_tools(plan), plan)
    finally:
        close_tools(plan)


@task(name="fetch", cache_policy=NO_CACHE, persist_result=False)
def run_fetch(
    targets: Sequence[Target], plan: Plan, watch: Callable[[Ingest], AbstractContextManager[None]] | None = None
) -> StageCount:
    """The Prefect task around `Ingest`; its own retries are inside, one an address. `watch` shows how far it is."""
    started = time.monotonic()
    tools = open_tools(plan)
    ingest = Ingest(tools.store, tools, plan.provenance["raw"])
    with watch(ingest) if watch else nullcontext():
        for _ in ingest.run(targets):
            logger.info("%s", ingest)
    ingest.store_counts()
    met = ingest.new + ingest.rejected + ingest.known
    seconds, passed_over = time.monotonic() - started, tuple(ingest.passed_over.most_common())
    return StageCount("fetch", met, ingest.new, ingest.rejected, ingest.known, seconds=seconds, passed_over=passed_over)
