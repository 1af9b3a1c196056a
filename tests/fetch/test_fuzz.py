"""Spoiled input: some hundreds here, thousands by `python -m bench.fuzz`."""

from bench.fuzz import KINDS, fuzz


def test_every_spoiled_file_ends_as_rows_or_a_reject(tmp_path):
    outcome = fuzz(tmp_path, 330, seed=11)
    assert outcome.faults == []
    assert set(outcome.files) == {kind.removeprefix(".") for kind in KINDS}
    # Of a Parquet file little survives.
    assert outcome.files.keys() - outcome.taken.keys() <= {"parquet"}
