"""The `nabra` command over the sample articles: real models, a real Prefect server, real processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pyarrow.compute as pc
import pytest

from nabra.tasks.schemas import PARTS, SENTIMENTS
from tests.workplace import RUN_DATASETS, Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_the_samples_go_through_all_stages(sampled: tuple[Workplace, str, str]) -> None:
    place, out, err = sampled
    assert all(place.rows().values())
    assert f"Parquet: {place.folder / 'warehouse'}" in out
    assert "Traceback" not in err
    clean = place.store.scan("clean", ["doc_id", "duplicate_of"])
    assert (clean.num_rows, clean.num_rows - clean["duplicate_of"].null_count) == (12, 1)
    rejects = place.store.scan("rejects", ["reason"])["reason"].to_pylist()
    assert sorted(rejects) == ["no_article", "wrong_language"]


def test_every_span_is_exact(sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    articles = {row["doc_id"]: row for row in place.store.scan("clean", ["doc_id", "title", "text"]).to_pylist()}
    for dataset, column in (
        ("sentences", "text"),
        ("entities", "text"),
        ("mentions", "text"),
        ("quotes", "text"),
        ("stances", "evidence"),
    ):
        rows = place.store.dataset(dataset).to_table().to_pylist()
        assert rows
        for row in rows:
            assert row["part"] in PARTS
            assert articles[row["doc_id"]][row["part"]][row["start"] : row["end"]] == row[column]
    for row in place.store.dataset("quotes").to_table().to_pylist():
        if row["speaker"] is not None:
            span = slice(row["speaker_start"], row["speaker_end"])
            assert articles[row["doc_id"]][row["part"]][span] == row["speaker"]


def test_every_sentence_is_one_tree(sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    tokens = place.store.scan("tokens", ["doc_id", "sent_id", "word_id", "head"]).to_pylist()
    trees: dict[tuple[str, int], dict[int, int]] = {}
    for row in tokens:
        trees.setdefault((row["doc_id"], row["sent_id"]), {})[row["word_id"]] = row["head"]
    for heads in trees.values():
        assert sorted(heads) == list(range(1, len(heads) + 1))
        assert list(heads.values()).count(0) == 1
        for word in heads:
            seen: set[int] = set()
            while word:
                assert word not in seen
                seen.add(word)
                word = heads[word]


def test_sentiment_is_a_distribution_for_every_sentence(sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    rows = place.store.dataset("sentiment").to_table()
    total = pc.add(pc.add(rows["p_positive"], rows["p_negative"]), rows["p_neutral"])
    assert all(abs(value - 1) < 1e-9 for value in total.to_pylist())
    assert set(rows["label"].to_pylist()) <= set(SENTIMENTS)
    sentences = place.store.scan("sentences", ["sent_id"]).num_rows
    assert rows.filter(pc.equal(rows["level"], "sentence")).num_rows == sentences


def test_a_second_run_adds_nothing(sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    before = _files(place)
    status, _, _ = place.nabra("demo")
    assert status == 0
    assert _files(place) == before


def _files(place: Workplace) -> dict[Path, int]:
    """When each file of the warehouse was written, but for those that tell of runs."""
    files = place.folder.rglob("warehouse/**/*.parquet")
    return {path: path.stat().st_mtime_ns for path in files if not RUN_DATASETS & set(path.parts)}


def test_a_killed_run_is_taken_up_and_ends_with_the_same_rows(
    sampled: tuple[Workplace, str, str], tmp_path: Path
) -> None:
    undisturbed, _, _ = sampled
    place = Workplace(tmp_path)
    process = place.start("demo")
    deadline = time.monotonic() + 300
    while not list(tmp_path.glob("warehouse/clean/*/*.parquet")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not place.store.batches("sentiment")
    status, _, err = place.nabra("demo")
    assert status == 0, err
    assert place.rows() == undisturbed.rows()


def test_reading_commands_work_on_what_a_run_left(sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    status, out, _ = place.nabra("sql", "select count(*) n from clean")
    assert (status, out) == (0, "n\n12\n")
    status, out, _ = place.nabra("status")
    assert status == 0
    assert "stances" in out
    status, out, _ = place.nabra("show", "water.html")
    assert status == 0
    assert "speaker" in out
    status, _, err = place.nabra("show", "no-such-article")
    assert status == 2
    assert err.startswith("nabra: ")
    assert err.count("\n") == 1
