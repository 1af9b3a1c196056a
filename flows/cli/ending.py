"""How a command that runs a flow begins and ends: that it starts, its counts, what failed, its exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import typer

from nabra.config.settings import Settings
from nabra.flows.prefect.parameters import Place
from nabra.flows.prefect.server import prefect_server
from nabra.flows.prefect.signals import stopping
from nabra.flows.terminal.inert import InertConsole
from nabra.tasks.engine.standstill import StoodStillError
from nabra.tasks.errors import StandstillError

if TYPE_CHECKING:
    from nabra.flows.news import RunSummary

EXIT_REJECTED: Final = 1
STARTING: Final = "nabra: starting; until models and Prefect are ready some ten seconds pass"


def begin_run() -> None:
    """Say that the command is at work, before the imports that take most of the time until it can show more."""
    print(STARTING, file=sys.stderr, flush=True)


def end_run(run: Callable[[], RunSummary], settings: Settings, place: Place) -> None:
    """Call a flow and print what it did; typer.Exit where batches failed or too many documents were rejected.

    ServerError where the Prefect server cannot be used; StandstillError where the run stood still; typer.Exit on
    Ctrl-C and SIGTERM.
    """
    from nabra.flows.news import BatchesFailedError
    from nabra.flows.terminal.progress import count_table, passed_over

    failed = None
    try:
        with stopping(), prefect_server():
            summary = run()
    except BatchesFailedError as error:
        summary, failed = error.summary, error
    except StoodStillError as error:
        raise StandstillError(str(error)) from error
    InertConsole().print(count_table(summary.counts))
    for line in passed_over(summary.counts):
        print(line)
    print(f"Parquet: {summary.warehouse}")
    if failed:
        print(f"nabra: {failed}", file=sys.stderr)
    if summary.set_aside:
        print(
            f"nabra: set aside earlier: {', '.join(summary.set_aside)}; see: {place.command('status')}", file=sys.stderr
        )
    if summary.reject_share > settings.run.max_reject_share:
        told = f"{summary.reject_share:.0%} of the documents were rejected; see: {place.command('status')}"
        print(f"nabra: {told}", file=sys.stderr)
    if failed or summary.reject_share > settings.run.max_reject_share:
        raise typer.Exit(EXIT_REJECTED)
