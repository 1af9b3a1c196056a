"""`nabra serve`: the flows as deployments of a Prefect server, served by this process."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final

import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile, Warehouse
from nabra.tasks.errors import UsageError

HOURLY: Final = "7 * * * *"


def serve(
    cron: Annotated[str, typer.Option(help="When the scheduled run starts (cron, UTC).")] = HOURLY,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Register the flows with the Prefect server that `PREFECT_API_URL` names, and run what it asks for.

    Three deployments: `hourly` runs the sources of the settings on schedule, `manual` takes inputs that somebody enters
    in the UI or sends to the API, `backfill` makes past days anew. One run at a time: what comes while another is at
    work waits for its end. On Ctrl-C and SIGTERM the run at work ends in order, then the command; what was done is
    kept.

    **Examples**

    `prefect server start &`

    `PREFECT_API_URL=http://127.0.0.1:4200/api nabra serve --warehouse /data/news`
    """
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        raise UsageError(
            "nabra serve needs a Prefect server: start one with `prefect server start`, then "
            "PREFECT_API_URL=http://127.0.0.1:4200/api nabra serve"
        )
    from nabra.flows.parameters import Location
    from nabra.flows.prefect.api import OPEN, is_open, redacted
    from nabra.flows.prefect.server import prefect_server
    from nabra.flows.serving.deployments import serve_deployments

    load_settings(config, warehouse=warehouse)
    location = Location.of(warehouse, config)
    with prefect_server():
        if is_open(address):
            print("nabra:", OPEN.format(redacted(address)), file=sys.stderr)
        serve_deployments(cron, location)
