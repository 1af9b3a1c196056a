"""The flows: a run, and its work on the stages alone."""

from __future__ import annotations

from nabra.flows import MOVED

if __name__ != "nabra.flows.news":  # by its path, beside which lies a folder called prefect
    raise ImportError(MOVED)

from collections.abc import Mapping
from typing import Final

from prefect import Flow, flow
from prefect.context import FlowRunContext

from nabra.flows.parameters import BackfillParameters, Location, RunParameters
from nabra.flows.pipeline import (
    PreparedRun,
    Run,
    RunSummary,
    open_run,
    prepare_backfill,
    prepare_demo,
    prepare_pending,
    prepare_run,
)
from nabra.flows.prefect.artifacts import publish
from nabra.tasks.run import run_fetch, run_stage


@flow(name="nabra-news", persist_result=False)
def news(parameters: RunParameters = RunParameters(), location: Location = Location()) -> RunSummary:  # noqa: B008 - frozen
    """Take articles through all stages into the warehouse; a run that was stopped is taken up where it was."""
    return _run(prepare_run(parameters, location))


@flow(name="nabra-demo", persist_result=False)
def demo(location: Location = Location()) -> RunSummary:  # noqa: B008 - frozen
    """Take the samples that come with nabra through all stages."""
    return _run(prepare_demo(location))


@flow(name="nabra-pending", persist_result=False)
def pending(location: Location = Location()) -> RunSummary:  # noqa: B008 - frozen
    """Do what stages have yet to do in the warehouse, and fetch nothing."""
    return _run(prepare_pending(location))


@flow(name="nabra-backfill", persist_result=False)
def backfill(parameters: BackfillParameters, location: Location = Location()) -> RunSummary:  # noqa: B008 - frozen
    """Make the stages of past days anew where settings or models have changed since, and fetch nothing."""
    return _run(prepare_backfill(parameters, location))


# The flows that `nabra serve` serves, by the names of their deployments.
DEPLOYED: Final[Mapping[str, Flow[..., RunSummary]]] = {"hourly": news, "manual": news, "backfill": backfill}


def _run(prepared: PreparedRun) -> RunSummary:
    context = FlowRunContext.get()
    run_id = str(context.flow_run.id) if context and context.flow_run else "none"
    with open_run(prepared, run_id) as run:
        run.fetch(run_fetch)
        run.work(run_stage)
        summary = run.summary()
    publish(summary, prepared.settings.run.max_reject_share)
    return summary.without_failures()


def work_as_flow(run: Run) -> None:
    """Do the work of a run that was begun without Prefect, as a flow: what is open is no parameter of one."""

    @flow(name="nabra-stages", persist_result=False)
    def stages() -> None:
        run.work(run_stage)

    stages()
