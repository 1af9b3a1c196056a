"""The schemas as a data contract: the Open Data Contract Standard, version 3, as `datacontract test` reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa
import yaml

from nabra.tasks.schemas import SCHEMA_VERSION, TIMESTAMP, Column, Dataset

API_VERSION: Final = "v3.0.2"
LOGICAL_TYPES: Final = {
    pa.string(): "string",
    pa.binary(): "array",
    pa.int32(): "integer",
    pa.int64(): "integer",
    pa.float64(): "number",
    TIMESTAMP: "date",
}
PHYSICAL_TYPES: Final = {
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
}


def contract(datasets: Iterable[Dataset], place: str) -> str:
    """The contract as YAML, about tables that lie in `place`: a path or address with `{model}` for a table's name."""
    where = "s3" if place.startswith("s3://") else "local"
    server = {"server": where, "type": where, "location" if where == "s3" else "path": place, "format": "parquet"}
    whole = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": "nabra",
        "name": "nabra",
        "version": f"{SCHEMA_VERSION}.0.0",
        "status": "active",
        "description": {"purpose": "Arabic news articles with the quotes, sentiment and stances found in them."},
        "servers": [server],
        "schema": [_table(dataset) for dataset in datasets],
    }
    return str(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=120))


def _table(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "logicalType": "object",
        "physicalType": "table",
        "description": f"One row: {dataset.row}. Key: {', '.join(dataset.key)}.",
        "properties": [_property(column) for column in dataset.columns],
    }


def _property(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "logicalType": LOGICAL_TYPES[column.type],
        "physicalType": PHYSICAL_TYPES[column.type],
        "required": not column.nullable,
        "description": column.meaning,
    }
