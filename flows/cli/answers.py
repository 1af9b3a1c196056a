"""An answer to a query as text: a terminal table, tab-separated values, JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
from rich.table import Table

from nabra.flows.terminal.bidi import Reading
from nabra.flows.terminal.inert import escape

# A rich table is built in memory before it is shown, and nobody reads more on a screen.
TERMINAL_ROWS: Final = 1000
TERMINAL_CELL_CHARS: Final = 400
# A cell that a spreadsheet would run: `=HYPERLINK(…)`, `+cmd|…`; white space and invisible characters before it count.
FORMULA: Final = re.compile("[\\s\u200b-\u200f\u2060\ufeff]*+[=+\\-@＝＋－＠]")
ANSWER_ROWS: Final = 10_000


def rows_table(data: pa.Table) -> Table:
    """A query's answer for a terminal: the first thousand rows, long cells cut."""
    grid = Table(header_style="bold")
    for name in data.column_names:
        grid.add_column(escape(name))
    for row in rows(data.slice(0, TERMINAL_ROWS)):
        grid.add_row(*(Reading(_shorten(cell(value))) for value in row))
    if data.num_rows > TERMINAL_ROWS:
        grid.caption = f"the first {TERMINAL_ROWS} of {data.num_rows} rows; use LIMIT, or send the output to a file"
    return grid


def tsv(data: pa.Table) -> Iterator[str]:
    r"""A query's answer as lines of tab-separated values under a header line.

    Null is empty; tab, line feed and backslash are written `\t`, `\n`, `\\`, other control characters `\uXXXX`. A text
    that a spreadsheet would take for a formula has `'` before it; numbers are as they are.
    """
    yield "\t".join(map(_tsv_cell, data.column_names))
    for row in rows(data):
        yield "\t".join(map(_tsv_cell, row))


def json_lines(data: pa.Table) -> Iterator[str]:
    r"""A query's answer as one JSON object a row; control and bidirectional characters are written `\uXXXX`."""
    for row in rows(data):
        values = dict(zip(data.column_names, row, strict=True))
        yield escape(json.dumps(values, ensure_ascii=False, default=cell))


def rows(data: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, by position: two columns of a query can have one name."""
    for batch in data.to_batches(max_chunksize=ANSWER_ROWS):  # as objects of Python rows are many times as large
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def cell(value: object) -> str:
    """A value as text: null is empty, of bytes only how many."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return str(value)


def _tsv_cell(value: object) -> str:
    written = shielded(value) if isinstance(value, str) else cell(value)
    return escape(written.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))


def shielded(text: str) -> str:
    """`text`, with `'` before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def _shorten(text: str) -> str:
    return text if len(text) <= TERMINAL_CELL_CHARS else text[: TERMINAL_CELL_CHARS - 1] + "…"
