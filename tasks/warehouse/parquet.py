"""Tables as Parquet: all that knows of this format. Another one needs these functions, and its suffix in the layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from nabra.tasks.errors import BatchError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.layout import DAY

ROW_GROUP_BYTES = 32 << 20  # in memory, of a file that is merged
_FORMAT: Final[dict[str, Any]] = {"compression": "zstd", "compression_level": 3, "write_page_index": True}
_DAY: Final = pa.field(DAY, pa.string())


def encode(data: pa.Table, metadata: Mapping[str, str]) -> pa.Buffer:
    """A table as the content of a file."""
    sink = pa.BufferOutputStream()
    pq.write_table(data.replace_schema_metadata(metadata), sink, **_FORMAT)
    return sink.getvalue()


def decode(content: bytes) -> tuple[pa.Table, dict[str, str]]:
    """The table that `encode` made content of, and its metadata; OSError or ArrowException if it is something else."""
    return _apart(pq.read_table(pa.BufferReader(content)))


def read(files: Files, name: str, columns: Sequence[str] | None = None) -> tuple[pa.Table, dict[str, str]]:
    """The rows of a file, or these columns, and its metadata; BatchError if the file is none of this format."""
    try:
        with files.open_file(name) as file:
            return _apart(pq.read_table(file, columns=columns))
    except pa.ArrowInvalid as error:
        raise BatchError(f"{files.path(name)} cannot be read: {error}") from error
    except (OSError, pa.ArrowException) as error:
        raise files.failed(name, "read", error) from error


def read_metadata(files: Files, name: str) -> dict[str, str]:
    """The metadata of a file."""
    try:
        with files.open_file(name) as file:
            return _texts(pq.read_schema(file).metadata)
    except (OSError, pa.ArrowException) as error:
        raise files.failed(name, "read", error) from error


def count_rows(files: Files, name: str) -> int:
    """The rows of a file, as its footer tells; StoreError where it has none."""
    try:
        with files.open_file(name) as file:
            rows: int = pq.read_metadata(file).num_rows
    except (OSError, pa.ArrowException) as error:
        raise files.failed(name, "read", error) from error
    return rows


def write_all(
    files: Files, name: str, tables: Iterable[pa.Table], schema: pa.Schema, metadata: Mapping[str, str]
) -> None:
    """Publish the rows of all tables as one file; in memory are one table and one row group at a time."""
    schema = schema.with_metadata(metadata)
    with files.sink(name) as sink, pq.ParquetWriter(sink, schema, **_FORMAT) as writer:
        for group in _row_groups(tables):
            writer.write_table(group)


def open_files(files: Files, folder: str, names: Sequence[str], schema: pa.Schema) -> ds.Dataset:
    """Files below a folder as one pyarrow dataset, with the day as a column; without any it has columns and no rows."""
    return ds.dataset(
        [files.path(name) for name in names],
        schema=schema.append(_DAY),
        format="parquet",
        filesystem=files.storage.filesystem,
        partitioning=ds.partitioning(pa.schema([_DAY]), flavor="hive"),
        partition_base_dir=files.path(folder),
    )


def _apart(data: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    return data.replace_schema_metadata(None), _texts(data.schema.metadata)


def _texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, value in (metadata or {}).items()}


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows of all tables, in tables of about `ROW_GROUP_BYTES`."""
    waiting: list[pa.Table] = []
    for data in tables:
        waiting.append(data)
        if sum(part.nbytes for part in waiting) >= ROW_GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
