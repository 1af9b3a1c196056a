"""Topics as filters of the commands, and as a view of `nabra sql`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nabra.flows.cli.main import app
from nabra.flows.cli.topics import chosen_topics, found_topics
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER, write

QUERY = "عنوان | «الماء للجميع» -زلزال"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    topics = f"[[topic]]\nid = 'mixed'\nmatch = '{QUERY}'\n[[topic]]\nid = 'untitled'\nmatch = 'عنوان'\n"
    (tmp_path / "own.toml").write_text(topics, encoding="utf-8")
    path = tmp_path / "nabra.toml"
    path.write_text("[topics]\nfile = 'own.toml'\n", encoding="utf-8")
    return path


def called(store: Store, config: Path, *arguments: str) -> str:
    options = ("--warehouse", str(store), "--config", str(config))
    result = CliRunner().invoke(app, [*arguments, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(store: Store, config: Path, *arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in called(store, config, *arguments, "--json").splitlines()]


def test_a_topic_is_the_same_from_the_file_and_from_a_query(store: Store, config: Path) -> None:
    by_id = found_topics(store, chosen_topics(config, ["mixed"], None)).to_pylist()
    by_query = found_topics(store, chosen_topics(config, None, [QUERY])).to_pylist()
    assert [row["topic"] for row in by_query] == [QUERY, QUERY]
    assert [row | {"topic": "mixed"} for row in by_query] == by_id


def test_sql_has_a_view_of_all_topics(store: Store, config: Path) -> None:
    found = rows(store, config, "sql", "select topic, count(*) as n from Topics group by all order by all")
    assert found == [{"topic": "mixed", "n": 2}, {"topic": "untitled", "n": 1}]
    found = rows(store, config, "sql", "--match", "الرابطة", "select doc_id from topics where topic = 'الرابطة'")
    assert found == [{"doc_id": DOC}]


def test_a_query_that_would_be_of_no_use_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="the view topics, which the query does not name"):
        CliRunner().invoke(app, ["sql", "--match", "ماء", "from clean", "-w", str(store)], catch_exceptions=False)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--topic", "untitled"], {OTHER}),
        (["--topic", "untitled", "--match", "الرابطة"], {OTHER, DOC}),
        (["--match", "زلزال"], set()),
        (["--topic", "mixed", "الماء"], {DOC}),
    ],
)
def test_find_looks_in_the_articles_of_topics(
    store: Store, config: Path, options: list[str], expected: set[str]
) -> None:
    assert {row["doc_id"] for row in rows(store, config, "find", *options)} == expected


def test_quotes_are_found_in_the_articles_of_a_topic(store: Store, config: Path) -> None:
    assert [row["quote_id"] for row in rows(store, config, "find", "--quotes", "--match", "الرابطة")] == [0]
    assert rows(store, config, "find", "--quotes", "--topic", "untitled") == []


def test_a_report_is_about_the_articles_of_its_topics_and_names_them(
    store: Store, config: Path, tmp_path: Path
) -> None:
    output = tmp_path / "report.html"
    called(store, config, "report", "--lang", "en", "-o", str(output), "--topic", "untitled")
    page = output.read_text(encoding="utf-8")
    assert "Articles: <bdi>1</bdi>" in page
    assert "Only: <bdi>topic <bdi>untitled</bdi></bdi>" in page
    with pytest.raises(UsageError, match="no article passes the filters"):
        called(store, config, "report", "-o", str(output), "--match", "زلزال")


def test_an_edited_article_counts_as_what_it_says_now(store: Store, config: Path) -> None:
    edited = {"doc_id": OTHER, "version": 2, "text": "خبر معدل", "language": "ar"}
    before = found_topics(store, {"t": "عنوان"})
    batch = Batch("2026-04-14", "three")
    for name in ("clean", "sentences", "tokens", "entities", "sentiment", "quotes", "stances"):
        write(store, batch, name, *([edited] if name == "clean" else []))
    assert (before.num_rows, found_topics(store, {"t": "عنوان"}).num_rows) == (1, 0)
    assert found_topics(store, {"t": "معدل"})["version"].to_pylist() == [2]


@pytest.mark.parametrize(
    ("ids", "queries", "fault"),
    [
        (["oil"], None, "no topic oil; there are: mixed, untitled"),
        (None, ["…"], "--match: '…' has no word to look for"),
    ],
)
def test_what_cannot_be_a_topic_is_refused(
    config: Path, ids: list[str] | None, queries: list[str] | None, fault: str
) -> None:
    with pytest.raises(UsageError, match=fault):
        chosen_topics(config, ids, queries)
