"""A run as a command does it: on the user's Prefect server or without; its counts, what failed, its exit status."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import typer

from nabra.flows.cli.options import EXIT_NOT_WELL
from nabra.flows.surroundings import names_server
from nabra.flows.terminal.inert import InertConsole, escape
from nabra.flows.terminal.signals import stopping
from nabra.tasks.errors import StandstillError

if TYPE_CHECKING:
    from nabra.flows.pipeline import PreparedRun, RunFailedError, RunSummary

STARTING: Final = "nabra: starting Prefect and loading the models, which takes some ten seconds"


def do_run(prepared: PreparedRun, flow: Callable[[], RunSummary]) -> None:
    """Do a run and print what it did; typer.Exit where batches or all sources failed, or too much was rejected.

    It is a call of `flow` where the user names a Prefect server. ServerError where that cannot be used; StandstillError
    where the run stood still; typer.Exit on Ctrl-C and SIGTERM.
    """
    from nabra.flows.pipeline import RunFailedError
    from nabra.tasks.engine.standstill import StoodStillError

    failed = None
    try:
        with stopping():
            summary = _on_server(flow) if names_server() else _here(prepared)
    except RunFailedError as error:
        summary, failed = error.summary, error
    except StoodStillError as error:
        raise StandstillError(str(error)) from error
    _tell(summary, prepared, failed)
    if failed or _has_many_rejects(summary, prepared):
        raise typer.Exit(EXIT_NOT_WELL)


def _on_server(flow: Callable[[], RunSummary]) -> RunSummary:
    _say_starting()
    from nabra.flows.prefect.server import prefect_server

    with prefect_server():
        return flow()


def _here(prepared: PreparedRun) -> RunSummary:
    """Run without a server until stages have work: most runs find none, and Prefect takes seconds to start."""
    from nabra.flows.pipeline import open_run

    with open_run(prepared, str(uuid.uuid4())) as run:
        run.fetch()
        if run.has_work():
            _say_starting()
            from nabra.flows.news import work_as_flow
            from nabra.flows.prefect.server import prefect_server

            with prefect_server():
                work_as_flow(run)
        summary = run.summary()
    return summary.without_failures()


def _say_starting() -> None:
    print(STARTING, file=sys.stderr, flush=True)


def _has_many_rejects(summary: RunSummary, prepared: PreparedRun) -> bool:
    return summary.reject_share > prepared.settings.run.max_reject_share


def _tell(summary: RunSummary, prepared: PreparedRun, failed: RunFailedError | None) -> None:
    from nabra.flows.terminal.progress import count_table, passed_over, told_share

    InertConsole().print(count_table(summary.counts))
    for line in passed_over(summary.counts):
        print(line)
    if summary.findings.articles:
        from nabra.flows.terminal.bidi import put
        from nabra.flows.terminal.findings import findings_table

        put(findings_table(summary.findings), sys.stdout)
        look = ("report",), ("show", "DOC_ID"), ("find", "WORDS")
        print(f"To look at it: {'; '.join(prepared.location.command(*command) for command in look)}")
    print(f"Parquet: {summary.warehouse}")
    see = f"see: {prepared.location.command('status')}"
    if failed:
        print(f"nabra: {failed}", file=sys.stderr)
    if summary.set_aside:
        print(f"nabra: set aside earlier: {', '.join(summary.set_aside)}; {see}", file=sys.stderr)
    for sentence in summary.quiet:
        print(f"nabra: {escape(sentence)}", file=sys.stderr)
    if _has_many_rejects(summary, prepared):
        print(f"nabra: {told_share(summary, prepared.location)}", file=sys.stderr)
