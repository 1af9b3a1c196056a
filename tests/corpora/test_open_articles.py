"""Annotated articles in the open format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nabra.tasks.corpora.open_articles import is_name, name_spans, read_open_articles
from nabra.tasks.errors import UsageError

TEXT = "قالت حركة الفجر إن الحركة غادرت بلدة النخيل مع سامر"


def article(*entities: tuple[str, str, str]) -> dict[str, object]:
    rows = [
        {"type": kind, "name": name, "mentions": [[TEXT.index(words), TEXT.index(words) + len(words)]]}
        for kind, name, words in entities
    ]
    return {"text": TEXT, "sentences": [], "entities": rows}


def test_names_are_spans_with_the_kind_of_the_ner_data() -> None:
    found = name_spans(
        article(
            ("armed_group", "حركة الفجر", "حركة الفجر"),
            ("armed_group", "حركة الفجر", "الحركة"),
            ("place", "النخيل", "النخيل"),
            ("person", "سامر الطيب", "سامر"),
            ("deal", "الفجر", "الفجر"),
        )
    )
    assert [(TEXT[start:end], kind) for start, end, kind in found] == [
        ("حركة الفجر", "ORG"),
        ("النخيل", "LOC"),
        ("سامر", "PER"),
    ]


def test_a_name_is_the_whole_or_a_part_that_serves_as_one() -> None:
    assert is_name("الفجر", "حركة الفجر", "ORG")
    assert not is_name("حركة", "حركة الفجر", "ORG")
    assert is_name("سامر", "سامر الطيب", "PER")
    assert not is_name("السفير", "السفير المالطي", "PER")


def test_a_line_that_is_no_article_is_named(tmp_path: Path) -> None:
    path = tmp_path / "open.jsonl"
    good = json.dumps(article(("place", "النخيل", "النخيل")), ensure_ascii=False)
    path.write_text(f"{good}\n{{}}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"open\.jsonl:2: no annotated article in the open format: KeyError"):
        read_open_articles(path)
    path.write_text(f"{good}\n", encoding="utf-8")
    assert len(read_open_articles(path)) == 1
