"""The data contract says of a file's columns what DuckDB, which `datacontract test` reads files with, finds in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from nabra.tasks.schemas import DATASETS, RAW, TOPICS, Dataset
from nabra.tasks.warehouse.contract import contract

# The types that `datacontract` makes DuckDB's of by another name; it ends at "TIMESTAMP WITH TIME ZONE" itself.
NAMED_OTHERWISE = {"TIMESTAMP_TZ": "TIMESTAMP WITH TIME ZONE"}


def columns(dataset: Dataset) -> list[dict[str, Any]]:
    (table,) = yaml.safe_load(contract([dataset], "{model}.parquet"))["schema"]
    found: list[dict[str, Any]] = table["properties"]
    return found


@pytest.mark.parametrize("dataset", [*DATASETS.values(), TOPICS], ids=lambda dataset: dataset.name)
def test_a_column_has_the_type_that_is_read_from_its_file(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / f"{dataset.name}.parquet"
    pq.write_table(dataset.schema.empty_table(), path)
    read = {name: kind for name, kind, *_ in duckdb.sql(f"describe from '{path}'").fetchall()}
    told = {column["name"]: column["physicalType"] for column in columns(dataset)}
    assert {name: NAMED_OTHERWISE.get(kind, kind) for name, kind in told.items()} == read


def test_a_moment_is_no_date_and_bytes_have_no_logical_type() -> None:
    logical = {column["name"]: column.get("logicalType") for column in columns(RAW)}
    assert (logical["fetched_at"], logical["payload"], logical["url"]) == ("timestamp", None, "string")
