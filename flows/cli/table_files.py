"""Answers as files that people open: CSV and workbooks for spreadsheets, Parquet for programs."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import pyarrow as pa
import typer

from nabra.flows.cli.answers import cell, rows, shielded
from nabra.flows.cli.imports import light_imports
from nabra.flows.terminal.inert import escape
from nabra.tasks.errors import UsageError

CsvFile = Annotated[
    Path | None, typer.Option("--csv", help="Write CSV for a spreadsheet (UTF-8 with a BOM) to a file.")
]
XlsxFile = Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook of Excel and LibreOffice to a file.")]
ParquetFile = Annotated[Path | None, typer.Option("--parquet", help="Write Parquet to a file.")]

# What a sheet can hold.
SHEET_ROWS: Final = 1_048_576
SHEET_CELL_CHARS: Final = 32_767
# Its numbers are doubles: integers from here on, and what is no number, are written as text.
EXACT: Final = 2**53


def write_files(data: pa.Table, csv_file: Path | None, xlsx: Path | None, parquet: Path | None) -> bool:
    """Write `data` to each file that is named, whole or not at all; whether there was one.

    UsageError where a file cannot be written.
    """
    writers: Mapping[Path, Callable[[pa.Table, Path], None]] = {
        path: write
        for path, write in ((csv_file, write_csv), (xlsx, write_xlsx), (parquet, write_parquet))
        if path is not None
    }
    for path, write in writers.items():
        with whole_file(path) as partial:
            write(data, partial)
    return bool(writers)


def write_csv(data: pa.Table, path: Path) -> None:
    """CSV under a header line, with a BOM, by which Excel knows that it is UTF-8.

    A text that a spreadsheet would take for a formula has `'` before it; null is empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(data.column_names)
        for row in rows(data):
            writer.writerow([shielded(value) if isinstance(value, str) else cell(value) for value in row])


def write_xlsx(data: pa.Table, path: Path) -> None:
    """A workbook of one sheet: texts as texts, numbers and times (UTC) as such; long cells end in …."""
    if data.num_rows >= SHEET_ROWS:
        raise UsageError(f"{data.num_rows} rows do not fit on a sheet; use LIMIT, or --csv or --parquet")
    with light_imports():
        import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # Packed in memory: where there is no room for it, zipfile would say so once more when the program ends.
    packed = io.BytesIO()
    with _os_errors(), xlsxwriter.Workbook(packed, options) as book:
        sheet = book.add_worksheet("nabra")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, data.column_names, book.add_format({"bold": True}))
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(rows(data), start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, (number, column), value, times)
    path.write_bytes(packed.getbuffer())


@contextmanager
def _os_errors() -> Iterator[None]:
    """Raise what the system said in the place of the library's own error."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        yield
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _write_cell(sheet: Any, place: tuple[int, int], value: object, times: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(*place, value.replace(tzinfo=None), times)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < EXACT:
        sheet.write_number(*place, value)
    elif value is not None:
        text = escape(cell(value))
        sheet.write_string(*place, text if len(text) <= SHEET_CELL_CHARS else f"{text[: SHEET_CELL_CHARS - 1]}…")


def write_parquet(data: pa.Table, path: Path) -> None:
    """The answer with its own types."""
    with light_imports():
        from pyarrow import parquet

    parquet.write_table(data, path)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place once the block has ended well; UsageError where that cannot be."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.touch()
        yield partial
        partial.replace(path)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
