"""`nabra status`: what lies in the warehouse, what every stage still has to do, and what was rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
from duckdb import DuckDBPyConnection
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nabra.flows.cli.sql import open_views, run_query
from nabra.flows.terminal.bidi import Reading, plain_table
from nabra.flows.terminal.inert import escape
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.lease import seen_holder
from nabra.tasks.warehouse.snapshot import datasets
from nabra.tasks.warehouse.store import Store

UNITS: Final = ("B", "kB", "MB", "GB", "TB")
# Columns of `runs`: how many documents were met, and what became of them.
SOURCE_NUMBERS: Final = (
    "found",
    "new",
    "edited",
    "known",
    "unchanged",
    "not_modified",
    "robots",
    "failed",
    "postponed",
)
RIGHT: Final = frozenset(
    {"files", "rows", "size", "batches done", "pending", "documents", "received", "without a date", "of articles"}
    | {name.replace("_", " ") for name in SOURCE_NUMBERS}
)


def status(store: Store) -> RenderableType:
    """What the warehouse holds, as a rich renderable.

    Who works on it; files, rows, size and last day of each dataset; batches done and pending of each stage; what the
    last run fetched of each source; rejects by stage and reason; articles without a date by source; stories and
    articles; the newest article. Raises StoreError on a file that cannot be read.
    """
    opened = datasets(store)
    held = _datasets(store, opened)  # first, because it names a damaged file
    if not any(store.batches(name) for name in ("raw", "rejects")):
        return Group(*_at_work(store), Text(f"Nothing in {store} yet; fill it with: nabra run"))
    with open_views(store, opened) as connection:
        rejects = run_query(
            connection,
            "select stage, reason, count(*) as documents, any_value(detail) as detail from rejects"
            " group by stage, reason order by documents desc, stage, reason",
        )
        newest = run_query(
            connection,
            "select published_at, coalesce(title, left(text, 80)) as title, doc_id from clean"
            " where published_at is not null order by published_at desc, doc_id limit 1",
        )
        counted = ((row["stage"], row["reason"], str(row["documents"]), row["detail"]) for row in rejects.to_pylist())
        return Group(
            Text(f"Warehouse {store}"),
            *_at_work(store),
            Text(),
            held,
            _stages(store),
            *_sources(connection),
            *_failed(store),
            _grid("rejected at", "reason", "documents", "for example", rows=counted)
            if rejects.num_rows
            else "No rejects.\n",
            *_undated(connection),
            *_stories(run_query(connection, "select count(*) as stories, sum(articles)::int as articles from stories")),
            *_newest(newest),
        )


def readable_bytes(size: int) -> str:
    """A number of bytes in the largest unit (of a thousand) that leaves at least one before the point."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{size} B" if unit == 0 else f"{value:.1f} {UNITS[unit]}"


def _at_work(store: Store) -> list[RenderableType]:
    """Who holds the warehouse."""
    holder = seen_holder(store.files)
    if holder is None:
        return []
    lease = f"; its lease ends at {holder.until:%H:%M:%S} UTC unless it is renewed" if holder.until else ""
    who = f"run {holder.run}, process {holder.pid} on {holder.host}"
    return [Text(escape(f"At work since {holder.since:%Y-%m-%d %H:%M} UTC: {who}{lease}"))]


def _datasets(store: Store, opened: Mapping[str, ds.Dataset]) -> Table:
    def count_rows(name: str) -> int:
        try:
            return int(opened[name].count_rows())
        except (pa.ArrowException, OSError) as error:
            raise StoreError(f"{store}/{name}: {error}; delete the damaged file and run again") from error

    with ThreadPoolExecutor() as pool:  # each opens hundreds of files
        counts = list(pool.map(count_rows, opened))
    rows = []
    for name, count in zip(opened, counts, strict=True):
        files = store.batch_files(name)
        last = max((batch.ingest_date for batch in files), default="")
        size = readable_bytes(sum(file.size for file in files.values()))
        rows.append((name, str(len(files)), f"{count:,}", size, last))
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


def _sources(connection: DuckDBPyConnection) -> list[RenderableType]:
    """What became of the documents of each source in the last run that asked it."""
    names = ", ".join(SOURCE_NUMBERS)
    rows = run_query(
        connection,
        f"select source, strftime(started_at, '%Y-%m-%d %H:%M') as run, {names}, bytes, failures from runs"
        " qualify row_number() over (partition by source order by started_at desc) = 1 order by source",
    ).to_pylist()
    if not rows:
        return []
    # What happened nowhere takes no room.
    shown_numbers = [name for name in SOURCE_NUMBERS if name in ("found", "new") or any(row[name] for row in rows)]
    headings = ("source", "last run", *(name.replace("_", " ") for name in shown_numbers), "received", "why")
    shown = (
        (
            row["source"],
            row["run"],
            *(f"{row[name]:,}" for name in shown_numbers),
            readable_bytes(row["bytes"]),
            row["failures"] or "",
        )
        for row in rows
    )
    return [_grid(*headings, rows=shown)]


def _undated(connection: DuckDBPyConnection) -> list[RenderableType]:
    """How many articles of a source say nowhere when they were published, of those that have such."""
    counted = run_query(
        connection,
        "select source, count(distinct doc_id) as articles,"
        " count(distinct doc_id) filter (where published_at is null) as undated from clean"
        " group by source having undated > 0 order by undated desc, source",
    ).to_pylist()
    rows = [(row["source"], f"{row['undated']:,}", f"{row['articles']:,}") for row in counted]
    return [_grid("source", "without a date", "of articles", rows=rows)] if rows else []


def _stories(counted: pa.Table) -> list[RenderableType]:
    """How many stories the articles tell, copies counted once."""
    row = counted.to_pylist()[0]
    return [Text(f"{row['stories']:,} stories in {row['articles']:,} articles")] if row["stories"] else []


def _newest(found: pa.Table) -> list[RenderableType]:
    if not found.num_rows:
        return []
    article = found.to_pylist()[0]
    when = f"{article['published_at']:%Y-%m-%d %H:%M} UTC"
    return [Text(f"Newest article: {when}, {article['doc_id']}"), Reading(article["title"])]


def _grid(*headings: str, rows: Iterable[tuple[str, ...]]) -> Table:
    grid = plain_table()
    for heading in headings:
        grid.add_column(heading, justify="right" if heading in RIGHT else "left")
    for row in rows:
        grid.add_row(*(Text(escape(cell)) for cell in row))
    grid.add_row()
    return grid
