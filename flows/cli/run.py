"""`nabra run`: articles through all stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Runner, Warehouse, Workers, open_store
from nabra.flows.parameters import Location, RunParameters, StageName

if TYPE_CHECKING:
    from nabra.flows.pipeline import RunSummary


def run(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders; .txt .html .htm .jsonl .ndjson .json .csv .tsv .parquet .xlsx .xlsm .xlsb .xls .ods .xml "
            ".rss .atom .warc .warc.gz files; addresses of articles, feeds, sitemaps. [default: the sources that are "
            "on, see `nabra sources list`; with --refresh, none]"
        ),
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    source: Annotated[
        str | None,
        typer.Option(help="Outlet that the inputs are of. [default: the one that a row or page names, else cli]"),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="What files of rows call nabra's columns: text=body,published_at=date"),
    ] = None,
    refresh: Annotated[
        list[StageName] | None,
        typer.Option(
            help="Make this stage and those after it anew where settings or models have changed since. Fetches only "
            "what is named."
        ),
    ] = None,
    runner: Runner = None,
    workers: Workers = None,
) -> None:
    """Take articles through all stages: fetch, clean, parse, sentiment, stance.

    Without inputs it fetches the sources that are on. Where none is, it does what is pending; where nothing is either,
    it says what to do.

    What is done already is skipped; a stopped run is taken up again. Articles are worked on in batches (64), each of
    which leaves a file in every table.

    At the end a table tells what became of the documents at each stage; `in` is `out` + `rejected` + `known`. What was
    `rejected` could not be taken: the first are named with the reason, all are in the table `rejects`. On those `known`
    there was nothing to work: the warehouse has them, or their refusal, or an article that is word for word the same.
    `duplicates` are those of `out` that repeat an earlier article in the same or nearly the same words; they stay in
    all tables, and `duplicate_of` in `clean` names that article.

    Runs on the Prefect server that `PREFECT_API_URL` names, else, where a stage has work, on a temporary one.

    **Examples**

    `nabra run`

    `nabra run articles/ more.jsonl --warehouse s3://bucket/news`

    `nabra run old.xlsx --map text=body,published_at=date --source port` # a table of other column names

    `nabra run archive/ --workers 8` # `--runner dask` for a cluster, see docs/operations.md

    `nabra run --refresh stance` # after a change in config/cues

    **Exit status** 1: a greater share of the documents was rejected than `run.max_reject_share` allows, a batch
    failed, or all sources or inputs did.
    """
    from nabra.flows.cli.flow_run import do_run

    with light_imports():
        from nabra.flows.pipeline import prepare_run

    if refresh and not inputs:
        open_store(config, warehouse)
    parameters = RunParameters(
        inputs=tuple(inputs or ()),
        source=source,
        columns=tuple(columns or ()),
        refresh=tuple(refresh or ()),
        runner=runner,
        workers=workers,
    )
    location = Location.of(warehouse, config)

    def flow() -> RunSummary:
        from nabra.flows.news import news

        summary: RunSummary = news(**dict(parameters), **dict(location))
        return summary

    do_run(prepare_run(parameters, location), flow)
