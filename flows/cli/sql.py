"""Reading the warehouse: a DuckDB view for each dataset; a query's answer as a terminal table, TSV or JSON lines."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from rich.table import Table

from nabra.flows.cli.options import QUERY_MIB, QUERY_SECONDS
from nabra.flows.terminal.bidi import Reading
from nabra.flows.terminal.inert import escape
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS, VERSIONED
from nabra.tasks.warehouse.snapshot import datasets
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded

# A rich table is built in memory before it is shown, and nobody reads more on a screen.
TERMINAL_ROWS: Final = 1000
TERMINAL_CELL_CHARS: Final = 400
# A cell that a spreadsheet would run: `=HYPERLINK(…)`, `+cmd|…`; white space and invisible characters before it count.
FORMULA: Final = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*+[=+\\-@＝＋－＠]")
ANSWER_ROWS: Final = 10_000
# A query can do nothing but read the views: DuckDB takes COPY inside WITH for a SELECT, so that the kind of the
# statement is not enough; without access to files there is nothing that it could write.
CONFINED: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
    "TimeZone": "UTC",
}
# A row for each story, with its earliest article of all that are there now. An edited article counts once, and is as
# old as the first of its versions in the story.
STORIES: Final = """
create view stories as
with had as (
    select coalesce(story, duplicate_of, doc_id) as name, doc_id, min(fetched_at) as had_at,
           min(least(published_at, fetched_at)) as since
    from clean_versions group by all
), told as (
    select name, doc_id, source, published_at, had_at,
           first_value(doc_id) over (partition by name order by since nulls first, doc_id) as earliest
    from clean join had using (doc_id) where name = coalesce(story, duplicate_of, doc_id)
)
select name as story, earliest as doc_id, any_value(source) filter (doc_id = earliest) as source,
       min(published_at) filter (doc_id = earliest) as published_at, min(had_at) as fetched_at,
       count(distinct doc_id) as articles, count(distinct source) as outlets
from told group by name, earliest
"""


def open_views(
    store: Store, opened: Mapping[str, ds.Dataset] | None = None, memory_mib: int = QUERY_MIB
) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each dataset (`opened` already, or not) of the warehouse, able to read nothing else.

    A context manager: leaving it ends its threads, which could bring down a process that ends with them at work.

    The views have the columns of `nabra.tasks.schemas` and `ingest_date` (text); a dataset without files has no rows.
    Of an edited article they have the newest version that all stages have taken; all versions are in `raw` and in the
    views `clean_versions` and so on. One more, `stories`, has a row for each story of `clean`. A query is refused more
    than `memory_mib`.
    """
    # Without a folder for what does not fit into memory, which would be `.tmp` below the current one.
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{memory_mib}MiB", "temp_directory": ""})
    for name, value in CONFINED.items():
        connection.execute(f"set {name} = '{value}'")
    found = sorted(superseded(store, tuple(STAGES.values())))
    old = [{"doc_id": doc_id, "version": number} for doc_id, number in found]
    connection.register("superseded", pa.Table.from_pylist(old, _VERSION))
    for name, data in (opened or datasets(store)).items():
        if name not in VERSIONED or name == "raw":
            connection.register(name, data)
            continue
        connection.register(f"{name}_versions", data)
        connection.execute(f"create view {name} as from {name}_versions" + (_NEWEST if old else ""))
    connection.execute(STORIES)
    return connection


_VERSION: Final = pa.schema([("doc_id", pa.string()), ("version", pa.int32())])
_NEWEST: Final = " where (doc_id, coalesce(version, 1)) not in (select (doc_id, version) from superseded)"


@dataclass(frozen=True)
class Bounds:
    """What a query, and then its answer, may take."""

    seconds: float = QUERY_SECONDS
    memory_mib: int = QUERY_MIB


def run_query(connection: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds = Bounds()) -> pa.Table:
    """The answer to one SELECT, WITH, FROM, DESCRIBE, SHOW or SUMMARIZE; UsageError on anything else, or too much."""
    late = threading.Event()

    def end() -> None:
        late.set()
        connection.interrupt()

    clock = threading.Timer(bounds.seconds, end)
    clock.daemon = True
    clock.start()
    try:
        kinds = [statement.type for statement in connection.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise UsageError(
                f"nabra sql takes one query that reads (SELECT, WITH, DESCRIBE, SHOW); got: {sql.strip()!r}"
            )
        return _answer(pa.RecordBatchReader.from_stream(connection.sql(sql)), bounds)
    except duckdb.OutOfMemoryException as error:
        raise _too_large(bounds) from error
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if late.is_set():
            told = f"the query took longer than {bounds.seconds:g} s and was ended; narrow it, or raise --timeout"
            raise UsageError(told) from error
        raise UsageError(
            f"{str(error).strip()}\nThe views are: {', '.join(DATASETS)}, stories; see: describe NAME"
        ) from error
    finally:
        clock.cancel()


def _answer(reader: pa.RecordBatchReader, bounds: Bounds) -> pa.Table:
    batches, size = [], 0
    for batch in reader:
        batches.append(batch)
        size += batch.nbytes
        if size > bounds.memory_mib << 20:
            raise _too_large(bounds)
    return pa.Table.from_batches(batches, reader.schema)


def _too_large(bounds: Bounds) -> UsageError:
    return UsageError(f"the query takes more than {bounds.memory_mib} MiB of memory; narrow it, or raise --memory")


def rows_table(data: pa.Table) -> Table:
    """A query's answer for a terminal: the first thousand rows, long cells cut."""
    grid = Table(header_style="bold")
    for name in data.column_names:
        grid.add_column(escape(name))
    for row in _rows(data.slice(0, TERMINAL_ROWS)):
        grid.add_row(*(Reading(_shorten(_cell(value))) for value in row))
    if data.num_rows > TERMINAL_ROWS:
        grid.caption = f"the first {TERMINAL_ROWS} of {data.num_rows} rows; use LIMIT, or send the output to a file"
    return grid


def tsv(data: pa.Table) -> Iterator[str]:
    r"""A query's answer as lines of tab-separated values under a header line.

    Null is empty; tab, line feed and backslash are written `\t`, `\n`, `\\`, other control characters `\uXXXX`. A text
    that a spreadsheet would take for a formula has `'` before it; numbers are as they are.
    """
    yield "\t".join(map(_tsv_cell, data.column_names))
    for row in _rows(data):
        yield "\t".join(map(_tsv_cell, row))


def json_lines(data: pa.Table) -> Iterator[str]:
    r"""A query's answer as one JSON object a row; control and bidirectional characters are written `\uXXXX`."""
    for row in _rows(data):
        values = dict(zip(data.column_names, row, strict=True))
        yield escape(json.dumps(values, ensure_ascii=False, default=_cell))


def _rows(data: pa.Table) -> Iterator[tuple[Any, ...]]:
    """By position, because two columns of a query can have one name."""
    for batch in data.to_batches(max_chunksize=ANSWER_ROWS):  # as objects of Python rows are many times as large
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return str(value)


def _tsv_cell(value: object) -> str:
    written = _cell(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return escape(f"'{written}" if isinstance(value, str) and FORMULA.match(value) else written)


def _shorten(text: str) -> str:
    return text if len(text) <= TERMINAL_CELL_CHARS else text[: TERMINAL_CELL_CHARS - 1] + "…"
