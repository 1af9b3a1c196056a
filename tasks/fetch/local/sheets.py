"""Tables of other programs: Parquet by pyarrow, sheets of Excel and LibreOffice by calamine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from nabra.config.settings import FetchSettings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.columns import COLUMNS, HOW_TO_NAME, ColumnNames, is_nothing, shown_columns

SHEET_SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Rows of Parquet that are held at once.
STEP_ROWS: Final = 64
# Above the header of a sheet.
TITLE_ROWS: Final = 10
Cells = list[list[Any]]
# Calls a function in a process that can be killed.
Apart = Callable[..., Any]


def parquet_rows(file: BinaryIO, settings: FetchSettings, names: ColumnNames) -> Iterator[tuple[int, Any]]:
    """Number and named cells of each row, from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
        columns = table.schema_arrow.names
        _refuse(columns, settings.max_columns, names)
        wanted = [column for column in columns if names.name(column)]
        number = 0
        for batch in table.iter_batches(STEP_ROWS, columns=wanted, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield number, names.named(row.items())
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DocumentError("malformed", f"the Parquet file cannot be read on: {error}") from error


def sheet_rows(file: BinaryIO, settings: FetchSettings, names: ColumnNames, apart: Apart) -> Iterator[tuple[str, Any]]:
    """Sheet and number, and named cells, of each row that is not empty; DocumentError for a sheet without columns."""
    content = file.read(settings.max_record_bytes + 1)
    if len(content) > settings.max_record_bytes:
        limit = settings.max_record_bytes
        raise DocumentError("too_large", f"a workbook of more than {limit} bytes, see fetch.max_record_bytes")
    sheets = [(name, _filled(cells)) for name, cells in apart(read_sheets, content)]
    if not any(rows for _, rows in sheets):
        raise DocumentError("empty", "no sheet holds anything")
    for name, rows in sheets:
        try:
            yield from _named(name, rows, settings.max_columns, names) if rows else ()
        except DocumentError as error:
            yield name, error


def _filled(cells: Cells) -> list[tuple[int, list[Any]]]:
    return [(number, row) for number, row in enumerate(cells, start=1) if not all(map(is_nothing, row))]


def _named(
    sheet: str, rows: list[tuple[int, list[Any]]], max_columns: int, names: ColumnNames
) -> Iterator[tuple[str, Any]]:
    # A sheet may bear its title above.
    first = next((n for n, (_, row) in enumerate(rows[:TITLE_ROWS]) if names.suffice(row)), 0)
    header = rows[first][1]
    _refuse(header, max_columns, names)
    for number, row in rows[first + 1 :]:
        yield f"{sheet}:{number}", names.named(zip(header, row, strict=False))


def _refuse(columns: list[Any], max_columns: int, names: ColumnNames) -> None:
    if not names.suffice(columns):
        raise DocumentError("malformed", f"no columns {COLUMNS}; found: {shown_columns(columns)}; {HOW_TO_NAME}")
    if len(columns) > max_columns:
        raise DocumentError("too_large", f"more than {max_columns} columns, see fetch.max_columns")


def read_sheets(_: object, content: bytes) -> list[tuple[str, Cells]]:
    """Name and cells of each sheet of a workbook."""
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except Exception as error:  # its errors have no root but this
        raise DocumentError("malformed", f"the workbook cannot be read: {error}") from error
