"""DuckDB, Polars, pandas and Spark read every table as docs/reading.md says, and see what PyArrow sees."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION, Column, Dataset, table
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.snapshot import COMPACTED, compact
from nabra.tasks.warehouse.store import Store
from tests.workplace import Workplace

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
ENGINES = ("DuckDB", "Polars", "pandas", pytest.param("Spark", marks=[pytest.mark.slow, pytest.mark.timeout(300)]))

# What engines have been seen to differ in: marks, letters beyond the BMP, empty and null, zero bytes, microseconds.
VALUES: dict[pa.DataType, tuple[Any, ...]] = {
    pa.string(): ("قَالَ الوزيرُ: «نعم»", "", "ـــ\u200f\U0001f4f0\n\t'\"\\", "null"),
    pa.int32(): (0, -1, 2**31 - 1, -(2**31)),
    pa.int64(): (0, -1, 2**63 - 1, -(2**63)),
    pa.float64(): (0.1, 1e-300, -0.5, 1.0),
    pa.binary(): (b"", b"\x00\xff\r\n", "خبر".encode(), b"PAR1"),
    pa.timestamp("us", tz="UTC"): tuple(
        datetime(*moment, tzinfo=UTC)
        for moment in ((2026, 3, 29, 2, 30, 0, 1), (1999, 12, 31, 23, 59, 59, 999999), (2038, 1, 20), (1970, 1, 1))
    ),
}


def rows(dataset: Dataset, version: int) -> pa.Table:
    """Four rows with all odd values, under the columns of a schema version; nullable columns have a null each."""
    given = [{column.name: _value(column, number) for column in dataset.columns} for number in range(4)]
    later = [column.name for column in dataset.columns if column.since > version]
    return table(dataset, given).drop_columns(later)


def _value(column: Column, number: int) -> Any:
    return None if column.nullable and number == 3 else VALUES[column.type][number]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Every dataset with files of all schema versions, the newest between old ones, and a snapshot of them."""
    store = Workplace(tmp_path_factory.mktemp("engines")).store
    for dataset in DATASETS.values():
        for day, version in enumerate([*range(1, SCHEMA_VERSION + 1), 1], start=1):
            data = rows(dataset, version)
            if data.num_columns:
                content = parquet.encode(data, {"nabra.schema_version": str(version)})
                store.files.write(file_of(dataset.name, Batch(f"2026-03-{day:02d}", "00000-x")), content)
    compact(store, lambda: None)
    return store


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if not shutil.which("java"):
        pytest.skip("Spark needs Java, which is not here")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def read(request: pytest.FixtureRequest, warehouse: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pa.Table]:
    """Reads a table as the documentation says, with an engine, in one of its two ways."""
    monkeypatch.chdir(Path(str(warehouse)).parent)

    def read(way: str, engine: str, name: str, folder: str = "warehouse") -> pa.Table:
        section = DOCUMENT.split(f"## Read {way}\n")[1].split("\n## ")[0]
        (code,) = re.findall(rf"^```\w+\n(?:--|#) {engine}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        code = code.replace("warehouse/", f"{folder}/")
        if engine == "DuckDB":
            return duckdb.connect().sql(f"set TimeZone = 'UTC'; {code.replace('stances', name)}").to_arrow_table()
        names: dict[str, Any] = {"spark": request.getfixturevalue("spark")} if engine == "Spark" else {}
        exec(code, names)
        return TO_ARROW[engine](names["table"](name))

    return read


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_that_never_had_a_row_is_read_as_one_without_rows(
    read: Callable[..., pa.Table], warehouse: Store, engine: str
) -> None:
    compact(Store(Files(warehouse.files.storage, f"{Path(str(warehouse)).parent}/empty")), lambda: None)
    assert read("the folders", engine, "rejects", "empty").num_rows == 0
    seen = read("a snapshot", engine, "rejects", "empty")
    assert seen.num_rows == 0
    assert {field.name for field in seen.schema} == {"ingest_date", *DATASETS["rejects"].schema.names}


TO_ARROW: dict[str, Callable[[Any], pa.Table]] = {
    "Polars": lambda frame: frame.collect().to_arrow(),
    "pandas": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "Spark": lambda frame: frame.toArrow(),
}


def plain(kind: pa.DataType) -> pa.DataType:
    """The type without what is a matter of memory layout."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind) else kind


def content(data: pa.Table) -> list[str]:
    """The rows in one order; the day, which every engine makes of the folder's name in its own type, as text."""
    day = data["ingest_date"].cast(pa.string())
    data = data.set_column(data.column_names.index("ingest_date"), "ingest_date", day)
    return sorted(repr(dict(sorted(row.items()))) for row in data.to_pylist())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("way", ["the folders", "a snapshot"])
def test_an_engine_sees_the_types_and_values_that_pyarrow_sees(
    read: Callable[..., pa.Table], warehouse: Store, way: str, engine: str
) -> None:
    for name in DATASETS if way == "the folders" else COMPACTED:
        expected, seen = warehouse.dataset(name).to_table(), read(way, engine, name)
        assert len(expected) >= 4, name
        types = {field.name: plain(field.type) for field in seen.schema if field.name != "ingest_date"}
        assert types == {column.name: column.type for column in DATASETS[name].columns}, name
        assert content(seen) == content(expected), name
