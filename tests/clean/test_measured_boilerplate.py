"""What `python -m bench.boilerplate` says of cleaning: measured on an invented article."""

import json
from pathlib import Path

import pytest

from bench.boilerplate import main
from tests.clean.test_boilerplate import ARTICLE

CUT, LEFT, TAKEN_FOR_IT = "اترك تعليقاً", "المرفأ في صور قديمة", "يتبع..."


def test_what_is_left_and_what_is_cut_wrongly_are_counted_by_outlet_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(article(), ensure_ascii=False), encoding="utf-8")
    main([gold], lines=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"a left {LEFT}", f"a cut  {TAKEN_FOR_IT}"]
    words = len(" ".join(ARTICLE).replace("-", " ").split())
    assert [row.split()[0] for row in lines[-2:]] == ["news.example.org", "all"]
    assert all("0.6667 (0.6667-0.6667)      6" in row for row in lines[-2:])
    assert all(f"{words / (words + 1):.4f}" in row for row in lines[-2:])


def test_lines_are_shown_only_when_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(article(), ensure_ascii=False), encoding="utf-8")
    main([gold], lines=False)
    assert LEFT not in capsys.readouterr().out


def article() -> dict[str, object]:
    """An article of an outlet with two lines of boilerplate, and one that only resembles it."""
    body = [*ARTICLE, TAKEN_FOR_IT]
    text = "\n".join([CUT, LEFT, *body])
    spans = [(text.index(line), text.index(line) + len(line)) for line in (CUT, LEFT, *body)]
    sentences = [{"start": start, "end": end, "sentiment": "neutral"} for start, end in spans[2:]]
    empty: dict[str, object] = {"quotes": [], "stances": []}
    url = "https://news.example.org/a"
    return empty | {"doc_id": "a", "url": url, "text": text, "boilerplate": spans[:2], "sentences": sentences}
