"""The snapshot for consumers: what is in it; what readers see while it is made, killed, made again, cleaned up."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.schemas import QUOTES, SCHEMA_VERSION
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.snapshot import (
    COMPACTED,
    FOLDER,
    NO_DAY,
    check_snapshot,
    compact,
    datasets,
    forget_removed,
    read_manifest,
    stale,
)
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write
from tests.workplace import Workplace

ARTICLES, SENTENCES = 4, 3


@pytest.fixture
def store(any_store: Store) -> Store:
    return any_store


def add(store: Store, number: int, day: int = 1, edition: int = 0) -> None:
    """Write a batch; all its rows say which edition of it they are."""
    batch = Batch(f"2026-03-{day:02d}", f"{number:05d}-x")
    ids = [f"{number:016x}{article:016x}" for article in range(ARTICLES)]
    write(store, batch, "clean", *({"doc_id": doc_id, "text_chars": edition} for doc_id in ids))
    rows = ({"doc_id": doc_id, "sent_id": sent_id, "words": edition} for doc_id in ids for sent_id in range(SENTENCES))
    write(store, batch, "sentences", *rows)


def merge(store: Store) -> tuple[int, int]:
    return compact(store, lambda: None)


def snapshot(store: Store, dataset: str) -> pa.Table:
    """The rows of a dataset as a consumer reads them: the manifest first, then the files that it lists."""
    manifest = json.loads(store.files.read(f"{FOLDER}/manifest.json") or b"")
    paths = [store.files.path(name) for name in manifest["files"][dataset]]
    return (
        ds.dataset(paths, filesystem=store.files.storage.filesystem, format="parquet").to_table()
        if paths
        else pa.table({})
    )


def same(store: Store, dataset: str) -> bool:
    whole = store.dataset(dataset).to_table()
    return snapshot(store, dataset).equals(whole.drop_columns("ingest_date"))


def test_a_day_is_one_file_with_the_rows_of_all_its_batches(store: Store) -> None:
    for number in range(6):
        add(store, number, day=1 + number // 3)
    assert merge(store) == (12, 4)
    assert all(len(read_manifest(store).files[name]) == 2 for name in ("clean", "sentences"))
    assert same(store, "clean")
    assert same(store, "sentences")
    assert read_manifest(store).files.keys() == {*COMPACTED}


def test_only_days_that_changed_are_merged_anew(store: Store) -> None:
    for number in range(4):
        add(store, number, day=1 + number // 2)
    merge(store)
    assert merge(store) == (0, 0)
    add(store, 4, day=2)
    assert merge(store) == (6, 2)
    time.sleep(1)  # times on S3 are whole seconds, and a lease there takes two
    add(store, 0, edition=7)
    assert merge(store) == (4, 2)
    assert same(store, "sentences")
    store.files.remove(file_of("sentences", Batch("2026-03-02", "00004-x")))
    assert merge(store) == (2, 1)
    assert same(store, "sentences")


def test_a_table_without_rows_has_its_columns_until_its_first_row_comes(store: Store) -> None:
    add(store, 0)
    assert merge(store) == (2, 2)
    (name,) = read_manifest(store).files["quotes"]
    assert parquet.read(store.files, name)[0].schema.equals(QUOTES.schema)
    assert snapshot(store, "quotes").num_rows == 0
    assert list(check_snapshot(store)) == []
    assert merge(store) == (0, 0)
    write(store, Batch("2026-03-01", "00001-x"), "quotes", {"doc_id": "a"})
    assert merge(store) == (1, 1)
    assert len(read_manifest(store).files["quotes"]) == 1
    assert same(store, "quotes")


def test_files_of_an_earlier_version_are_merged_under_the_current_one(store: Store) -> None:
    old = QUOTES.schema.empty_table().drop_columns([column.name for column in QUOTES.columns if column.since > 1])
    content = parquet.encode(old, {"nabra.schema_version": "1"})
    store.files.write(file_of("quotes", Batch("2026-03-01", "old")), content)
    write(store, Batch("2026-03-01", "new"), "quotes", {"doc_id": "a"})
    assert merge(store) == (2, 1)
    (name,) = read_manifest(store).files["quotes"]
    merged, metadata = parquet.read(store.files, name)
    assert merged.schema.equals(QUOTES.schema)
    assert metadata["nabra.schema_version"] == str(SCHEMA_VERSION)
    assert snapshot(store, "quotes").num_rows == 1


def test_memory_is_bounded_by_the_row_group(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nabra.tasks.warehouse.parquet.ROW_GROUP_BYTES", 2 * store_bytes(store))
    for number in range(1, 6):
        add(store, number)
    merge(store)
    (name,) = read_manifest(store).files["sentences"]
    file = pq.ParquetFile(pa.BufferReader(store.files.read(name)))
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [24, 24, 24]


def store_bytes(store: Store) -> int:
    add(store, 0)
    return int(store.read("sentences", Batch("2026-03-01", "00000-x")).nbytes)


def test_what_reads_all_rows_opens_merged_files_of_days_that_have_not_changed(store: Store) -> None:
    for number in range(6):
        add(store, number, day=1 + number // 3)
    whole = store.dataset("sentences").to_table()
    merge(store)
    assert len(datasets(store)["sentences"].files) == 2
    assert datasets(store)["sentences"].to_table().equals(whole)
    add(store, 6, day=2)
    assert len(datasets(store)["sentences"].files) == 1 + 4
    assert datasets(store)["sentences"].to_table().equals(store.dataset("sentences").to_table())
    assert datasets(store)["raw"].count_rows() == 0


def test_files_of_an_earlier_snapshot_stay_for_a_while(store: Store) -> None:
    add(store, 0)
    merge(store)
    first = read_manifest(store).listed
    started = time.time() - 1
    add(store, 1)
    merge(store)
    assert not stale(store, started)
    later = time.time() + 5
    assert stale(store, later).keys() == {name for name in first if NO_DAY not in name}
    for name in stale(store, later):
        store.files.remove(name)
    forget_removed(store)
    assert read_manifest(store).out == {}
    assert not stale(store, later)
    assert same(store, "clean")


def test_a_file_of_the_snapshot_that_lacks_rows_or_is_gone_is_found(store: Store) -> None:
    for number in range(3):
        add(store, number)
    merge(store)
    assert list(check_snapshot(store)) == []
    (name,) = read_manifest(store).files["clean"]
    store.merge("clean", [file_of("clean", Batch("2026-03-01", "00000-x"))], name)
    (problem,) = check_snapshot(store)
    assert (problem.dataset, problem.batch.ingest_date) == ("clean", "2026-03-01")
    assert "has 4 rows, its batches have 12" in problem.wrong
    store.files.remove(name)
    (problem,) = check_snapshot(store)
    assert f"{name} cannot be read" in problem.wrong


def test_a_damaged_file_is_named_and_the_last_snapshot_stays(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    add(place.store, 0)
    write(place.store, Batch("2026-03-01", "00000-x"), "raw")
    assert CliRunner().invoke(app, ["compact", "-w", str(place.store)]).exit_code == 0
    before = place.store.files.read(f"{FOLDER}/manifest.json")
    place.store.files.write(file_of("clean", Batch("2026-03-01", "00001-x")), b"no parquet")
    result = CliRunner().invoke(app, ["compact", "-w", str(place.store)])
    assert "00001-x.parquet cannot be read" in str(result.exception)
    assert place.store.files.read(f"{FOLDER}/manifest.json") == before


def test_upkeep_with_nothing_to_do_says_so_in_one_line(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    add(place.store, 0)
    said = {}
    for command in ("compact", "compact", "migrate", "vacuum"):
        said[command] = CliRunner().invoke(app, [command, "-w", str(place.store)], catch_exceptions=False).stderr
    assert said == {
        "compact": f"nothing to merge; the snapshot stays: {place.store}/_compact/manifest.json\n",
        "migrate": f"nothing to do: all files are of version {SCHEMA_VERSION}\n",
        "vacuum": "nothing to remove\n",
    }


def read_on(root: str, pipe: Connection) -> None:
    """Read the snapshot with DuckDB again and again, and send each answer.

    An answer: articles, different articles, sentences, different ones, and how many carry another edition than their
    article does.
    """
    while True:
        files = json.loads(Path(f"{root}/{FOLDER}/manifest.json").read_bytes())["files"]
        clean, sentences = ([f"{root}/{name}" for name in files[dataset]] for dataset in ("clean", "sentences"))
        answer = duckdb.execute(
            "select (select count(*) from read_parquet($clean)), count(distinct c.doc_id), count(*),"
            " count(distinct (doc_id, sent_id)), count(*) filter (s.words <> c.text_chars)"
            " from read_parquet($sentences) s left join read_parquet($clean) c using (doc_id)",
            {"clean": clean, "sentences": sentences},
        ).fetchone()
        pipe.send(answer)


def test_a_reader_never_sees_doubles_or_holes(tmp_path: Path) -> None:
    store = Workplace(tmp_path).store
    add(store, 0)
    merge(store)
    ours, theirs = multiprocessing.Pipe()
    reader = multiprocessing.get_context("spawn").Process(target=read_on, args=(str(store), theirs))
    reader.start()
    rounds, answers = 0, []
    while len(answers) < 300 or len({*answers}) < 8:
        assert reader.is_alive()
        rounds += 1
        add(store, rounds, day=1 + rounds % 3)
        add(store, 0, edition=rounds)
        merge(store)
        while ours.poll():
            answers.append(ours.recv())
    reader.kill()
    reader.join()
    batches = [rows // ARTICLES for rows, *_ in answers]
    assert batches == sorted(batches)
    for rows, articles, sentences, different, of_another_edition in answers:
        assert articles == rows == ARTICLES * (rows // ARTICLES)
        assert sentences == different == articles * SENTENCES
        assert of_another_edition == 0


@pytest.mark.slow
def test_a_killed_compaction_leaves_the_last_snapshot_and_the_next_one_is_whole(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    write(place.store, Batch("2026-03-01", "00000-x"), "raw")
    for number in range(120):
        add(place.store, number, day=1 + number // 4)
    assert place.nabra("compact")[0] == 0
    before = snapshot(place.store, "clean"), snapshot(place.store, "sentences")
    for edition in range(1, 4):
        for number in range(120):
            add(place.store, number, day=1 + number // 4, edition=edition)
        there = {*place.store.files.below(FOLDER)}
        process = place.start("compact")
        while there >= {*place.store.files.below(FOLDER)}:
            assert process.poll() is None
        time.sleep(random.uniform(0, 0.1))
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.communicate()
        assert snapshot(place.store, "clean").equals(before[0])
        assert snapshot(place.store, "sentences").equals(before[1])
    assert place.nabra("compact")[0] == 0
    assert same(place.store, "clean")
    assert same(place.store, "sentences")
    assert place.nabra("vacuum", "--hours", "0")[0] == 0
    assert {*place.store.files.below(FOLDER)} == {f"{FOLDER}/manifest.json", *read_manifest(place.store).listed}
    assert not place.store.files.below("_tmp")
