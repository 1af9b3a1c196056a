"""The `nabra` command: its global options, its errors; the commands are in modules of their own."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from nabra.flows.cli.commands import MARKUP, LazyGroup, list_commands
from nabra.flows.terminal.inert import InertConsole, make_streams_inert
from nabra.flows.terminal.quiet import is_told
from nabra.tasks.errors import NabraError, ServerError

EXIT_WRONG_USE = 2

app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    context_settings={"help_option_names": ["-h", "--help"]},
)
list_commands(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        print(f"nabra {metadata.version('nabra')}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, Prefect's messages too.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Watch Arabic news: fetch articles, clean them, parse them, tag sentiment and stance.

    What a run finds lies in the warehouse, a folder (`./warehouse` unless `--warehouse` names another) of Parquet
    tables, one for each kind of finding: articles, sentences, words, names, sentiment, quotes, stances.

    **Examples**

    `nabra demo` # takes the few sample articles that come with nabra

    `nabra run articles/ https://example.org/feed.xml` # takes a folder and a feed

    `nabra status` # tells what lies in the warehouse, and what is still to do

    `nabra sql "select source_id, target_id, stance, count(*) from stances group by all"`

    **Exit status** of all commands: 0 all is well; 1 done, but something of the data is not well, as the command's help
    says; 2 not done: wrong use or settings, or files, a store or a server that fail; 130 Ctrl-C, 143 SIGTERM.
    """
    from rich.logging import RichHandler

    level = logging.INFO if verbose else logging.WARNING
    handler = RichHandler(console=InertConsole(stderr=True), show_path=False, show_time=verbose, markup=False)
    if not verbose:
        handler.addFilter(is_told)
    logging.basicConfig(level=level, handlers=[handler], format="%(message)s")
    logging.raiseExceptions = False  # else Prefect prints what it cannot log
    # Their warnings are about pages and models that nabra reports itself.
    for name in ("httpx", "httpx2", "trafilatura", "stanza"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Read by Prefect when it is imported. What it logs of a run goes to its server; nothing is sent to anybody else.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")
    console = "InertHandler" if verbose else "QuietHandler"
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS"] = f"nabra.flows.prefect.logs.{console}"
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "ERROR" if verbose else "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def main() -> None:
    """Entry point: errors that nabra raises become one line and exit status 2, never a traceback."""
    make_streams_inert()
    try:
        app(prog_name="nabra")
    except ServerError as error:
        status = _fail(str(error))
        sys.stdout.flush()
        os._exit(status)  # threads of Prefect would go on calling the server, eight seconds for each of their events
    except NabraError as error:
        sys.exit(_fail(str(error)))


def _fail(message: str) -> int:
    print(f"nabra: {message}", file=sys.stderr, flush=True)
    return EXIT_WRONG_USE
