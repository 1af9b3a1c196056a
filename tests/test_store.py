"""The warehouse on a local folder and on a real S3 server."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nabra.config.settings import StoreSettings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import SchemaError, StoreError
from nabra.tasks.schemas import DATASETS, QUOTES, RAW, REJECTS, SCHEMA_VERSION, table
from nabra.tasks.stage import reject
from nabra.tasks.warehouse.store import Batch, Provenance, Store
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.flows.small_warehouse import row

BATCH = Batch("2026-03-01", "00000-abc")
MADE_BY = Provenance(fingerprint="f1", version="0.1.0", run_id="run")


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
    path = f"{store.root}/raw/ingest_date=2026-03-01/00000-abc.parquet"
    metadata = pq.read_schema(path, filesystem=store.filesystem).metadata
    assert metadata[b"nabra.stage"] == b"raw"
    assert metadata[b"nabra.schema_version"] == str(SCHEMA_VERSION).encode()
    assert metadata[b"nabra.fingerprint"] == b"f1"
    assert metadata[b"nabra.version"] == b"0.1.0"
    assert metadata[b"nabra.run_id"] == b"run"


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


def test_an_unfinished_file_is_no_data(tmp_path: Path) -> None:
    store = Store.open(StoreSettings(warehouse=str(tmp_path), s3_endpoint="", s3_region=""))
    folder = tmp_path / "raw" / "ingest_date=2026-03-01"
    folder.mkdir(parents=True)
    (folder / "_half.parquet").write_bytes(b"PAR1")
    (folder / ".half.parquet").write_bytes(b"PAR1")
    (tmp_path / "_tmp").mkdir()
    (tmp_path / "_tmp" / "half.parquet").write_bytes(b"PAR1")
    assert store.batches("raw") == []
    assert store.scan("raw", ["doc_id"]).num_rows == 0


def test_writing_leaves_no_temporary_file(tmp_path: Path) -> None:
    store = Store.open(StoreSettings(warehouse=str(tmp_path), s3_endpoint="", s3_region=""))
    store.write("raw", BATCH, table(RAW, [raw_row("a")]), MADE_BY)
    assert list((tmp_path / "_tmp").iterdir()) == []


def test_a_warehouse_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    store = Store.open(StoreSettings(warehouse=str(blocker / "w"), s3_endpoint="", s3_region=""))
    with pytest.raises(StoreError, match=r"cannot be written.*--warehouse"):
        store.prepare()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = Store.open(StoreSettings(warehouse=str(tmp_path), s3_endpoint="", s3_region=""))
    folder = tmp_path / "raw" / "ingest_date=2026-03-01"
    folder.mkdir(parents=True)
    (folder / "00000-abc.parquet").write_bytes(b"not parquet")
    with pytest.raises(StoreError, match=r"00000-abc\.parquet cannot be read"):
        store.read("raw", BATCH)
    with pytest.raises(StoreError, match=r"raw cannot be read.*00000-abc\.parquet"):
        store.scan("raw", ["doc_id"])
    with pytest.raises(StoreError, match=r"raw cannot be read.*00000-abc\.parquet"):
        list(store.rows("raw", ["doc_id"]))


def _empty(dataset: str) -> pa.Table:
    from nabra.tasks.schemas import DATASETS

    return table(DATASETS[dataset], [])


def test_files_of_an_earlier_version_are_migrated_and_keep_what_made_them(store: Store) -> None:
    later = {column.name for column in QUOTES.columns if column.since > 1}
    old = QUOTES.schema.empty_table().drop_columns(sorted(later))
    old = old.replace_schema_metadata({"nabra.schema_version": "1", "nabra.fingerprint": "made long ago"})
    sink = pa.BufferOutputStream()
    pq.write_table(old, sink)
    store.put_note(f"quotes/ingest_date={BATCH.ingest_date}/{BATCH.batch_id}.parquet", sink.getvalue().to_pybytes())
    (path,) = store.outdated("quotes")
    before = store.read("quotes", BATCH)
    store.migrate("quotes", path)
    assert store.outdated("quotes") == []
    assert store.read("quotes", BATCH).equals(before)
    assert store.fingerprint("quotes", BATCH) == "made long ago"
    assert pq.read_schema(path, filesystem=store.filesystem).equals(QUOTES.schema)


@pytest.fixture
def proxy(s3_server: str) -> Iterator[FaultyProxy]:
    with faulty_proxy(s3_server, share=0.0) as proxy:
        yield proxy


def behind(proxy: FaultyProxy, name: str) -> Store:
    settings = StoreSettings(warehouse=f"s3://news/{name}", s3_endpoint=proxy.address, s3_region="us-east-1")
    return Store.open(settings)


def test_an_object_is_put_in_one_request(proxy: FaultyProxy, tmp_path: Path) -> None:
    behind(proxy, tmp_path.name).put_note("_small", b"content")
    assert proxy.requests == {"PUT": 1}


def test_a_store_that_fails_now_and_then_is_tried_again(proxy: FaultyProxy, tmp_path: Path) -> None:
    store, proxy.share = behind(proxy, tmp_path.name), 0.2
    for number in range(20):
        store.put_note(f"_notes/{number}", b"content")
    assert proxy.faults.total() > 0
    proxy.share = 0.0
    assert len(store.notes("_notes")) == 20


def test_a_store_that_fails_on_and_on_is_an_error_and_leaves_whole_objects(
    proxy: FaultyProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nabra.tasks.warehouse.store.S3_ATTEMPTS", 1)
    store, proxy.share = behind(proxy, tmp_path.name), 0.5
    contents, refused = [bytes([number]) * 5000 for number in range(30)], []
    for content in contents:
        try:
            store.put_note("_notes/one", content)
        except StoreError as error:
            refused.append(str(error))
    assert 0 < len(refused) < len(contents)
    assert all("_notes/one cannot be written" in text for text in refused)
    proxy.share = 0.0
    assert store.notes("_notes")["_notes/one"] in contents


def test_the_age_of_a_note_is_told_by_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_note("_notes/one", b"")
    monkeypatch.setattr("time.time", lambda: 9e9)
    assert 0 <= store.age("_notes/one") < 60
    assert store.age("_notes/none") == math.inf


def versions(store: Store, batch: Batch, number: int, *stages: str, refused_by: str | None = None) -> None:
    """A batch with a version of the articles a and b, which these stages have done, one of them without b."""
    for name in stages:
        for dataset in STAGES[name].makes:
            blank = [row(dataset, doc_id=doc_id, version=number) for doc_id in "ab"]
            store.write(dataset, batch, table(DATASETS[dataset], blank), MADE_BY)
    if refused_by:
        rejects = [reject(refused_by, {"doc_id": "b", "url": "u", "source": "s"}, "failed", "it broke")]
        store.write_rejects(refused_by, batch, table(REJECTS, rejects), MADE_BY)


def test_a_version_gives_way_to_the_newest_that_all_stages_have_taken(store: Store) -> None:
    batches = [Batch("2026-03-01", f"0000{number}-abc") for number in range(3)]
    versions(store, batches[0], 1, *STAGES)
    assert store.superseded() == set()
    versions(store, batches[1], 2, "clean", "parse", "sentiment")
    assert store.superseded() == {("a", 2), ("b", 2)}
    versions(store, batches[1], 2, "stance", refused_by="parse")
    assert store.superseded() == {("a", 1), ("b", 2)}
    versions(store, batches[2], 3, *STAGES)
    assert store.superseded() == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}


def test_of_versions_that_no_stage_has_taken_the_newest_counts(store: Store) -> None:
    for number in (1, 2):
        versions(store, Batch("2026-03-01", f"0000{number}-abc"), number, "clean")
    assert store.superseded() == {("a", 1), ("b", 1)}


def test_a_file_that_another_process_removes_at_the_same_time_is_removed(store: Store) -> None:
    names = [f"_notes/{number}" for number in range(60)]
    for name in names:
        store.put_note(name, b"")
    started = threading.Barrier(3)

    def remove_all(_: int) -> None:
        started.wait()
        for name in names:
            store.remove(name)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(remove_all, range(3)))
    assert not store.notes("_notes")
