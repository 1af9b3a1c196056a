import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from nabra.flows.cli.answers import json_lines, rows_table, tsv
from nabra.flows.cli.views import Bounds, open_views, run_query
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.folder import Folder
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import DOC, OTHER, TITLE, path_of, write


def answer(store: Store, sql: str) -> list[dict[str, object]]:
    return run_query(open_views(store), sql).to_pylist()


def hour(number: int) -> datetime:
    return datetime(2026, 4, 12, number, tzinfo=UTC)


def test_every_dataset_is_a_view_with_its_columns_and_the_day(store: Store) -> None:
    for name, dataset in DATASETS.items():
        columns = [row["column_name"] for row in answer(store, f"describe {name}")]
        assert columns == [*dataset.schema.names, "ingest_date"]


def test_views_join_over_batches_and_give_the_day_as_text(store: Store) -> None:
    rows = answer(store, "select ingest_date, c.title from raw join clean c using (doc_id, ingest_date) order by all")
    assert rows == [{"ingest_date": "2026-04-12", "title": TITLE}, {"ingest_date": "2026-04-13", "title": None}]


def test_times_are_utc_whatever_the_machine_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Riyadh")
    assert answer(store, "select hour(published_at) as h from clean where published_at is not null") == [{"h": 6}]


def test_an_empty_warehouse_has_views_without_rows(tmp_path: Path) -> None:
    empty = Store(Files(Folder(), str(tmp_path / "nowhere")))
    assert answer(empty, "select count(*) as n from stances where stance = 'favor'") == [{"n": 0}]


def test_a_story_has_its_earliest_article_whichever_was_cleaned_first(tmp_path: Path) -> None:
    store = Store(Files(Folder(), str(tmp_path / "warehouse")))
    copy = {"doc_id": "b", "source": "valley", "story": "b", "published_at": None, "fetched_at": hour(9)}
    original = {"doc_id": "a", "source": "port", "story": "b", "published_at": hour(7), "fetched_at": hour(10)}
    scheduled = {"doc_id": "c", "source": "valley", "story": "b", "published_at": hour(12), "fetched_at": hour(8)}
    old_copy = {"doc_id": "e", "source": "port", "story": None, "duplicate_of": "d", "fetched_at": hour(2)}
    old = {"doc_id": "d", "source": "port", "story": None, "published_at": hour(1), "fetched_at": None}
    write(store, Batch("2026-04-12", "one"), "clean", copy, original, old)
    write(store, Batch("2026-04-13", "two"), "clean", scheduled, old_copy)
    assert answer(store, "from stories order by story") == [
        {"story": "b", "doc_id": "a", "source": "port"}
        | {"published_at": hour(7), "fetched_at": hour(8), "articles": 3, "outlets": 2},
        {"story": "d", "doc_id": "d", "source": "port"}
        | {"published_at": hour(1), "fetched_at": hour(2), "articles": 2, "outlets": 1},
    ]


def test_an_edit_makes_no_article_later_than_its_copies(tmp_path: Path) -> None:
    store = Store(Files(Folder(), str(tmp_path / "warehouse")))
    article = {"doc_id": "a", "source": "port", "story": "a", "version": 1, "fetched_at": hour(1)}
    copy = {"doc_id": "b", "source": "valley", "story": "a", "version": 1, "fetched_at": hour(5)}
    edit = article | {"version": 2, "fetched_at": hour(9)}
    rewritten = copy | {"version": 2, "fetched_at": hour(10), "story": "b"}
    write(store, Batch("2026-04-12", "one"), "clean", article, copy)
    write(store, Batch("2026-04-12", "two"), "clean", edit)
    assert answer(store, "select story, doc_id, fetched_at, articles from stories") == [
        {"story": "a", "doc_id": "a", "fetched_at": hour(1), "articles": 2}
    ]
    write(store, Batch("2026-04-12", "three"), "clean", rewritten)
    assert answer(store, "select story, doc_id, fetched_at from stories order by story") == [
        {"story": "a", "doc_id": "a", "fetched_at": hour(1)},
        {"story": "b", "doc_id": "b", "fetched_at": hour(10)},
    ]


def test_an_article_from_before_there_were_times_comes_before_its_copies(tmp_path: Path) -> None:
    store = Store(Files(Folder(), str(tmp_path / "warehouse")))
    old = {"doc_id": "b", "source": "port", "fetched_at": None}
    write(store, Batch("2026-04-12", "one"), "clean", old, {"doc_id": "a", "story": "b", "fetched_at": hour(5)})
    assert answer(store, "select doc_id from stories") == [{"doc_id": "b"}]


def test_files_being_written_are_no_rows(store: Store) -> None:
    path = path_of(store, "clean", Batch("2026-04-12", "one"))
    for name in ("_two.parquet", ".two.parquet"):
        path.with_name(name).write_bytes(path.read_bytes()[:50])
    assert answer(store, "select count(*) as n from clean") == [{"n": 2}]


