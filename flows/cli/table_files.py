"""Answers as files that people open: CSV and workbooks for spreadsheets, Parquet for programs."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
import typer

from nabra.flows.cli.answers import cell, rows, shielded
from nabra.flows.cli.imports import light_imports
from nabra.tasks.errors import UsageError

CsvFile = Annotated[
    Path | None, typer.Option("--csv", help="Write CSV for a spreadsheet (UTF-8 with a BOM) to a file.")
]
XlsxFile = Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook of Excel and LibreOffice to a file.")]
ParquetFile = Annotated[Path | None, typer.Option("--parquet", help="Write Parquet to a file.")]


def write_files(data: pa.Table, csv_file: Path | None, xlsx: Path | None, parquet: Path | None) -> bool:
    """Write `data` to each file that is named, whole or not at all; whether there was one.

    UsageError where a file cannot be written.
    """
    wanted = [(path, write) for path, write in zip((csv_file, xlsx, parquet), WRITERS, strict=True) if path]
    if len({path.resolve() for path, _ in wanted}) < len(wanted):
        raise UsageError("--csv, --xlsx and --parquet name one file; give each a file of its own")
    for path, write in wanted:
        with whole_file(path) as partial:
            write(data, partial)
    return bool(wanted)


def write_csv(data: pa.Table, path: Path) -> None:
    """CSV under a header line, with a BOM, by which Excel knows that it is UTF-8.

    A text that a spreadsheet would take for a formula has `'` before it; null is empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in chain([data.column_names], rows(data)):
            writer.writerow([shielded(value) if isinstance(value, str) else cell(value) for value in row])


def write_xlsx(data: pa.Table, path: Path) -> None:
    """See `workbook.write_workbook`."""
    from nabra.flows.cli.workbook import write_workbook

    write_workbook(data, path)


def write_parquet(data: pa.Table, path: Path) -> None:
    """The answer with its own types."""
    with light_imports():
        from pyarrow import parquet

    parquet.write_table(data, path)


WRITERS: Final = (write_csv, write_xlsx, write_parquet)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place once the block has ended well; UsageError where that cannot be.

    A link stays one, and who may read the file before may read it then. What is no file is refused: a device would be
    replaced by a file.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        raise UsageError(f"{path} cannot be written: it is no file; name another")
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        partial.touch()
        yield partial
        if place.is_file():
            shutil.copymode(place, partial)
        partial.replace(place)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
