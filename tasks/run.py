"""The Prefect tasks: thin wrappers of the steps of a run.

Without retries: fetch has its own, one an address, and a wrong table is not cured by trying again.
"""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from nabra.tasks.engine import steps

run_stage = task(
    name="run-stage",
    task_run_name="{stage_name} {batch_id}",
    cache_policy=NO_CACHE,
    persist_result=False,
)(steps.run_stage)
run_fetch = task(name="fetch", cache_policy=NO_CACHE, persist_result=False)(steps.run_fetch)
run_batches = task(name="run-batches", task_run_name="{group}", cache_policy=NO_CACHE, persist_result=False)(
    steps.run_batches
)
