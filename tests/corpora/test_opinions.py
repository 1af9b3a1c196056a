"""Labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path

from nabra.tasks.corpora.opinions import read_foreign_targets, read_targets


def test_a_mention_that_does_not_mean_the_actor_has_no_stance(tmp_path: Path) -> None:
    path = tmp_path / "targets.tsv"
    header = "sentence\tstart\tend\tpolarity\tholder\n"
    path.write_text(header + "نورلند بعيدة\t0\t6\twrong\t-\nنورلند رائعة\t0\t6\tfavor\tauthor\n", encoding="utf-8")
    assert [(row.stance, row.holder) for row in read_targets(path)] == [("none", None), ("favor", "author")]


def test_sentiment_towards_a_foreign_target_is_a_stance_of_an_unknown_holder(tmp_path: Path) -> None:
    path = tmp_path / "targets.jsonl"
    row = {"sentence": "She praised them.", "start": 12, "end": 16, "label": "positive"}
    path.write_text(json.dumps(row) + "\n")
    (read_row,) = read_foreign_targets(path)
    assert (read_row.stance, read_row.holder) == ("favor", None)
