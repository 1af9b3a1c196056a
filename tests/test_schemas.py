"""The tables: what they accept, and that consumers' documentation names every column."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from nabra.tasks.errors import SchemaError
from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION, SENTIMENT, Column, Dataset, check, table, upgrade

ROW = {
    "doc_id": "a",
    "level": "document",
    "sent_id": None,
    "label": "neutral",
    "score": 0.5,
    "p_positive": 0.2,
    "p_negative": 0.3,
    "p_neutral": 0.5,
}


def test_a_row_that_lacks_a_column_is_refused_by_name() -> None:
    with pytest.raises(SchemaError, match="table sentiment: a row lacks or adds the columns label"):
        table(SENTIMENT, [{key: value for key, value in ROW.items() if key != "label"}])


def test_a_row_with_an_unknown_column_is_refused_by_name() -> None:
    with pytest.raises(SchemaError, match="mood"):
        table(SENTIMENT, [ROW | {"mood": "good"}])


def test_a_value_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(SchemaError, match="table sentiment"):
        table(SENTIMENT, [ROW | {"score": "high"}])


def test_null_is_refused_where_the_schema_says_so() -> None:
    with pytest.raises(SchemaError, match="column label must not be null"):
        table(SENTIMENT, [ROW | {"label": None}])


def test_columns_of_another_type_are_refused() -> None:
    data = table(SENTIMENT, [ROW])
    wrong = data.set_column(4, "score", data["score"].cast(pa.float32()))
    with pytest.raises(SchemaError, match="sentiment has columns"):
        check(SENTIMENT, wrong)


def test_a_table_of_an_earlier_version_gets_the_new_columns_as_null() -> None:
    old = table(SENTIMENT, [ROW])
    newer = Dataset(
        "sentiment", SENTIMENT.row, SENTIMENT.key, (*SENTIMENT.columns, Column("why", pa.string(), "", True, 9))
    )
    assert upgrade(newer, old, 8)["why"].to_pylist() == [None]
    assert upgrade(newer, old, 9).schema == old.schema


def test_columns_that_came_later_are_nullable_and_stand_at_the_end() -> None:
    for dataset in DATASETS.values():
        versions = [column.since for column in dataset.columns]
        assert versions == sorted(versions)
        assert versions[-1] <= SCHEMA_VERSION
        assert all(column.nullable for column in dataset.columns if column.since > dataset.since)


def test_all_types_are_plain() -> None:
    plain = {pa.string(), pa.binary(), pa.int32(), pa.int64(), pa.float64(), pa.timestamp("us", tz="UTC")}
    assert {column.type for dataset in DATASETS.values() for column in dataset.columns} <= plain


def test_every_column_is_documented() -> None:
    documentation = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    for dataset in DATASETS.values():
        section = documentation.split(f"## {dataset.name}\n")[1].split("\n## ")[0]
        for column in dataset.columns:
            assert f"| `{column.name}` |" in section, f"{dataset.name}.{column.name}"
            assert column.meaning in section, f"{dataset.name}.{column.name}"


SNAPSHOTS = Path(__file__).parent / "schemas"


def snapshot(version: int) -> dict[str, list[list[object]]]:
    """The columns of each dataset as they were in a version: name, Arrow type, whether it may be null."""
    return {
        name: [[c.name, str(c.type), c.nullable] for c in dataset.columns if c.since <= version]
        for name, dataset in DATASETS.items()
        if dataset.since <= version
    }


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_no_version_changes_after_it_was_made(version: int) -> None:
    """After a new version, write its snapshot: json.dumps(snapshot(version), indent=1) into tests/schemas/."""
    path = SNAPSHOTS / f"version-{version}.json"
    assert snapshot(version) == json.loads(path.read_text(encoding="utf-8"))
