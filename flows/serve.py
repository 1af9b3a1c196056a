"""`nabra serve`: the flows as deployments of a Prefect server, served by this process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import Annotated, Any, Final

import typer

from flows.options import ConfigFile, Warehouse
from tasks.errors import UsageError

HOURLY: Final = "7 * * * *"
LOOK_SECONDS: Final = 0.1
STOPPED: Final = "nabra: serves no longer; what is done is kept, the next run goes on from there"


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
    if not os.environ.get("PREFECT_API_URL"):
        raise UsageError(
            "nabra serve needs a Prefect server: start one with `prefect server start`, then "
            "PREFECT_API_URL=http://127.0.0.1:4200/api nabra serve"
        )
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.news import backfill, news
    from flows.parameters import Place
    from flows.server import prefect_server

    left_out, in_turn = (
        ConcurrencyLimitConfig(limit=1, collision_strategy=strategy)
        for strategy in (ConcurrencyLimitStrategy.CANCEL_NEW, ConcurrencyLimitStrategy.ENQUEUE)
    )
    place = Place.of(warehouse, config)
    # By module, not by file: Prefect would put the folder of the file first on the path, where `models` means another.
    common: dict[str, Any] = {
        "parameters": {"place": place.model_dump()},
        "entrypoint_type": EntrypointType.MODULE_PATH,
        "tags": ["nabra"],
    }
    hourly = news.to_deployment("hourly", cron=cron, concurrency_limit=left_out, **common)
    manual = news.to_deployment("manual", concurrency_limit=in_turn, **common)
    past = backfill.to_deployment("backfill", concurrency_limit=in_turn, **common)
    with prefect_server():
        _serve(hourly, manual, past)


def _serve(*deployments: Any) -> None:
    """As `prefect.serve`, but ended in order by SIGTERM: Prefect would kill the run at work."""
    from prefect.runner import Runner

    class Service(Runner):
        stopped_by = signal.SIGINT

        def handle_sigterm(self, *_: object) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.stopped_by = signal.SIGTERM
            threading.Thread(target=self._end, daemon=True).start()

        def _end(self) -> None:
            # Not by its group, as Ctrl-C: that may hold others.
            manager = self._process_manager
            runs = {run.pid: run for name in manager.flow_run_ids() if (run := manager.get(name)) and run.pid}
            for pid in runs:
                os.kill(pid, signal.SIGINT)
            while any(run.is_alive() for run in runs.values()):
                time.sleep(LOOK_SECONDS)
            os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has those in the background ignore it
    service = Service(limit=1)
    for deployment in deployments:
        service.add_deployment(deployment)
    print(f"nabra: serving {', '.join(deployment.name for deployment in deployments)}", file=sys.stderr)
    try:
        asyncio.run(service.start())
    except KeyboardInterrupt as stopped:
        print(STOPPED, file=sys.stderr)
        raise typer.Exit(128 + service.stopped_by) from stopped
