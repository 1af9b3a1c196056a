"""`nabra sql`: a query's answer as a terminal table, TSV or JSON lines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final

import pyarrow as pa
import typer
from rich.table import Table

from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.views import QUERY_MIB, QUERY_SECONDS, Bounds, open_views, run_query
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape

# A rich table is built in memory before it is shown, and nobody reads more on a screen.
TERMINAL_ROWS: Final = 1000
TERMINAL_CELL_CHARS: Final = 400
# A cell that a spreadsheet would run: `=HYPERLINK(…)`, `+cmd|…`; white space and invisible characters before it count.
FORMULA: Final = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*+[=+\\-@＝＋－＠]")
ANSWER_ROWS: Final = 10_000


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the tables are views, `end` and `at` need double quotes.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the query may take.")] = QUERY_SECONDS,
    memory: Annotated[int, typer.Option(min=64, help="MiB that the query, and its answer, may take.")] = QUERY_MIB,
) -> None:
    """Ask the warehouse in DuckDB's SQL.

    Views: raw, clean, sentences, tokens, entities, sentiment, quotes, stances, rejects, pages, runs, as docs/data.md
    explains them, and stories. They have the newest version of each article; `clean_versions` and so on have all.

    Prints a table to a terminal and tab-separated values elsewhere, in which a text that a spreadsheet would take for a
    formula (it begins with = + - @) has ' before it; --json has the exact text.

    **Examples**

    `nabra sql "describe stances"`

    `nabra sql "select speaker, count(*) n from quotes group by all order by n desc limit 10"`

    `nabra sql --json "from stances where target_id = 'un'" > un.jsonl`
    """
    with open_views(open_store(config, warehouse), memory_mib=memory) as views:
        data = run_query(views, query, Bounds(timeout, memory))
    if as_json or not sys.stdout.isatty():
        for line in json_lines(data) if as_json else tsv(data):
            print(line)
        return
    put(rows_table(data), sys.stdout)


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
    written = shielded(value) if isinstance(value, str) else _cell(value)
    return escape(written.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))


def shielded(text: str) -> str:
    """`text`, with `'` before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def _shorten(text: str) -> str:
    return text if len(text) <= TERMINAL_CELL_CHARS else text[: TERMINAL_CELL_CHARS - 1] + "…"
