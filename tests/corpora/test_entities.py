"""Sentences with named entities."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.corpora.entities import read_bio, without_misc


def test_bio_blocks_become_sentences(tmp_path: Path) -> None:
    (tmp_path / "in.bio").write_text("زار\tO\nسامر\tB-PER\n\nنعم\tO\n", encoding="utf-8")
    assert read_bio(tmp_path / "in.bio") == [[("زار", "O"), ("سامر", "B-PER")], [("نعم", "O")]]


def test_names_of_the_kind_misc_are_anercorps_alone() -> None:
    name, other = [("كأس", "B-MISC")], [("سامر", "B-PER")]
    sentences = [name] * 420 + [name, other]
    assert without_misc("dev", sentences) == [name] * 420 + [other]
