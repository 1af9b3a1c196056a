"""Files of JSON as people have them: arrays, objects that hold the rows, exports of other programs, broken ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nabra.tasks.fetch.local import json_files
from nabra.tasks.fetch.local.columns import ColumnNames
from nabra.tasks.fetch.outcomes import Found, Rejected
from tests.fetch.local.test_tables import SETTINGS, TEXT, TIME, articles, found, written

ROWS = [
    {"id": n, "title": f"خبر {n}", "text": f"{TEXT} {n}", "published_at": "2024-05-12T10:30:00+03:00"} for n in (1, 2)
]
READ = [(str(n), f"خبر {n}", f"{TEXT} {n}") for n in (1, 2)]
FRAME = pd.DataFrame(ROWS).astype({"id": str})
WORDPRESS = {"id": 7, "title": {"rendered": "خبر"}, "content": {"rendered": f"<p>{TEXT}</p>"}}


def dumped(value: Any, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **how)


@pytest.mark.parametrize(
    "content",
    [
        dumped(ROWS),
        dumped(ROWS, indent=2),
        "\ufeff" + dumped(ROWS),
        dumped(ROWS).encode("utf-16"),
        dumped(ROWS).encode("cp1256"),
        json.dumps(ROWS),
        "\n".join(map(dumped, ROWS)),
        "\n".join(dumped(row, indent=1) for row in ROWS),
        ",\n".join(map(dumped, ROWS)),
        *(dumped({"status": "ok", "total": 2, name: ROWS}) for name in ("articles", "items", "data", "اخبار")),
        dumped({"response": {"docs": ROWS}, "tags": [{"name": "x"}]}),
        dumped({"hits": {"total": 2, "hits": [{"_id": str(row["id"]), "_source": row} for row in ROWS]}}),
        dumped({"data": {"posts": {"edges": [{"node": row} for row in ROWS]}}}),
        dumped({"data": [{"id": row["id"], "type": "news", "attributes": row} for row in ROWS]}),
        dumped([{"_id": {"$oid": str(row["id"])}} | {k: v for k, v in row.items() if k != "id"} for row in ROWS]),
        dumped({str(row["id"]): {k: v for k, v in row.items() if k != "id"} for row in ROWS}),
        dumped([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
        dumped([[row] for row in ROWS]),
        dumped({"feed": {"entry": [{"article": row} for row in ROWS]}}),
        *(FRAME.to_json(orient=way, force_ascii=False) for way in ("records", "columns", "split", "index")),
    ],
)
def test_rows_are_found_wherever_a_file_holds_them(tmp_path: Path, content: str | bytes) -> None:
    path = written(tmp_path, content, "news.json")
    assert articles(path) == READ
    assert all(row.hint_published_at == TIME for row in found(path) if isinstance(row, Found))


def test_what_holds_the_rows_is_no_column_that_is_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found(written(tmp_path, dumped({"total": 2, "articles": [row | {"tag": "x"} for row in ROWS]}), "news.json"))
    (said,) = caplog.messages
    assert "columns not read: tag;" in said


def test_one_object_is_one_row(tmp_path: Path) -> None:
    assert articles(written(tmp_path, dumped(ROWS[0], indent=2), "news.json")) == READ[:1]


def test_texts_and_outlets_that_lie_in_objects_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, dumped([WORDPRESS]), "news.json")
    assert articles(path, "html=content") == [("7", "خبر", f"<p>{TEXT}</p>")]
    news = {"url": "https://x.example/1", "source": {"id": None, "name": "الميناء"}, "text": TEXT}
    (row,) = found(written(tmp_path, dumped({"articles": [news]}), "newsapi.json"))
    assert isinstance(row, Found)
    assert row.source == "الميناء"


@pytest.mark.parametrize("wrap", ["[{}]", '{{"articles": [{}]}}', '{{"meta": {{"n": 3}}, "items": [{}]}}', "{}"])
@pytest.mark.parametrize("fault", ['{"id": 9, "text": "لا', '{"id": 9, "text": لا}', '{"id": 9 "text": "لا"}', "17"])
def test_a_fault_costs_the_row_that_it_is_in(tmp_path: Path, wrap: str, fault: str) -> None:
    content = wrap.format(", ".join([dumped(ROWS[0]), fault, dumped(ROWS[1])]))
    rows = found(written(tmp_path, content, "news.json"))
    assert READ[0][0] in [row.url.partition("#")[2] for row in rows if isinstance(row, Found)]
    assert any(isinstance(row, Rejected) for row in rows)
    if not fault.endswith("لا"):  # a quote that is left open takes the next row with it, as nothing tells where it ends
        assert READ[1][0] in [row.url.partition("#")[2] for row in rows if isinstance(row, Found)]


def test_a_file_that_is_cut_off_keeps_what_is_whole(tmp_path: Path) -> None:
    whole = dumped({"articles": ROWS})
    first, second = found(written(tmp_path, whole[:-40], "news.json"))
    assert isinstance(first, Found)
    assert isinstance(second, Rejected)
    assert second.row["reason"] == "malformed"


@pytest.mark.parametrize("content", ["[]", "{}", "null", "[1, 2]", '{"name": "x", "version": 1}', "not json", ""])
def test_a_file_without_a_row_is_a_refusal_that_says_so(tmp_path: Path, content: str) -> None:
    rows = found(written(tmp_path, content, "news.json"))
    assert rows
    assert all(isinstance(row, Rejected) for row in rows)


def test_an_array_longer_than_the_window_is_read_a_row_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "STEP_CHARS", 64)
    assert articles(written(tmp_path, dumped(ROWS), "news.json")) == READ
    bound = json_files.json_file_rows
    for content in (dumped(ROWS), dumped({"total": 2, "articles": ROWS})):
        with written(tmp_path, content, "long.json").open("rb") as file:
            settings = SETTINGS.model_copy(update={"max_record_bytes": len(dumped(ROWS[0])) + 20})
            assert [row["id"] for _, row in bound(file, settings, ColumnNames({})) if isinstance(row, dict)] == [1, 2]


def test_a_feed_of_json_is_a_feed(tmp_path: Path) -> None:
    written(tmp_path, f"<p>{TEXT}</p>", "a.html")
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "a.html", "title": "خبر"}]}
    (row,) = found(written(tmp_path, dumped(feed), "feed.json"))
    assert isinstance(row, Found)
    assert (row.hint_title, row.url) == ("خبر", (tmp_path / "a.html").as_uri())
