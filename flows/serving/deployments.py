"""The flows as deployments of a Prefect server, served by this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import typer

from nabra.flows.terminal.signals import stopping

if TYPE_CHECKING:
    from nabra.flows.parameters import Location

STOPPED: Final = "nabra: serves no longer; what is done is kept, the next run goes on from there"


def serve_deployments(cron: str, location: Location) -> None:
    """Register the flows, the first of them on the schedule `cron` (UTC), and run what the server asks for.

    Ends by typer.Exit: on Ctrl-C and SIGTERM, once the run at work has ended.
    """
    from nabra.flows.serving.service import Service

    service, names = Service(), []
    with stopping():
        for deployment in _deployments(cron, location):
            service.add_deployment(deployment)
            names.append(deployment.name)
    asyncio.run(service.serve(names))
    print(STOPPED, file=sys.stderr)
    raise typer.Exit(128 + service.stopped_by)


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
        deployment: Any = flow.to_deployment(
            name,
            cron=cron if is_hourly else None,
            concurrency_limit=left_out if is_hourly else in_turn,
            parameters=location.model_dump(),
            entrypoint_type=EntrypointType.MODULE_PATH,
            tags=["nabra"],
        )
        deployment._parameter_openapi_schema = _strict(flow.parameters)
        yield deployment


def _strict(schema: Any) -> Any:
    """The schema of a flow's parameters with which the server refuses names that are none, and says which there are.

    Prefect by itself lets in all, and crashes the run.
    """
    from prefect.utilities.callables import ParameterSchema

    class Strict(ParameterSchema):
        propertyNames: dict[str, list[str]]  # noqa: N815 - of JSON Schema

    return Strict(**schema.model_dump(), propertyNames={"enum": list(schema.properties)})
