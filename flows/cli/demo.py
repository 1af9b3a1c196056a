"""`nabra demo`: the samples through all stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Warehouse
from nabra.flows.parameters import Location

if TYPE_CHECKING:
    from nabra.flows.pipeline import RunSummary


def demo(warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Take the samples that come with nabra through all stages, to see what it finds.

    They are invented articles in which real states and organisations act: keep them out of a warehouse of real news.
    The command remove takes them out again. Their sources are called `sample` (a feed), `sample-folder`, and, by rows
    that name their own, `alghad` and `sabah-tilal`. Two of the articles are there to be rejected.

    **Example** `nabra demo --warehouse samples`

    **Exit status** 1: as with `nabra run`.
    """
    from nabra.flows.cli.flow_run import do_run

    with light_imports():
        from nabra.flows.pipeline import prepare_demo

    location = Location.of(warehouse, config)

    def flow() -> RunSummary:
        from nabra.flows.news import demo

        return demo(location.warehouse, location.config)

    do_run(prepare_demo(location), flow)
