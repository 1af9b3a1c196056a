"""A warehouse is checked against the contract, and what breaks it is named."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from flows.cli import app
from tasks.schemas import DATASETS
from tasks.store import Batch, Store
from tasks.validate import Validation, validate
from tests.flows.small_warehouse import DOC, small_warehouse, write

DONE, CLEANED = Batch("2026-04-12", "one"), Batch("2026-04-13", "two")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def problems(store: Store) -> list[str]:
    return [f"{p.dataset} {p.batch.batch_id}: {p.wrong}" for p in validate(store, Validation())]


def changed(store: Store, dataset: str, column: str, *values: object) -> None:
    """Write the batch again with other values in a column."""
    rows = store.read(dataset, DONE).to_pylist()
    for row, value in zip(rows, values, strict=True):
        row[column] = value
    write(store, DONE, dataset, *rows)


def test_a_whole_warehouse_has_no_problems_though_work_is_still_to_do(store: Store) -> None:
    seen = Validation()
    assert list(validate(store, seen)) == []
    assert seen.batches == 2
    assert seen.rows == sum(store.dataset(name).count_rows() for name in DATASETS if name != "rejects")


def test_offsets_that_do_not_cut_out_the_words_are_found(store: Store) -> None:
    (quote,) = store.read("quotes", DONE).to_pylist()
    changed(store, "quotes", "start", quote["start"] - 1)
    assert problems(store) == ["quotes one: 1 rows whose offsets don't cut `text` out of the article"]


def test_words_outside_their_sentence_are_found(store: Store) -> None:
    write(store, DONE, "tokens", {"doc_id": DOC, "sent_id": 1, "word_id": 1, "start": 0, "end": 900})
    assert problems(store) == ["tokens one: 1 rows that lie outside their sentence"]


def test_rows_of_no_article_or_sentence_are_found(store: Store) -> None:
    changed(store, "quotes", "sent_id", 9)
    assert problems(store) == [f"quotes one: 1 rows have no sentences of doc_id, sent_id, such as {DOC}, 9"]


def test_a_key_given_twice_in_a_batch_is_found(store: Store) -> None:
    write(store, DONE, "quotes", *store.read("quotes", DONE).to_pylist() * 2)
    assert problems(store) == ["quotes one: 1 rows repeat the key doc_id, version, quote_id of another"]


def test_a_document_in_two_batches_is_found(store: Store) -> None:
    write(store, CLEANED, "clean", *store.read("clean", DONE).to_pylist())
    write(store, CLEANED, "raw", *store.read("raw", DONE).to_pylist())
    assert f"clean two: version 1 of document {DOC} is in batch 2026-04-12/one too" in problems(store)


def test_a_copy_of_an_article_that_is_not_there_is_found(store: Store) -> None:
    changed(store, "clean", "duplicate_of", "ff" * 16)
    assert problems(store) == [f"clean one: duplicate_of names {'ff' * 16}, which is no article of the warehouse"]


def test_a_batch_without_what_it_was_made_from_is_found(store: Store) -> None:
    (Path(store.root) / "sentences" / "ingest_date=2026-04-12" / "one.parquet").unlink()
    found = problems(store)
    assert "quotes one: made from sentences, which has no such batch" in found


def test_a_file_of_other_columns_and_a_damaged_one_are_named(store: Store) -> None:
    wrong = store.read("quotes", DONE).drop_columns(["cue"])
    path = Path(store.root) / "quotes" / "ingest_date=2026-04-12" / "one.parquet"
    pq.write_table(wrong, path)
    (found,) = problems(store)
    assert "table quotes has columns" in found
    path.write_bytes(b"PAR1")
    (found,) = problems(store)
    assert "one.parquet cannot be read" in found


def test_the_command_prints_problems_and_exits_with_one(store: Store) -> None:
    run = CliRunner()
    assert run.invoke(app, ["validate", "--warehouse", store.root]).exit_code == 0
    changed(store, "quotes", "sent_id", 9)
    result = run.invoke(app, ["validate", "--warehouse", store.root, "--json"])
    assert result.exit_code == 1
    assert '"dataset": "quotes"' in result.stdout
