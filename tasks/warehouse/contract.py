"""The schemas as a data contract: the Open Data Contract Standard, version 3, as `datacontract test` reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa
import yaml

from nabra.tasks.schemas import SCHEMA_VERSION, TIMESTAMP, Column, Dataset

API_VERSION: Final = "v3.1.0"  # the first in which a point in time is no `date`
# Physical types are those from which `datacontract` makes DuckDB's: it does not know them by their longer names. The
# standard has no logical type for bytes.
TYPES: Final = {
    pa.string(): {"logicalType": "string", "physicalType": "VARCHAR"},
    pa.binary(): {"physicalType": "BLOB"},
    pa.int32(): {"logicalType": "integer", "physicalType": "INTEGER"},
    pa.int64(): {"logicalType": "integer", "physicalType": "BIGINT"},
    pa.float64(): {"logicalType": "number", "physicalType": "DOUBLE"},
    TIMESTAMP: {"logicalType": "timestamp", "physicalType": "TIMESTAMP_TZ"},
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
        **TYPES[column.type],
        "required": not column.nullable,
        "description": column.meaning,
    }
