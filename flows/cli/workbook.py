"""An answer as a workbook of Excel and LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from nabra.flows.cli.answers import cell, rows
from nabra.flows.terminal.inert import escape
from nabra.tasks.errors import UsageError

# What a sheet can hold.
SHEET_ROWS: Final = 1_048_576
SHEET_CELL_CHARS: Final = 32_767
# Its numbers are doubles: integers from here on, and what is no number, are written as text.
EXACT: Final = 2**53
OPTIONS: Final = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet on which every text is a text: xlsxwriter takes one between `<r>` and `</r>` for markup of its own."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, False, attributes)


class _Formats(NamedTuple):
    time: Any
    day: Any


def write_workbook(data: pa.Table, path: Path) -> None:
    """A workbook of one sheet: texts as texts, numbers, days and times (UTC) as such; long cells end in …."""
    if data.num_rows >= SHEET_ROWS:
        raise UsageError(f"{data.num_rows} rows do not fit on a sheet; use LIMIT, or --csv or --parquet")
    # Packed in memory: where there is no room for it, zipfile would say so once more when the program ends.
    packed = io.BytesIO()
    with _os_errors(), xlsxwriter.Workbook(packed, OPTIONS) as book:
        sheet = book.add_worksheet("nabra", worksheet_class=PlainSheet)
        sheet.freeze_panes(1, 0)
        bold, days = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        formats = _Formats(book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), days)
        for column, name in enumerate(data.column_names):
            sheet.write_string(0, column, escape(name), bold)
        for number, row in enumerate(rows(data), start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, (number, column), value, formats)
    path.write_bytes(packed.getbuffer())


@contextmanager
def _os_errors() -> Iterator[None]:
    """Raise what the system said in the place of the library's own error."""
    try:
        yield
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: object, formats: _Formats) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(*place, value.replace(tzinfo=None), formats.time)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, formats.day)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and abs(float(value)) < EXACT:
        sheet.write_number(*place, float(value))
    elif value is not None:
        text = escape(cell(value))
        sheet.write_string(*place, text if len(text) <= SHEET_CELL_CHARS else f"{text[: SHEET_CELL_CHARS - 1]}…")
