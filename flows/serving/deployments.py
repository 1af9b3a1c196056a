"""The flows as deployments of a Prefect server, served by this process."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from nabra.flows.parameters import Location

LOOK_SECONDS: Final = 0.1
ENGINE: Final = shlex.join([sys.executable, "-P", "-m", "nabra.flows.serving.engine"])
STOPPED: Final = "nabra: serves no longer; what is done is kept, the next run goes on from there"


def serve_deployments(cron: str, location: Location) -> None:
    """Register the flows, the first of them on the schedule `cron` (UTC), and run what the server asks for.

    Ends by typer.Exit: on Ctrl-C and SIGTERM, once the run at work has ended.
    """
    _serve(*_deployments(cron, location))


def _deployments(cron: str, location: Location) -> Iterator[Any]:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from nabra.flows.news import DEPLOYED

    left_out, in_turn = (
        ConcurrencyLimitConfig(limit=1, collision_strategy=strategy)
        for strategy in (ConcurrencyLimitStrategy.CANCEL_NEW, ConcurrencyLimitStrategy.ENQUEUE)
    )
    for name, flow in DEPLOYED.items():
        is_hourly = name == "hourly"
        yield flow.to_deployment(
            name,
            cron=cron if is_hourly else None,
            concurrency_limit=left_out if is_hourly else in_turn,
            parameters={"location": location.model_dump()},
            entrypoint_type=EntrypointType.MODULE_PATH,
            tags=["nabra"],
        )


def _serve(*deployments: Any) -> None:
    """As `prefect.serve`, but ended in order by SIGTERM: Prefect would kill the run at work.

    And what is run is what is here, not what the server says (see `nabra.flows.serving.engine`).
    """
    from prefect.runner import Runner, runner

    from nabra.flows.news import DEPLOYED

    async def first_flow(*_: object, **__: object) -> Any:
        return next(iter(DEPLOYED.values()))

    # All that Prefect asks a flow for in this process is its hooks, of which none has any.
    vars(runner)["load_flow_from_flow_run"] = first_flow
    vars(runner)["EngineCommandStarter"] = partial(vars(runner)["EngineCommandStarter"], command=ENGINE)

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
