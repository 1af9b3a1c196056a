"""`nabra status`: what lies in the warehouse, what every stage still has to do, and what was rejected."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nabra.config.settings import Settings, load_settings
from nabra.flows.cli.figures import Article, Figures, Holding, Row
from nabra.flows.cli.options import EXIT_NOT_WELL, ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table, readable_bytes
from nabra.tasks.decisions.corrected import lost
from nabra.tasks.decisions.decisions import decisions, standing
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.lease import seen_holder
from nabra.tasks.warehouse.store import Store

# Columns of `runs`: how many documents were met, and what became of them.
SOURCE_NUMBERS: Final = (
    *("found", "new", "edited", "known", "unchanged"),
    *("not_modified", "robots", "failed", "postponed"),
)
RIGHT: Final = frozenset(
    {"files", "rows", "size", "batches done", "pending", "documents", "received", "without a date", "of articles"}
    | {name.replace("_", " ") for name in SOURCE_NUMBERS}
)


def status(
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print what is wrong at present, a line each; nothing where all is well.")
    ] = False,
) -> None:
    """Tell what lies in the warehouse, what is still to do, what was rejected and why.

    Files, rows and size of each table; batches that each stage has done and has yet to do (pending: the next run does
    them); what the last run fetched of each source; batches that failed; documents rejected, by reason; decisions made
    by `nabra fix`, and which of them mean what is no longer there.

    `--check` is for cron and monitoring. It tells of batches that failed, of sources that have failed for
    `run.max_failing_hours` or given nothing new for `run.max_silent_days`, and when nothing was fetched for as long;
    where `PREFECT_API_URL` is set, also when that API lets in who has no credential.

    **Examples**

    `nabra status --warehouse s3://bucket/news`

    `nabra status --check || echo "look after nabra"`

    **Exit status** 1: `--check` found something wrong.
    """
    store = open_store(config, warehouse)
    if check:
        _check(store, load_settings(config))
        return
    put(describe_warehouse(store), sys.stdout)


def _check(store: Store, settings: Settings) -> None:
    from nabra.tasks.engine.health import problems
    from nabra.tasks.fetch.sources import load_sources

    sources = load_sources(Path(settings.fetch.sources))
    found = [*_open_api(), *problems(store, sources, settings.run, datetime.now(UTC))]
    for problem in found:
        print(problem)
    if found:
        raise typer.Exit(EXIT_NOT_WELL)


def _open_api() -> Iterator[str]:
    """That the Prefect API which `PREFECT_API_URL` names lets in anybody, if it does."""
    address = os.environ.get("PREFECT_API_URL")
    if address:
        from nabra.flows.prefect.api import OPEN, is_open, redacted

        if is_open(address):
            yield OPEN.format(redacted(address))


def describe_warehouse(store: Store) -> RenderableType:
    """What the warehouse holds, as a rich renderable.

    Who works on it; files, rows, size and last day of each dataset; batches done and pending of each stage; what the
    last run fetched of each source; rejects by stage and reason; articles without a date by source; stories and
    articles; the newest article. Raises StoreError on a file that cannot be read.
    """
    figures = Figures(store)
    holdings = figures.holdings()  # first, because it names a damaged file
    if not any(store.batches(name) for name in ("raw", "rejects")):
        return Group(*_at_work(store), Text(f"Nothing in {store} yet; fill it with: nabra run"))
    return Group(
        Text(f"Warehouse {store}"),
        *_at_work(store),
        Text(),
        _holdings(holdings),
        _stages(store),
        *_sources(figures),
        *_failed(store),
        _rejects(figures.rejects()),
        *_undated(figures.undated()),
        *_decisions(store),
        *_stories(*figures.stories()),
        *_newest(figures.newest()),
    )


def _at_work(store: Store) -> list[RenderableType]:
    """Who holds the warehouse."""
    holder = seen_holder(store.files)
    if holder is None:
        return []
    lease = f"; its lease ends at {holder.until:%H:%M:%S} UTC unless it is renewed" if holder.until else ""
    who = f"run {holder.run}, process {holder.pid} on {holder.host}"
    return [Text(escape(f"At work since {holder.since:%Y-%m-%d %H:%M} UTC: {who}{lease}"))]


def _holdings(holdings: Iterable[Holding]) -> Table:
    rows = ((h.dataset, str(h.files), f"{h.rows:,}", readable_bytes(h.bytes), h.last) for h in holdings)
    return _grid("dataset", "files", "rows", "size", "last ingest_date", rows=rows)


def _stages(store: Store) -> Table:
    # Every batch goes through every stage: pending is all that is ahead of one, also what an earlier one must do first.
    known = set(store.batches("raw"))
    rows = []
    for stage in STAGES.values():
        pending = known - store.done(stage)
        rows.append((stage.name, str(len(known) - len(pending)), str(len(pending))))
    return _grid("stage", "batches done", "pending", rows=rows)


def _failed(store: Store) -> list[RenderableType]:
    """The batches on which a stage failed when it last tried."""
    rows = [(f.batch, f.stage, str(f.attempts + f.deaths), f.at, f.error) for f in failures(store)]
    return [_grid("failing batch", "stage", "attempts", "last", "error", rows=rows)] if rows else []


def _sources(figures: Figures) -> list[RenderableType]:
    """What became of the documents of each source in the last run that asked it."""
    rows = figures.last_runs((*SOURCE_NUMBERS, "bytes", "failures"))
    if not rows:
        return []
    # What happened nowhere takes no room.
    shown_numbers = [name for name in SOURCE_NUMBERS if name in ("found", "new") or any(row[name] for row in rows)]
    headings = ("source", "last run", *(name.replace("_", " ") for name in shown_numbers), "received", "why")
    return [_grid(*headings, rows=(_source_cells(row, shown_numbers) for row in rows))]


def _source_cells(row: Mapping[str, Any], numbers: Iterable[str]) -> tuple[str, ...]:
    counts = (f"{row[name]:,}" for name in numbers)
    run = f"{row['started_at']:%Y-%m-%d %H:%M}"
    return (row["source"], run, *counts, readable_bytes(row["bytes"]), row["failures"] or "")


def _undated(counted: Sequence[tuple[str, int, int]]) -> list[RenderableType]:
    """How many articles of a source say nowhere when they were published, of those that have such."""
    rows = [(source, f"{undated:,}", f"{articles:,}") for source, undated, articles in counted]
    return [_grid("source", "without a date", "of articles", rows=rows)] if rows else []


def _rejects(rows: Sequence[Row]) -> RenderableType:
    if not rows:
        return "No rejects.\n"
    cells = ((row["stage"], row["reason"], str(row["documents"]), row["detail"]) for row in rows)
    return _grid("rejected at", "reason", "documents", "for example", rows=cells)


def _decisions(store: Store) -> list[RenderableType]:
    """How many corrections are in force, and those about what later runs no longer found."""
    made = decisions(store)
    holding = standing(made)
    if not made:
        return []
    counted = Text(f"{len(holding):,} decisions of users in force (nabra fix --list)")
    rows = [
        (each.decision_id, each.kind, each.subject.dataset or "", each.subject.doc_id or "", each.subject.text or "")
        for each in lost(store, holding)
    ]
    return (
        [_grid("decision without its span", "kind", "dataset", "article", "text", rows=rows), counted]
        if rows
        else [counted]
    )


def _stories(stories: int, articles: int) -> list[RenderableType]:
    return [Text(f"{stories:,} stories in {articles:,} articles")] if stories else []


def _newest(article: Article | None) -> list[RenderableType]:
    if article is None:
        return []
    when = f"{article.published_at:%Y-%m-%d %H:%M} UTC"
    return [Text(f"Newest article: {when}, {article.doc_id}"), Reading(article.title)]


def _grid(*headings: str, rows: Iterable[tuple[str, ...]]) -> Table:
    grid = plain_table(*headings, right=RIGHT)
    for row in rows:
        grid.add_row(*(Text(escape(cell)) for cell in row))
    grid.add_row()
    return grid
