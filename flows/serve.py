"""`nabra serve`: the flows as deployments of a Prefect server, served by this process."""

from __future__ import annotations

import os
from typing import Annotated, Any, Final

import typer

from flows.options import ConfigFile, Warehouse
from tasks.errors import UsageError

HOURLY: Final = "7 * * * *"


def serve(
    cron: Annotated[str, typer.Option(help="When the scheduled run starts (cron, UTC).")] = HOURLY,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Register the flows with the Prefect server that `PREFECT_API_URL` names, and run what it asks for.

    Three deployments: `hourly` runs the sources of the settings on schedule, `manual` takes inputs that somebody enters
    in the UI or sends to the API, `backfill` makes past days anew. One run at a time: what comes while another is at
    work waits for its end. Stops on Ctrl+C; what was done is kept.

    **Examples**

    `prefect server start &`

    `PREFECT_API_URL=http://127.0.0.1:4200/api nabra serve --warehouse /data/news`
    """
    if not os.environ.get("PREFECT_API_URL"):
        raise UsageError(
            "nabra serve needs a Prefect server: start one with `prefect server start`, then "
            "PREFECT_API_URL=http://127.0.0.1:4200/api nabra serve"
        )
    from prefect import serve as serve_deployments
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
        serve_deployments(hourly, manual, past, limit=1)  # type: ignore[arg-type]