@pytest.mark.parametrize(
    "sql",
    [
        "drop view clean",
        "create table t as select 1",
        "insert into clean select * from clean",
        "copy (select 1) to '{path}'",
        "explain analyze copy (select 1) to '{path}'",
        "with x as (copy (select 1) to '{path}') select * from x",
        "select 1; copy (select 1) to '{path}'",
        "attach '{path}' as other",
        "set threads = 1",
        "select * from read_text('{secret}')",
        "",
    ],
)
def test_a_query_can_only_read_the_views(store: Store, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    connection = open_views(store)
    with pytest.raises(UsageError):
        run_query(connection, sql.format(path=tmp_path / "out", secret=secret))
    assert not (tmp_path / "out").exists()
    assert run_query(connection, "select count(*) as n from clean").to_pylist() == [{"n": 2}]


def test_a_wrong_column_is_named_together_with_the_views(store: Store) -> None:
    with pytest.raises(UsageError, match=r"(?s)nope.*raw, clean, sentences"):
        run_query(open_views(store), "select nope from clean")


def test_tsv_escapes_what_would_break_a_line_or_a_terminal(store: Store) -> None:
    data = run_query(open_views(store), r"select hint_title, e'x\ty\nz\\' as t, payload from raw order by doc_id")
    lines = list(tsv(data))
    assert lines[0] == "hint_title\tt\tpayload"
    assert lines[1].split("\t") == ["", r"x\ty\nz" + "\\\\", "<5 bytes>"]
    assert lines[2].startswith(r"a\u001b]0;owned\u0007b\u202ec")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-2+3",
        "@SUM(a)",
        " =1",
        "\t=1",
        "\r=1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_marked_as_text_in_tsv(text: str) -> None:
    _, line = tsv(pa.table({"v": [text]}))
    assert line.startswith("'")
    (exact,) = json_lines(pa.table({"v": [text]}))
    assert json.loads(exact) == {"v": text}


def test_numbers_and_other_texts_are_as_they_are_in_tsv() -> None:
    data = pa.table({"n": [-0.5], "i": [-3], "t": ["قال - نعم"], "none": [None], "e": [""]})
    assert list(tsv(data)) == ["n\ti\tt\tnone\te", "-0.5\t-3\tقال - نعم\t\t"]


def test_json_lines_give_back_the_exact_text(store: Store) -> None:
    data = run_query(open_views(store), f"select hint_title, fetched_at from raw where doc_id = '{OTHER}'")
    (line,) = json_lines(data)
    assert "\u202e" not in line
    assert json.loads(line) == {"hint_title": "a\x1b]0;owned\x07b\u202ec", "fetched_at": "2026-04-12 09:30:00+00:00"}


def test_two_columns_of_one_name_are_both_shown(store: Store) -> None:
    assert list(tsv(run_query(open_views(store), "select 1 as a, 2 as a"))) == ["a\ta", "1\t2"]


def test_a_terminal_table_is_cut_and_says_so() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(rows_table(pa.table({"n": list(range(1500)), "long": ["س" * 3000] * 1500})))
    shown = console.export_text()
    assert "the first 1000 of 1500 rows" in shown
    assert "│ 999 " in shown
    assert "│ 1001 " not in shown
    assert shown.count("س") == 1000 * 399


def test_a_terminal_table_shows_markup_as_text(store: Store) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(
        rows_table(run_query(open_views(store), f"select '[red]x[/red]' as v from clean where doc_id = '{DOC}'"))
    )
    assert "[red]x[/red]" in console.export_text()


ENDLESS = (
    "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
    "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 11",
    "select * from range(100000000000) limit 99999999999",
)


@pytest.mark.parametrize("sql", ENDLESS)
def test_a_query_ends_in_time_and_says_how_to_give_it_more(store: Store, sql: str) -> None:
    with pytest.raises(UsageError, match=r"longer than 0\.5 s and was ended; narrow it, or raise --timeout"):
        run_query(open_views(store), sql, Bounds(0.5, 100_000))


GREEDY = (
    "select list(range || repeat('x', 1000)) from range(10000000)",
    "select count(*) from (select distinct range || repeat('x', 100) from range(100000000))",
    "select repeat('x', 1000) from range(100000000)",
)


@pytest.mark.parametrize("sql", GREEDY)
def test_a_query_is_refused_more_memory_than_it_may_take(store: Store, sql: str) -> None:
    with pytest.raises(UsageError, match="more than 64 MiB of memory; narrow it, or raise --memory"):
        run_query(open_views(store, memory_mib=64), sql, Bounds(200, 64))


def test_after_a_query_that_was_ended_the_next_is_answered(store: Store) -> None:
    views = open_views(store)
    with pytest.raises(UsageError):
        run_query(views, ENDLESS[0], Bounds(0.2))
    assert run_query(views, "select count(*) as n from clean").to_pylist() == [{"n": 2}]
