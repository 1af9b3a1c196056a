"""A warehouse is checked against the contract, and what breaks it is named."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.flows.small_warehouse import DOC, made_by, path_of, row, small_warehouse, write

DONE, CLEANED = Batch("2026-04-12", "one"), Batch("2026-04-13", "two")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return small_warehouse(tmp_path)


def problems(store: Store) -> list[str]:
    return [f"{p.dataset} {p.batch.batch_id}: {p.wrong}" for p in validate(store, tuple(STAGES.values()), Validation())]


def changed(store: Store, dataset: str, column: str, *values: object) -> None:
    """Write the batch again with other values in a column."""
    rows = store.read(dataset, DONE).to_pylist()
    for changing, value in zip(rows, values, strict=True):
        changing[column] = value
    write(store, DONE, dataset, *rows)


def test_a_whole_warehouse_has_no_problems_though_work_is_still_to_do(store: Store) -> None:
    seen = Validation()
    assert list(validate(store, tuple(STAGES.values()), seen)) == []
    assert seen.batches == 2
    assert seen.rows == sum(store.dataset(name).count_rows() for name in DATASETS)


def test_offsets_that_do_not_cut_out_the_words_are_found(store: Store) -> None:
    (quote,) = store.read("quotes", DONE).to_pylist()
    changed(store, "quotes", "start", quote["start"] - 1)
    assert problems(store) == ["quotes one: 1 rows whose offsets don't cut `text` out of the article"]


def test_a_speaker_that_its_offsets_do_not_cut_out_is_found(store: Store) -> None:
    wrong = ["quotes one: 1 rows whose offsets don't cut `speaker` out of the article"]
    (quote,) = store.read("quotes", DONE).to_pylist()
    changed(store, "quotes", "speaker_end", quote["speaker_end"] - 1)
    assert problems(store) == wrong
    changed(store, "quotes", "speaker_end", None)
    assert problems(store) == wrong
    unnamed = dict.fromkeys(("speaker", "speaker_start", "speaker_end"))
    write(store, DONE, "quotes", quote | unnamed)
    assert problems(store) == []


def test_words_outside_their_sentence_are_found(store: Store) -> None:
    write(store, DONE, "tokens", {"doc_id": DOC, "sent_id": 1, "word_id": 1, "start": 0, "end": 900})
    assert problems(store) == ["tokens one: 1 rows that lie outside their sentence"]


def test_rows_of_no_article_or_sentence_are_found(store: Store) -> None:
    changed(store, "quotes", "sent_id", 9)
    assert problems(store) == [f"quotes one: 1 rows have no sentences of doc_id, sent_id, such as {DOC}, 9"]


def test_sentiment_of_no_sentence_is_found(store: Store) -> None:
    changed(store, "sentiment", "sent_id", None, 0, 1, 7)
    assert problems(store) == [f"sentiment one: 1 rows have no sentences of doc_id, sent_id, such as {DOC}, 7"]


@pytest.mark.parametrize("sent_ids", [(3, 0, 1, 2), (None, None, 1, 2)])
def test_sentiment_without_sentence_is_of_the_document_and_no_other(store: Store, sent_ids: tuple[int | None]) -> None:
    changed(store, "sentiment", "sent_id", *sent_ids)
    assert "sentiment one: 1 rows that are neither of a sentence nor, without sent_id, of a document" in problems(store)


def test_a_key_given_twice_in_a_batch_is_found(store: Store) -> None:
    write(store, DONE, "quotes", *store.read("quotes", DONE).to_pylist() * 2)
    assert problems(store) == ["quotes one: 1 rows repeat the key doc_id, version, quote_id of another"]


def test_a_document_in_two_batches_is_found(store: Store) -> None:
    write(store, CLEANED, "clean", *store.read("clean", DONE).to_pylist())
    write(store, CLEANED, "raw", *store.read("raw", DONE).to_pylist())
    assert f"clean two: version 1 of document {DOC} is in batch 2026-04-12/one too" in problems(store)


@pytest.mark.parametrize("column", ["duplicate_of", "story"])
def test_an_article_that_is_named_and_not_there_is_found(store: Store, column: str) -> None:
    changed(store, "clean", column, "ff" * 16)
    assert problems(store) == [f"clean one: {column} names {'ff' * 16}, which is no article of the warehouse"]


def test_an_article_that_is_named_and_is_yet_to_be_cleaned_is_no_problem(store: Store) -> None:
    """A batch that is made anew is away meanwhile."""
    changed(store, "clean", "story", "ff" * 16)
    write(store, Batch("2026-04-12", "zero"), "raw", {"doc_id": "ff" * 16})
    assert problems(store) == []


def test_a_batch_without_what_it_was_made_from_is_found(store: Store) -> None:
    path_of(store, "sentences", DONE).unlink()
    found = problems(store)
    assert "quotes one: made from sentences, which has no such batch" in found


def test_quotes_older_than_the_table_of_mentions_need_none(store: Store) -> None:
    path_of(store, "mentions", DONE).unlink()
    lacking = [f"{name} one: made from mentions, which has no such batch" for name in ("quotes", "stances")]
    assert problems(store) == lacking
    old = {f"nabra.{key}": "x" for key in ("fingerprint", "version", "run_id")} | {"nabra.stage": "stance"}
    for name in ("quotes", "stances"):
        rewritten(store, name, **old, **{"nabra.schema_version": "4"})
    assert problems(store) == []


def test_a_file_of_other_columns_and_a_damaged_one_are_named(store: Store) -> None:
    wrong = store.read("quotes", DONE).drop_columns(["cue"])
    path = path_of(store, "quotes", DONE)
    pq.write_table(wrong, path)
    (found,) = problems(store)
    assert "table quotes has columns" in found
    path.write_bytes(b"PAR1")
    (found,) = problems(store)
    assert "one.parquet cannot be read" in found


def rewritten(store: Store, dataset: str, **metadata: str) -> None:
    """Write the file of the batch again with other metadata."""
    path = path_of(store, dataset, DONE)
    pq.write_table(store.read(dataset, DONE).replace_schema_metadata(metadata), path)


def test_metadata_that_lack_what_made_the_file_or_name_another_stage_are_found(store: Store) -> None:
    made_by = {f"nabra.{key}": "x" for key in ("fingerprint", "version", "run_id")} | {"nabra.schema_version": "2"}
    rewritten(store, "quotes", **made_by)
    assert problems(store) == ["quotes one: the file's metadata lack nabra.stage"]
    rewritten(store, "quotes", **made_by, **{"nabra.stage": "clean"})
    assert problems(store) == ["quotes one: the file's metadata name the stage clean, not stance"]
    rewritten(store, "quotes", **made_by | {"nabra.stage": "stance"})
    assert problems(store) == []


@pytest.mark.parametrize("version", ["0", "99", "new"])
def test_an_unknown_schema_version_is_found(store: Store, version: str) -> None:
    rewritten(store, "quotes", **{"nabra.schema_version": version})
    (found,) = problems(store)
    assert f"one.parquet has schema version {version}" in found


def refuse(store: Store, *rows: dict[str, object]) -> None:
    """Write the rejects of the stage clean again."""
    filled = [row("rejects", **{"stage": "clean", "url": "file:///a", "reason": "empty"} | values) for values in rows]
    store.write_rejects("clean", DONE, table(DATASETS["rejects"], filled), made_by("clean"))


def test_rejects_of_unknown_stage_or_reason_or_given_twice_are_found(store: Store) -> None:
    refuse(store, {"stage": "cook"}, {"reason": "dull", "url": "file:///b"})
    assert problems(store) == ["rejects one.clean: unknown stage: cook", "rejects one.clean: unknown reason: dull"]
    refuse(store, {}, {})
    assert problems(store) == ["rejects one.clean: 1 rows repeat the key stage, url of another"]


def test_a_damaged_file_of_rejects_is_found(store: Store) -> None:
    path_of(store, "rejects", DONE.refused_by("clean")).write_bytes(b"PAR1")
    (found,) = problems(store)
    assert "one.clean.parquet cannot be read" in found


def test_the_command_prints_problems_and_exits_with_one(store: Store) -> None:
    run = CliRunner()
    assert run.invoke(app, ["validate", "--warehouse", str(store)]).exit_code == 0
    changed(store, "quotes", "sent_id", 9)
    result = run.invoke(app, ["validate", "--warehouse", str(store), "--json"])
    assert result.exit_code == 1
    assert '"dataset": "quotes"' in result.stdout
