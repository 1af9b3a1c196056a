"""The names of files tell the batches."""

import pytest

from nabra.tasks.warehouse.layout import Batch, batch_of, file_of

BATCH = Batch("2026-03-01", "00000-abc")


def test_a_file_is_named_by_its_batch_and_tells_it_again() -> None:
    assert file_of("clean", BATCH) == "clean/ingest_date=2026-03-01/00000-abc.parquet"
    assert batch_of("/srv/news/" + file_of("clean", BATCH)) == BATCH
    assert Batch.parse(str(BATCH)) == BATCH


def test_what_a_stage_refused_is_named_by_the_batch_and_the_stage() -> None:
    refused = BATCH.refused_by("clean")
    assert file_of("rejects", refused) == "rejects/ingest_date=2026-03-01/00000-abc.clean.parquet"
    assert batch_of(file_of("rejects", refused)) == refused


@pytest.mark.parametrize("name", ["_half.parquet", ".half.parquet", "one.parquet.crc", "deeper/one.parquet"])
def test_other_files_are_no_batches(name: str) -> None:
    assert batch_of(f"clean/ingest_date=2026-03-01/{name}") is None
    assert batch_of(f"clean/{name}") is None
