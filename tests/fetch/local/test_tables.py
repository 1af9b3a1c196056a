"""Tables as people have them: every delimiter, encoding, spelling and program, and faults that cost one row."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from nabra.config.settings import load_settings
from nabra.tasks.errors import UsageError
from nabra.tasks.fetch.listings.reader import ListingReader
from nabra.tasks.fetch.local.files import LocalInput
from nabra.tasks.fetch.outcomes import Found, Rejected
from nabra.tasks.fetch.targets import parsed_columns

SETTINGS = load_settings().fetch
TEXT = "قال الوزير إن الجسر سيفتح قريبا، وأضاف أن السكان ينتظرون"
TIME = datetime(2024, 5, 12, 7, 30, tzinfo=UTC)
LAST_DAY = datetime(2025, 12, 31, tzinfo=UTC)


def found(path: Path, *columns: str) -> list[Found | Rejected]:
    given = tuple(parsed_columns(columns).items())
    with ListingReader(SETTINGS) as listings:
        return list(LocalInput("cli", SETTINGS, listings, columns=given).find(path))


def articles(path: Path, *columns: str) -> list[tuple[str, str | None, str]]:
    """Name, title and text of each row; all must be read."""
    rows = found(path, *columns)
    assert all(isinstance(row, Found) for row in rows), rows
    return [(row.url.partition("#")[2], row.hint_title, row.load().content.decode()) for row in rows]


def written(folder: Path, content: str | bytes, name: str = "news.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "؛"])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    rows = [("id", "title", "text"), ("1", "عنوان, له; فواصل", f'"{TEXT}"')]
    path = written(tmp_path, "\n".join(delimiter.join(f'"{cell.strip(chr(34))}"' for cell in row) for row in rows))
    assert articles(path) == [("1", "عنوان, له; فواصل", TEXT)]


@pytest.mark.parametrize(
    "first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\n", "\n\n", "\ufeff", "\ufeffsep=;\n", "\ufeff\n"]
)
def test_what_stands_before_the_header_is_no_row(tmp_path: Path, first: str) -> None:
    assert articles(written(tmp_path, f"{first}id;title;text\n1;عنوان;{TEXT}\n")) == [("1", "عنوان", TEXT)]


@pytest.mark.parametrize(
    "header", ["ID,Title,Text", " id , title , text ", '"id","title","text"', "\u200fid,TITLE,tEXT"]
)
def test_letter_case_spaces_and_marks_of_columns_do_not_count(tmp_path: Path, header: str) -> None:
    assert articles(written(tmp_path, f"{header}\n1,عنوان,{TEXT}\n")) == [("1", "عنوان", TEXT)]


def test_the_order_of_columns_does_not_count(tmp_path: Path) -> None:
    assert articles(written(tmp_path, f"text;x;title;id\n{TEXT};y;عنوان;1\n")) == [("1", "عنوان", TEXT)]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256", "iso8859-6"])
@pytest.mark.parametrize("name", ["news.csv", "news.tsv", "news.jsonl"])
def test_the_encoding_is_found(tmp_path: Path, charset: str, name: str) -> None:
    row = {"id": "1", "title": "عنوان", "text": TEXT}
    table = f"id\ttitle\ttext\r\n1\tعنوان\t{TEXT}\r\n"
    content = json.dumps(row, ensure_ascii=False) + "\n" if name.endswith("jsonl") else table
    assert articles(written(tmp_path, content.encode(charset), name)) == [("1", "عنوان", TEXT)]


def test_a_table_without_the_columns_says_what_was_found(tmp_path: Path) -> None:
    (refusal,) = found(written(tmp_path, "number;body\n1;x\n".encode("utf-16")))
    assert isinstance(refusal, Rejected)
    detail = refusal.row["detail"]
    assert all(part in detail for part in ("';'", "utf-16", "number, body", "--map text=COLUMN"))


@pytest.mark.parametrize(
    "open_row",
    [
        f'2,ثان,"{TEXT}',
        f'2,"ثان,{TEXT}',
        f'2,ثان,"{TEXT}\nسطر آخر, وفيه فاصلة\nوسطر',
    ],
)
@pytest.mark.parametrize("others", ["{0},عنوان,{1}", '{0},"عنوان","{1}"', '"{0}","عنوان","{1}"'])
def test_a_quote_that_is_never_closed_costs_its_row(tmp_path: Path, open_row: str, others: str) -> None:
    rows = [others.format(number, TEXT) for number in (1, 3, 4)]
    path = written(tmp_path, "\n".join(["id,title,text", rows[0], open_row, *rows[1:]]) + "\n")
    first, refusal, third, fourth = found(path)
    assert isinstance(refusal, Rejected)
    assert (refusal.row["reason"], refusal.row["url"]) == ("malformed", f"{path.as_uri()}:3")
    kept = [row for row in (first, third, fourth) if isinstance(row, Found)]
    assert [row.url.partition("#")[2] for row in kept] == ["1", "3", "4"]
    assert {row.load().content.decode() for row in kept} == {TEXT}


def test_a_quote_left_open_in_the_last_row_keeps_its_text(tmp_path: Path) -> None:
    assert articles(written(tmp_path, f'id,text\n1,{TEXT}\n2,"{TEXT}\nسطر')) == [
        ("1", None, TEXT),
        ("2", None, f"{TEXT}\nسطر"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'قال \\"نعم\\", ثم, مضى',
        'قال \\"نعم\\"',
        '\\"نعم\\" قال, ومضى\nوقال \\"لا\\", ثم سكت',
    ],
)
def test_quotes_escaped_by_a_backslash_are_read(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, f'id,text,title\n1,"{text}",أول\n2,"{TEXT}",ثان\n')
    assert articles(path) == [("1", "أول", text.replace("\\", "")), ("2", "ثان", TEXT)]


def test_stray_quotes_in_a_field_lose_no_word(tmp_path: Path) -> None:
    rows = articles(written(tmp_path, f'id,text\n1,"قال "نعم" ومضى\nوقال "لا" ثم سكت"\n2,"{TEXT}"\n3,قال "نعم"\n'))
    assert [text.replace('"', "") for _, _, text in rows] == ["قال نعم ومضى\nوقال لا ثم سكت", TEXT, "قال نعم"]


def test_a_text_of_lines_like_rows_is_one_row(tmp_path: Path) -> None:
    text = "2015,كلام\n2016,كلام آخر"
    assert articles(written(tmp_path, f'id,text\n1,"{text}"\n2,"{TEXT}"\n')) == [("1", None, text), ("2", None, TEXT)]


def test_a_row_of_more_fields_than_the_header_is_refused_and_not_cut(tmp_path: Path) -> None:
    path = written(tmp_path, f"id,title,text\n1,عنوان,قال, ثم مضى\n2,عنوان,{TEXT},,\n")
    refusal, good = found(path)
    assert isinstance(refusal, Rejected)
    assert (refusal.row["url"], refusal.row["reason"]) == (f"{path.as_uri()}:2", "malformed")
    assert "4 fields, the header 3" in refusal.row["detail"]
    assert isinstance(good, Found)


@pytest.mark.parametrize(
    ("written_id", "read"), [("3", "3"), ("3.0", "3"), ('"3.0"', "3"), ('"3"', "3"), ('"3.5"', "3.5"), ('"a-3"', "a-3")]
)
def test_an_id_is_one_however_it_is_written(tmp_path: Path, written_id: str, read: str) -> None:
    path = written(tmp_path, f'{{"id": {written_id}, "text": "{TEXT}"}}\n', "a.jsonl")
    assert articles(path) == [(read, None, TEXT)]


@pytest.mark.parametrize("nothing", ["NaN", "null", '"NaN"', '"None"', '"<NA>"', '"  "', '"null"'])
def test_what_stands_for_nothing_is_nothing(tmp_path: Path, nothing: str) -> None:
    row = f'{{"id": 1, "url": {nothing}, "title": {nothing}, "published_at": {nothing}, "source": {nothing}'
    path = written(tmp_path, f'{row}, "text": "{TEXT}"}}\n', "a.jsonl")
    (one,) = found(path)
    assert isinstance(one, Found)
    assert (one.source, one.hint_title, one.hint_published_at) == ("cli", None, None)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("form", ["{}", '"{}"', "{}.0"])
def test_seconds_and_smaller_parts_since_1970_are_times(tmp_path: Path, unit: int, form: str) -> None:
    moment = form.format(int(TIME.timestamp()) * unit)
    (one,) = found(written(tmp_path, f'{{"id": 1, "text": "{TEXT}", "published_at": {moment}}}\n', "a.jsonl"))
    assert isinstance(one, Found)
    assert one.hint_published_at == TIME


def test_a_text_of_paragraphs_and_an_address_without_scheme_are_read(tmp_path: Path) -> None:
    row = {"url": "www.port.example/a", "title": ["أول"], "text": ["فقرة", None, "أخرى"]}
    (one,) = found(written(tmp_path, json.dumps(row), "a.jsonl"))
    assert isinstance(one, Found)
    assert (one.url, one.hint_title) == ("https://www.port.example/a", "أول")
    assert one.load().content.decode() == "فقرة\nأخرى"


def test_columns_of_another_spelling_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, f"رقم,Body,Date\n1,{TEXT},2024-05-12T07:30:00Z\n")
    (one,) = found(path, "id=رقم,text=body", "published_at=date")
    assert isinstance(one, Found)
    assert one.hint_published_at == TIME
    assert one.load().content.decode() == TEXT


@pytest.mark.parametrize("given", ["body", "body=text", "text=", "=x", "text=a,,"])
def test_a_column_named_wrongly_is_refused_with_the_right_form(given: str) -> None:
    with pytest.raises(UsageError, match="write it like text=body"):
        parsed_columns([given])


def test_columns_that_are_not_read_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.csv", "b.csv"):
        written(tmp_path, f"id,text,author,Section\n1,{TEXT},x,y\n2,{TEXT},x,y\n", name)
    with caplog.at_level(logging.WARNING):
        found(tmp_path)
    (said,) = caplog.messages
    assert "a.csv: columns not read: author, Section" in said


@pytest.mark.parametrize("damage", [b"\0", b"\xff\xfe", b"\0\0\0"])
def test_damaged_bytes_cost_no_other_row(tmp_path: Path, damage: bytes) -> None:
    rows = [f"{number},{TEXT}\n".encode() for number in (1, 2, 3)]
    found_rows = found(written(tmp_path, b"id,text\n" + rows[0] + rows[1].replace(b" ", damage, 1) + rows[2]))
    assert isinstance(found_rows[0], Found)
    assert isinstance(found_rows[2], Found)


@pytest.mark.parametrize(("name", "content"), [("a.csv", "id,text\n"), ("a.jsonl", "\n\n"), ("a.warc", "")])
def test_a_file_without_a_row_is_a_refusal(tmp_path: Path, name: str, content: str) -> None:
    (refusal,) = found(written(tmp_path, content, name))
    assert isinstance(refusal, Rejected)
    assert refusal.row["reason"] == "empty"


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"ID": [1.0, 2.0], "Title": ["عنوان", None], "Text": [TEXT, "آخر"], "Published At": [TIME, None], "x": [1, 2]}
    )


def test_parquet_is_read(tmp_path: Path) -> None:
    frame().to_parquet(tmp_path / "news.parquet")
    first, second = found(tmp_path)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert (first.url.rpartition("#")[2], first.hint_title, first.hint_published_at) == ("1", "عنوان", TIME)
    assert (second.hint_title, second.hint_published_at) == (None, None)


def test_sheets_are_read_and_those_without_the_columns_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "أخبار"
    for row in ([], ["ID", "Text", "Published_at"], [1, TEXT, TIME.replace(tzinfo=None)], [], [2, "آخر", None]):
        book.active.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Notes").append(["remark"])
    book.save(tmp_path / "news.xlsx")
    first, second, notes = found(tmp_path)
    assert isinstance(first, Found)
    assert (first.url.rpartition("#")[2], first.hint_published_at) == ("1", TIME)
    assert isinstance(second, Found)
    assert isinstance(notes, Rejected)
    assert "found: remark" in notes.row["detail"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.parquet"])
@pytest.mark.parametrize("content", [b"PK\x03\x04 not a book", b"PAR1", b"x" * 5_000, b""])
def test_a_broken_table_is_one_refusal(tmp_path: Path, name: str, content: bytes) -> None:
    (refusal,) = found(written(tmp_path, content, name))
    assert isinstance(refusal, Rejected)
    assert refusal.row["reason"] in ("malformed", "empty")


DATES = ("31/12/2025", "31/12/2025 12:00 ص", "46022", "31-ديسمبر-2025", "31\u200f/12\u200f/2025", "\u200f31/12/2025")
ARABIC_DATES = ("٣١/١٢/٢٠٢٥", "٤٦٠٢٢", "٣١ ديسمبر ٢٠٢٥")


@pytest.mark.parametrize(
    ("charset", "date"),  # windows-1256 has no Arabic digits
    [(c, d) for c in ("utf-8-sig", "utf-16") for d in DATES + ARABIC_DATES] + [("cp1256", d) for d in DATES],
)
def test_a_sheet_that_an_arabic_excel_wrote_is_read(tmp_path: Path, charset: str, date: str) -> None:
    content = f'الرقم;العنوان;النص;التاريخ\r\n1;عنوان;"{TEXT}; ثم مضى";{date}\r\n'
    path = written(tmp_path, content.encode(charset))
    assert articles(path) == [("1", "عنوان", f"{TEXT}; ثم مضى")]
    assert [row.hint_published_at for row in found(path) if isinstance(row, Found)] == [LAST_DAY]


@pytest.mark.parametrize(
    "date", [LAST_DAY.replace(tzinfo=None), LAST_DAY.date(), "31/12/2025", "٣١/١٢/٢٠٢٥", 46022, "46022"]
)
def test_the_dates_of_a_workbook_are_read_under_its_title_too(tmp_path: Path, date: object) -> None:
    book = openpyxl.Workbook()
    for row in (["أرشيف الصحيفة لعام 2025"], [], ["الرقم", "العنوان", "النص", "التاريخ"], [1, "عنوان", TEXT, date]):
        book.active.append(row)
    book.save(tmp_path / "news.xlsx")
    assert articles(tmp_path / "news.xlsx") == [("1", "عنوان", TEXT)]
    assert [row.hint_published_at for row in found(tmp_path / "news.xlsx") if isinstance(row, Found)] == [LAST_DAY]
