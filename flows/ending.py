"""How a command that runs a flow ends: its counts, what failed, its exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console

from config.settings import Settings
from flows.server import prefect_server
from flows.stopping import stopping

if TYPE_CHECKING:
    from flows.news import RunSummary

EXIT_REJECTED: Final = 1


def end_run(run: Callable[[], RunSummary], settings: Settings) -> None:
    """Call a flow and print what it did; typer.Exit where batches failed or too many documents were rejected.

    ServerError where the Prefect server cannot be used; typer.Exit on Ctrl-C and SIGTERM.
    """
    from flows.news import BatchesFailedError
    from flows.terminal import count_table

    failed = None
    try:
        with stopping(), prefect_server():
            summary = run()
    except BatchesFailedError as error:
        summary, failed = error.summary, error
    Console().print(count_table(summary.counts))
    print(f"Parquet: {summary.warehouse}")
    if failed:
        print(f"nabra: {failed}", file=sys.stderr)
    if summary.set_aside:
        print(f"nabra: set aside earlier: {', '.join(summary.set_aside)}; see: nabra status", file=sys.stderr)
    if summary.reject_share > settings.run.max_reject_share:
        print(f"nabra: {summary.reject_share:.0%} of the documents were rejected; see: nabra status", file=sys.stderr)
    if failed or summary.reject_share > settings.run.max_reject_share:
        raise typer.Exit(EXIT_REJECTED)
