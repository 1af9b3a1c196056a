import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.documents.identity import document_id
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.columns import ColumnNames
from nabra.tasks.fetch.local.rows import RowFile
from nabra.tasks.fetch.outcomes import Found, Rejected

LIMIT = 1000


def rows_of(path: Path, limit: int = LIMIT) -> list[Found | Rejected]:
    bounds = {"max_payload_bytes": limit, "max_record_bytes": 8 * limit, "max_columns": 10}
    return list(row_file(path).find(load_settings().fetch.model_copy(update=bounds)))


def row_file(path: Path, **columns: str) -> RowFile:
    return RowFile(
        path, path.name, "cli", ColumnNames(columns), lambda function, *arguments: function(None, *arguments)
    )


def json_lines(folder: Path, *lines: object) -> Path:
    path = folder / "rows.jsonl"
    encoded = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    path.write_bytes(b"\n".join(encoded) + b"\n")
    return path


def test_a_row_with_an_address_gives_its_text_and_hints(tmp_path: Path) -> None:
    row = {
        "url": "https://Example.org/a?utm_source=x",
        "text": "نص الخبر",
        "title": " عنوان ",
        "published_at": "2024-05-12T03:00:00+03:00",
        "source": "port",
    }
    (found,) = rows_of(json_lines(tmp_path, row))
    assert isinstance(found, Found)
    assert (found.url, found.doc_id) == ("https://example.org/a", document_id("https://example.org/a"))
    assert (found.source, found.hint_title) == ("port", "عنوان")
    assert found.hint_published_at == datetime(2024, 5, 12, tzinfo=UTC)
    payload = found.load()
    assert (payload.content.decode(), payload.content_type, payload.charset) == ("نص الخبر", "text/plain", "utf-8")


