"""The flows: a run, and its work on the stages alone."""

from __future__ import annotations

from nabra.flows import MOVED

if __name__ != "nabra.flows.news":  # by its path, beside which lies a folder called prefect
    raise ImportError(MOVED)

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, cast

from prefect import Flow, flow
from prefect.context import FlowRunContext
from prefect.states import Completed

from nabra.flows.begun import begun, do_work
from nabra.flows.parameters import (
    BackfillParameters,
    Inputs,
    Location,
    RunnerName,
    RunParameters,
    StageName,
    Warehouse,
    Workers,
)
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
from nabra.flows.prefect.run_log import run_log, tell
from nabra.flows.prefect.runners import ChosenRunner, PrefectRunner, choose
from nabra.flows.side_by_side import SideBySide
from nabra.flows.terminal.progress import told_share
from nabra.tasks.run import run_fetch, run_stage

MANY_REJECTS: Final = "ManyRejects"


# Prefect's UI and API show what stands below `Args:`. The parameters are flat, as these ask for them.
@flow(name="nabra-news", persist_result=False)
def news(
    inputs: Inputs = (),
    source: str | None = None,
    columns: tuple[str, ...] = (),
    refresh: tuple[StageName, ...] = (),
    runner: RunnerName | None = None,
    workers: Workers = None,
    warehouse: Warehouse = None,
    config: str | None = None,
) -> RunSummary:
    """Take articles through all stages into the warehouse; a run that was stopped is taken up where it was.

    Args:
        inputs: Folders, files, addresses of articles, feeds or sitemaps. Empty: the sources that are on, or, where
            something is to be refreshed, none.
        source: Name of the outlet that inputs are of. Empty: the one that a row or page names, else `cli`.
        columns: What files of rows call the columns, such as text=body. Empty: as in the settings.
        refresh: Make these stages and all after them anew where other settings or models made their files.
        runner: What carries out the stages after clean: this machine, or a cluster. Empty: that of the settings.
        workers: How many work side by side. Empty: as the settings say, else one per core where memory allows.
        warehouse: Folder or s3://bucket/prefix, without keys. Empty: that of the settings.
        config: TOML file with settings on the machine that runs the flow. Empty: the defaults.
    """
    parameters = RunParameters(
        inputs=inputs, source=source, columns=columns, refresh=refresh, runner=runner, workers=workers
    )
    return _run(prepare_run(parameters, Location(warehouse=warehouse, config=config)))


@flow(name="nabra-demo", persist_result=False)
def demo(warehouse: Warehouse = None, config: str | None = None) -> RunSummary:
    """Take the samples that come with nabra through all stages."""
    return _run(prepare_demo(Location(warehouse=warehouse, config=config)))


@flow(name="nabra-pending", persist_result=False)
def pending(warehouse: Warehouse = None, config: str | None = None) -> RunSummary:
    """Do what stages have yet to do in the warehouse, and fetch nothing."""
    return _run(prepare_pending(Location(warehouse=warehouse, config=config)))


@flow(name="nabra-backfill", persist_result=False)
def backfill(
    first: date,
    last: date,
    stage: StageName = StageName["clean"],
    runner: RunnerName | None = None,
    workers: Workers = None,
    warehouse: Warehouse = None,
    config: str | None = None,
) -> RunSummary:
    """Make the stages of past days anew where settings or models have changed since, and fetch nothing.

    Args:
        first: First day on which the documents were fetched (UTC), included.
        last: Last day on which the documents were fetched (UTC), included.
        stage: This stage and all after it are made anew where other settings or models made their files.
        runner: What carries out the stages after clean: this machine, or a cluster. Empty: that of the settings.
        workers: How many work side by side. Empty: as the settings say, else one per core where memory allows.
        warehouse: Folder or s3://bucket/prefix, without keys. Empty: that of the settings.
        config: TOML file with settings on the machine that runs the flow. Empty: the defaults.
    """
    parameters = BackfillParameters(first=first, last=last, stage=stage, runner=runner, workers=workers)
    return _run(prepare_backfill(parameters, Location(warehouse=warehouse, config=config)))


# The flows that `nabra serve` serves, by the names of their deployments.
DEPLOYED: Final[Mapping[str, Flow[..., RunSummary]]] = {"hourly": news, "manual": news, "backfill": backfill}


def _run(prepared: PreparedRun) -> RunSummary:
    """Run as the flow that is at work; where too much was rejected its state says so, though it is completed."""
    context = FlowRunContext.get()
    run_id = str(context.flow_run.id) if context and context.flow_run else "none"
    with run_log(), open_run(prepared, run_id) as run:
        run.fetch(run_fetch)
        if run.has_work():
            _work(run)
        summary = run.summary()
    tell(summary, prepared.location)
    publish(summary, prepared.settings.run.max_reject_share)
    summary.without_failures()
    if summary.reject_share <= prepared.settings.run.max_reject_share:
        return summary
    # Prefect gives the caller the data of a state that is returned.
    return cast(RunSummary, Completed(name=MANY_REJECTS, message=told_share(summary, prepared.location), data=summary))


@flow(name="nabra-stages", persist_result=False)
def stages(run_id: str) -> None:
    """Do the work of a run that has begun in this process: what is open is no parameter of a flow."""
    do_work(run_id)


def work_as_flow(run: Run) -> None:
    """Do the work of a run that was begun without Prefect, as a flow, by the runner that its settings name."""
    chosen = choose(run.plan.settings, len(run.batches()))
    if chosen.is_one_here:
        with begun(run.plan.run_id, lambda: run.work(run_stage)):
            stages(run.plan.run_id)
    else:
        _side_by_side(run, chosen)


def _work(run: Run) -> None:
    """Do the work of a run of a flow that is at work: by one worker as its own, by several as a flow below it."""
    chosen = choose(run.plan.settings, len(run.batches()))
    if chosen.is_one_here:
        run.work(run_stage)
    else:
        _side_by_side(run, chosen)


def _side_by_side(run: Run, chosen: ChosenRunner) -> None:
    parse = run.plan.settings.parse.model_copy(update={"threads": chosen.threads})
    plan = replace(run.plan, settings=run.plan.settings.model_copy(update={"parse": parse}))
    assert plan.fingerprints  # they go with the plan, for workers elsewhere to compare theirs with
    with begun(run.plan.run_id, SideBySide(run, PrefectRunner(chosen), plan, run_stage).work):
        stages.with_options(task_runner=chosen.task_runner)(run.plan.run_id)
