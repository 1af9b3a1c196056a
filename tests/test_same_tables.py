"""The comparison of two warehouses sees what differs, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.same_tables import compare_warehouses
from nabra.config.settings import StoreSettings
from nabra.tasks.schemas import DATASETS, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store

# Two sentences, then a full stop by itself, then another sentence.
STARTS = (0, 10, 20, 22)


def _warehouse(folder: Path, starts: tuple[int, ...] = STARTS, score: float = 0.7, label: str = "neutral") -> Path:
    """A warehouse with an article of the sentences that begin at `starts`, and a refusal."""
    store = Store.open(StoreSettings(warehouse=str(folder), s3_endpoint="", s3_region=""))
    rest = {"p_positive": 0.1, "p_negative": 0.2, "p_neutral": score}
    rows = {
        "sentences": [
            {
                "doc_id": "d",
                "sent_id": number,
                "part": "text",
                "start": start,
                "end": start + 1,
                "text": "ن",
                "words": 1,
            }
            for number, start in enumerate(starts)
        ],
        "sentiment": [
            {"doc_id": "d", "level": "sentence", "sent_id": number, "label": label, "score": score, **rest}
            for number, _ in enumerate(starts)
        ],
    }
    for name, found in rows.items():
        data = table(DATASETS[name], [row | {"version": 1} for row in found])
        store.write(name, Batch("2026-01-01", "b"), data, Provenance("bench", "f", "0", "r"))
    refused = {"stage": "clean", "doc_id": "e", "url": "u", "source": "s", "reason": "empty", "detail": "nothing"}
    data = table(DATASETS["rejects"], [refused | {"payload_sha256": None, "at": datetime.now(UTC)}])
    store.write_rejects("clean", Batch("2026-01-01", "b"), data, Provenance("bench", "f", "0", "r"))
    return folder


def test_warehouses_that_differ_in_clocks_alone_are_equal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_warehouses(_warehouse(tmp_path / "old"), _warehouse(tmp_path / "new")) == 0
    assert "sentiment: 4 rows, 4 now: equal" in capsys.readouterr().out


def test_a_sentence_left_out_leaves_the_rows_of_the_others_equal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = _warehouse(tmp_path / "new", starts=(0, 10, 22))
    assert compare_warehouses(_warehouse(tmp_path / "old"), new) == 1
    said = capsys.readouterr().out
    assert "sent_id: 1 differ\n    doc_id='d', version=1, sentence='text:22': 3 -> 2" in said
    assert said.split("sentiment: ")[1].startswith("4 rows, 3 now\n  1 only before\n    doc_id='d', level='sentence'")
    assert "rejects: 1 rows, 1 now: equal" in said


def test_rounding_is_told_and_is_no_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_warehouses(_warehouse(tmp_path / "old"), _warehouse(tmp_path / "new", score=0.7 + 1e-6)) == 0
    assert "score: 4 differ by rounding, 1.0e-06 at most" in capsys.readouterr().out


def test_another_label_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_warehouses(_warehouse(tmp_path / "old"), _warehouse(tmp_path / "new", label="positive")) == 1
    assert "sent_id='text:0': 'neutral' -> 'positive'" in capsys.readouterr().out