def test_a_row_with_an_id_is_known_by_file_and_id(tmp_path: Path) -> None:
    path = json_lines(tmp_path, {"id": "was-7", "html": "<p>نص</p>"}, {"id": 8, "text": "نص"})
    first, second = rows_of(path)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert first.url == f"{path.as_uri()}#was-7"
    assert first.doc_id == document_id("rows.jsonl#was-7")
    assert first.load().content_type == "text/html"
    assert second.url.endswith("#8")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("published_at", "2024-05-12T10:30:00+03:00"),
        ("published_at", "2024-05-12 07:30:00 UTC"),
        ("published_at", "Sun, 12 May 2024 10:30:00 GMT+3"),
        ("published_at", "الأحد 12 أيار/مايو 2024 07:30"),
        ("published_at", 1715499000),
        ("published_at", 1715499000000.0),
        ("date", "12/05/2024 07:30"),
        ("Date", "2024-05-12T07:30:00Z"),
        ("pubDate", "Sun, 12 May 2024 07:30:00 GMT"),
        ("publishedAt", "2024-05-12T07:30:00Z"),
        ("Publish Date", "5/12/2024 07:30"),
        ("created_at", {"$date": "2024-05-12T07:30:00Z"}),
        ("date", {"$date": {"$numberLong": "1715499000000"}}),
        ("تاريخ النشر", "12 مايو 2024 07:30"),
    ],
)
def test_a_date_is_read_in_every_form_from_every_column_that_is_called_so(
    tmp_path: Path, column: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    (found,) = rows_of(json_lines(tmp_path, {"id": "1", "text": "نص", column: value}))
    assert isinstance(found, Found)
    # Of two numbers that can both be a day the first is.
    day = (5, 12) if column != "Publish Date" else (12, 5)
    assert found.hint_published_at == datetime(2024, *day, 7, 30, tzinfo=UTC)
    assert not caplog.records


@pytest.mark.parametrize(
    "value", ["قريبا", "0001-01-01T00:00:00", "2099-01-01", 0, "31/02/2024", "أمس", True, "12 مايو"]
)
def test_dates_that_cannot_be_read_are_said_once_a_file(
    tmp_path: Path, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    path = json_lines(tmp_path, *({"id": str(n), "text": "نص", "date": value} for n in range(3)))
    assert [found.hint_published_at for found in rows_of(path) if isinstance(found, Found)] == [None] * 3
    (record,) = caplog.records
    assert f"{path.as_uri()}: 3 dates cannot be read" in record.getMessage()


def test_a_row_without_a_date_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    values: list[object] = [None, "", "NaN", float("nan"), "null"]
    rows_of(json_lines(tmp_path, *({"id": str(n), "text": "نص", "date": v} for n, v in enumerate(values))))
    assert not caplog.records


def test_the_surest_column_that_has_a_date_counts(tmp_path: Path) -> None:
    row = {"id": "1", "text": "نص", "created_at": "2024-05-01", "date": "2024-05-12", "published_at": "?"}
    (found,) = rows_of(json_lines(tmp_path, row))
    assert isinstance(found, Found)
    assert found.hint_published_at == datetime(2024, 5, 12, tzinfo=UTC)


def test_a_clock_in_a_row_counts_in_the_zone_of_its_source(tmp_path: Path) -> None:
    path = json_lines(tmp_path, {"id": "1", "text": "نص", "date": "2024-05-12 10:30"})
    (found,) = replace(row_file(path), zone="Asia/Riyadh").find(load_settings().fetch)
    assert isinstance(found, Found)
    assert found.hint_published_at == datetime(2024, 5, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b'{"id": "1", "text": ', "malformed", "the line is no JSON"),
        (b"[1, 2]", "malformed", "the row is no object"),
        (b'{"text": "x"}', "malformed", "neither `url` nor `id`"),
        (b'{"id": "1"}', "malformed", "neither `text` nor `html`"),
        (b'{"id": "1", "text": 5}', "malformed", "`text` is no string"),
        (b'{"url": "not an address", "text": "x"}', "malformed", "`url` is no address"),
        (b'{"url": "https://a:b@example.org/", "text": "x"}', "refused", "user name or password"),
        (b'{"id": "1", "text": "\\ud800"}', "unreadable", "not valid UTF-8"),
        ('{"id": "1", "text": "نص"}'.encode("cp1256"), "unreadable", "the line is not UTF-8"),
        (b"[" * 100_000, "too_large", "the line has more than"),
    ],
)
def test_a_broken_line_is_refused_with_file_and_line_and_reading_goes_on(
    tmp_path: Path, line: bytes, reason: str, detail: str
) -> None:
    path = json_lines(tmp_path, {"id": "before", "text": "نص"}, line, {"id": "after", "text": "نص"})
    before, broken, after = rows_of(path)
    assert isinstance(broken, Rejected)
    assert (broken.row["reason"], broken.row["url"]) == (reason, f"{path.as_uri()}:2")
    assert detail in broken.row["detail"]
    assert isinstance(before, Found)
    assert isinstance(after, Found)


def test_deeply_nested_json_is_malformed_and_not_a_crash(tmp_path: Path) -> None:
    path = json_lines(tmp_path, b"[" * 100_000)
    (broken,) = rows_of(path, limit=1_000_000)
    assert isinstance(broken, Rejected)
    assert broken.row["reason"] == "malformed"


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "1", "text": "x"}\r\n\r\n')
    (found,) = rows_of(path)
    assert isinstance(found, Found)


@pytest.mark.parametrize(("text", "reason"), [(" \n ", "empty"), ("ن" * LIMIT, "too_large")])
def test_an_empty_or_too_long_text_is_refused_when_it_is_loaded(tmp_path: Path, text: str, reason: str) -> None:
    (found,) = rows_of(json_lines(tmp_path, {"id": "1", "text": text}))
    assert isinstance(found, Found)
    with pytest.raises(DocumentError) as caught:
        found.load()
    assert caught.value.reason == reason


