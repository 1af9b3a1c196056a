import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nabra.flows.cli.find import find, marked
from nabra.tasks.errors import UsageError
from nabra.tasks.search.results import Context
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC


@pytest.fixture
def found(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Found":
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Found(str(store), capsys)


class Found:
    """What the command prints on the small warehouse."""

    def __init__(self, warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._warehouse, self._capsys = warehouse, capsys
        self.errors = ""

    def __call__(self, *words: str, **options: object) -> str:
        find(list(words), warehouse=self._warehouse, limit=options.pop("limit", 10), **options)  # type: ignore[arg-type]
        out, self.errors = self._capsys.readouterr()
        return out


def test_an_article_is_shown_with_what_was_found(found: Found) -> None:
    out = found("ماء")
    assert "aa110000" in out
    assert "«[الماء] للجميع»" in out
    assert "nabra show aa110000" in out


def test_quotes_tell_who_speaks(found: Found) -> None:
    assert "بن غدير (envoy):" in found(speaker="غدير")


def test_what_is_not_there_is_said(found: Found) -> None:
    assert found("زلزال") == "Nothing found.\n"


def test_how_many_more_there_are_is_said(found: Found) -> None:
    assert "1 shown; 1 more: --limit" in found(limit=1)


def test_files_that_leave_some_out_say_so(found: Found, tmp_path: Path) -> None:
    found(limit=1, csv=tmp_path / "found.csv")
    assert "1 shown; 1 more: --limit" in found.errors


def test_words_found_twice_are_marked_once() -> None:
    context = Context("text", 0, 10, "مجلس الأمن", ((0, 10), (5, 10)))
    assert marked(context) == "[مجلس الأمن]"


@pytest.mark.parametrize("kind", [".pos", ".term"])
def test_an_index_with_a_file_missing_is_made_anew(found: Found, tmp_path: Path, kind: str) -> None:
    found("ماء")
    for file in (tmp_path / "cache").rglob(f"*{kind}"):
        file.unlink()
    assert "aa110000" in found('"الماء للجميع"')


def test_json_and_files_have_the_same_rows(found: Found, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in found("ماء", as_json=True).splitlines()]
    assert found("ماء", csv=tmp_path / "found.csv", parquet=tmp_path / "found.parquet") == ""
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["doc_id"], line["text"]) == (DOC, rows[0]["text"])
    assert pq.read_table(tmp_path / "found.parquet").to_pylist() == rows


@pytest.mark.parametrize("options", [{"speaker": "«»"}, {"words": "…"}])
def test_a_query_without_a_word_is_refused(found: Found, options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="no word to look for"):
        found(*filter(None, [options.pop("words", "")]), **options)


def test_a_cache_that_cannot_be_written_is_named(found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="XDG_CACHE_HOME"):
        found("ماء")
