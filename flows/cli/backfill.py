"""`nabra backfill`: past days anew."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Runner, Warehouse, Workers, open_store
from nabra.flows.parameters import BackfillParameters, Location, StageName
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.flows.pipeline import RunSummary

DAY: Final = ["%Y-%m-%d"]


def backfill(
    first: Annotated[datetime, typer.Option("--from", help="First day on which documents were fetched.", formats=DAY)],
    last: Annotated[datetime, typer.Option("--to", help="Last day, included.", formats=DAY)],
    stage: Annotated[StageName, typer.Option(help="Make this stage and those after it anew.")] = StageName["clean"],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    runner: Runner = None,
    workers: Workers = None,
) -> None:
    """Make past days anew where settings or models have changed since: `run --refresh` for a range of days.

    Nothing is fetched: the documents are in the warehouse. The days are those on which they were fetched, `ingest_date`
    in every table.

    **Example** `nabra backfill --from 2026-04-01 --to 2026-04-30 --stage stance`

    **Exit status** 1: as with `nabra run`.
    """
    from nabra.flows.cli.flow_run import do_run

    if last < first:
        raise UsageError(f"--to {last:%Y-%m-%d} is before --from {first:%Y-%m-%d}")
    open_store(config, warehouse)
    with light_imports():
        from nabra.flows.pipeline import prepare_backfill

    parameters = BackfillParameters(first=first.date(), last=last.date(), stage=stage, runner=runner, workers=workers)
    location = Location.of(warehouse, config)

    def flow() -> RunSummary:
        from nabra.flows.news import backfill

        summary: RunSummary = backfill(**dict(parameters), **dict(location))
        return summary

    do_run(prepare_backfill(parameters, location), flow)
