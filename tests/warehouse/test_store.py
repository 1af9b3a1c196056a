"""Tables of batches, on a local folder and on a real S3 server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from nabra.config.settings import StoreSettings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import SchemaError, StoreError
from nabra.tasks.schemas import DATASETS, QUOTES, RAW, REJECTS, SCHEMA_VERSION, table
from nabra.tasks.stage import reject
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Provenance, Store

BATCH = Batch("2026-03-01", "00000-abc")
MADE_BY = Provenance(stage="raw", fingerprint="f1", version="0.1.0", run_id="run")


def raw_row(doc_id: str) -> dict[str, object]:
    return {
        "doc_id": doc_id,
        "source": "cli",
        "url": f"file:///{doc_id}.txt",
        "fetched_at": datetime(2026, 3, 1, tzinfo=UTC),
        "status": 200,
        "content_type": None,
        "charset": None,
        "etag": None,
        "last_modified": None,
        "payload": "خبر".encode(),
        "payload_sha256": "0",
        "hint_title": None,
        "hint_published_at": None,
        "previous_sha256": None,
    }


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def test_rows_come_back_as_they_were_written(store: Store) -> None:
    data = table(RAW, [raw_row("a"), raw_row("b")])
    store.write("raw", BATCH, data, MADE_BY)
    assert store.read("raw", BATCH).equals(data)
    assert store.batches("raw") == [BATCH]
    assert store.scan("raw", ["doc_id", "ingest_date"]).to_pylist() == [
        {"doc_id": "a", "ingest_date": "2026-03-01"},
        {"doc_id": "b", "ingest_date": "2026-03-01"},
    ]


def test_a_file_tells_what_made_it(store: Store) -> None:
    store.write("raw", BATCH, table(RAW, [raw_row("a")]), MADE_BY)
    metadata = parquet.read_metadata(store.files, file_of("raw", BATCH))
    assert {key: value for key, value in metadata.items() if key.startswith("nabra.")} == {
        "nabra.stage": "raw",
        "nabra.schema_version": str(SCHEMA_VERSION),
        "nabra.fingerprint": "f1",
        "nabra.version": "0.1.0",
        "nabra.run_id": "run",
    }


def test_a_stage_is_done_when_all_its_datasets_are_there(store: Store) -> None:
    stage = STAGES["stance"]
    for dataset in ("sentences", "clean", "tokens", "entities"):
        store.write(dataset, BATCH, _empty(dataset), MADE_BY)
    assert store.done(stage) == set()
    store.write("quotes", BATCH, _empty("quotes"), MADE_BY)
    assert store.done(stage) == set()
    store.write("stances", BATCH, _empty("stances"), MADE_BY)
    assert store.done(stage) == {BATCH}
    assert store.done(stage, "f1") == {BATCH}
    assert store.done(stage, "other settings") == set()


def test_a_table_with_other_columns_is_refused(store: Store) -> None:
    with pytest.raises(SchemaError, match="table raw"):
        store.write("raw", BATCH, pa.table({"doc_id": ["a"]}), MADE_BY)
    assert store.batches("raw") == []


def test_rejects_of_an_earlier_run_disappear_when_nothing_is_refused_any_more(store: Store) -> None:
    rows = [reject("clean", raw_row("a"), "empty", "no text")]
    store.write_rejects("clean", BATCH, table(REJECTS, rows), MADE_BY)
    assert store.scan("rejects", ["reason"]).to_pylist() == [{"reason": "empty"}]
    store.write_rejects("clean", BATCH, table(REJECTS, []), MADE_BY)
    assert store.scan("rejects", ["reason"]).num_rows == 0


def test_a_dataset_without_files_has_its_columns(store: Store) -> None:
    assert store.dataset("quotes").schema.names == [*QUOTES.schema.names, "ingest_date"]
    assert store.scan("quotes", ["text"]).num_rows == 0


def test_an_unfinished_file_is_no_data(store: Store) -> None:
    for name in ("_half", ".half"):
        store.files.write(file_of("raw", Batch(BATCH.ingest_date, name)), b"PAR1")
    store.files.write(file_of("_tmp/raw", BATCH), b"PAR1")
    assert store.batches("raw") == []
    assert store.scan("raw", ["doc_id"]).num_rows == 0


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = Store.open(StoreSettings(warehouse=str(tmp_path), s3_endpoint="", s3_region=""))
    store.files.write(file_of("raw", BATCH), b"not parquet")
    with pytest.raises(StoreError, match=r"00000-abc\.parquet cannot be read"):
        store.read("raw", BATCH)
    with pytest.raises(StoreError, match=r"raw cannot be read.*00000-abc\.parquet"):
        store.scan("raw", ["doc_id"])
    with pytest.raises(StoreError, match=r"raw cannot be read.*00000-abc\.parquet"):
        list(store.rows("raw", ["doc_id"]))


def _empty(dataset: str) -> pa.Table:
    return table(DATASETS[dataset], [])


def test_files_of_an_earlier_version_are_migrated_and_keep_what_made_them(store: Store) -> None:
    later = {column.name for column in QUOTES.columns if column.since > 1}
    old = QUOTES.schema.empty_table().drop_columns(sorted(later))
    metadata = {"nabra.schema_version": "1", "nabra.fingerprint": "made long ago"}
    store.files.write(file_of("quotes", BATCH), parquet.encode(old, metadata))
    (name,) = store.outdated("quotes")
    before = store.read("quotes", BATCH)
    store.migrate("quotes", name)
    assert store.outdated("quotes") == []
    assert store.read("quotes", BATCH).equals(before)
    assert store.fingerprint("quotes", BATCH) == "made long ago"
    assert parquet.read(store.files, name)[0].schema.equals(QUOTES.schema)