def test_csv_rows_may_hold_line_breaks_and_long_fields(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    long_text = "سطر\n" * 50_000
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(
            [["id", "text", "title"], ["1", long_text, "عنوان"], ["2", 'قال: "نعم"', ""], ["", "بلا رقم", ""]]
        )
    first, second, third = rows_of(path, limit=1_000_000)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert isinstance(third, Rejected)
    assert first.load().content.decode() == long_text
    assert second.load().content.decode() == 'قال: "نعم"'
    assert second.hint_title is None
    assert "neither `url` nor `id`" in third.row["detail"]


def test_a_csv_row_in_another_charset_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,text\n1," + "نص".encode("cp1256") + b"\n2," + "نص".encode() + b"\n")
    first, second = rows_of(path)
    assert isinstance(first, Rejected)
    assert (first.row["reason"], first.row["url"]) == ("unreadable", f"{path.as_uri()}:2")
    assert isinstance(second, Found)


def test_a_csv_file_without_the_columns_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name,body\na,b\nc,d\n", encoding="utf-8")
    (refusal,) = rows_of(path)
    assert isinstance(refusal, Rejected)
    assert "the first line must name the columns" in refusal.row["detail"]


def test_a_row_whose_address_is_none_of_the_web_is_refused_by_its_line(tmp_path: Path) -> None:
    urls = [
        "javascript://h/%0aalert(1)",
        "data://h/x",
        "file://h/etc/passwd",
        "ftp://h/a",
        "HTTP:/x",
        "//h/p",
        "http://h/\x01",
    ]
    path = json_lines(tmp_path, *({"url": url, "text": "نص"} for url in urls), {"id": "1", "text": "نص"})
    *refusals, good = rows_of(path)
    assert isinstance(good, Found)
    for number, refusal in enumerate(refusals, start=1):
        assert isinstance(refusal, Rejected)
        assert refusal.row["url"] == f"{path.as_uri()}:{number}"
        assert refusal.row["reason"] in ("refused", "malformed")


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("port_2-a", "port_2-a"),
        ("الجزيرة نت", "الجزيرة نت"),
        ("صحيفة الشّرق", "صحيفة الشّرق"),
        ("BBC News عربي", "BBC News عربي"),
        ("Al-Jazeera (English)", "Al-Jazeera English"),
        ("https://www.port.example/", "https www.port.example"),
        ("خبر\n# عنوان", "خبر عنوان"),
        ("[x](javascript:alert(1))", "x javascript alert 1"),
        ("=cmd|' /C calc'!A0", "cmd C calc A0"),
        ("\u202e\x1b[31mport", "31mport"),
        ("  ", "cli"),
        ("```", None),
        ("x" * 65, None),
        ("x" * 1_000_000, None),
    ],
)
def test_the_source_of_a_row_has_a_form_that_does_nothing(tmp_path: Path, written: str, label: str | None) -> None:
    (found,) = rows_of(json_lines(tmp_path, {"id": "1", "text": "نص", "source": written}), limit=1_000_000)
    if label is None:
        assert isinstance(found, Rejected)
        assert (found.row["source"], found.row["reason"]) == ("cli", "malformed")
        assert "`source` has" in found.row["detail"]
    else:
        assert isinstance(found, Found)
        assert found.source == label


def test_a_csv_row_or_header_that_does_not_end_is_refused_and_what_stands_before_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    for rest in ("2," + "x" * 10_000, '2,"' + "x\n" * 5_000, "2," + '"a\n",' * 5_000):
        path.write_text(f"id,text\n1,نص\n{rest}", encoding="utf-8")
        rows = row_file(path).find(load_settings().fetch.model_copy(update={"max_record_bytes": 5_000}))
        assert isinstance(next(rows), Found)
        with pytest.raises(
            DocumentError, match=r"too_large: a row of more than 5000 bytes, see fetch\.max_record_bytes"
        ):
            next(rows)
    path.write_text("id,text" + ",x" * 200_000, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"see fetch\.max_header_bytes"):
        rows_of(path)


def test_a_csv_row_of_too_many_columns_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,text\n1,نص" + ",x" * 50 + "\n2,نص,\n3\n", encoding="utf-8")
    wide, good, short = rows_of(path)
    assert isinstance(wide, Rejected)
    assert "see fetch.max_columns" in wide.row["detail"]
    assert isinstance(good, Found)
    assert isinstance(short, Found)


def test_a_number_of_five_thousand_digits_costs_its_row(tmp_path: Path) -> None:
    broken, good = rows_of(json_lines(tmp_path, b'{"id": ' + b"9" * 5_000 + b"}", {"id": 1, "text": "نص"}))
    assert isinstance(broken, Rejected)
    assert isinstance(good, Found)
