import csv
import math
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nabra.flows.cli import workbook
from nabra.flows.cli.table_files import write_files
from nabra.flows.cli.workbook import SHEET_CELL_CHARS
from nabra.tasks.errors import UsageError

MOMENT = datetime(2026, 4, 12, 6, 30, tzinfo=UTC)
DATA = pa.table(
    {
        "title": pa.array(["اتفاق، «جديد»", '=HYPERLINK("x")', None]),
        "at": pa.array([MOMENT, None, MOMENT], pa.timestamp("us", "UTC")),
        "score": pa.array([0.5, math.nan, math.inf]),
        "n": pa.array([1, 2**60, None], pa.int64()),
    }
)


def sheet(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))


def test_csv_is_what_a_spreadsheet_reads_rightly(tmp_path: Path) -> None:
    assert write_files(DATA, tmp_path / "a.csv", None, None)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        header, first, second, third = csv.reader(file)
    assert header == ["title", "at", "score", "n"]
    assert first == ["اتفاق، «جديد»", str(MOMENT), "0.5", "1"]
    assert second[0] == '\'=HYPERLINK("x")'
    assert third[0] == ""


def test_a_workbook_has_texts_as_texts_and_times_as_times(tmp_path: Path) -> None:
    write_files(DATA, None, tmp_path / "a.xlsx", None)
    header, first, second, third = sheet(tmp_path / "a.xlsx")
    assert header == ("title", "at", "score", "n")
    assert first == ("اتفاق، «جديد»", MOMENT.replace(tzinfo=None), 0.5, 1)
    assert second == ('=HYPERLINK("x")', None, "nan", str(2**60))
    assert third == (None, MOMENT.replace(tzinfo=None), "inf", None)
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A3"]
    assert cell.data_type == "s", "a formula would be run"


def test_what_a_sheet_cannot_hold_is_cut_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(pa.table({"text": ["س" * 40_000]}), None, tmp_path / "a.xlsx", None)
    assert sheet(tmp_path / "a.xlsx")[1][0] == "س" * (SHEET_CELL_CHARS - 1) + "…"
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    with pytest.raises(UsageError, match="--parquet"):
        write_files(DATA, None, tmp_path / "b.xlsx", None)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


MARKUP = '<r></r></is></c><c r="B2" t="str"><f>HYPERLINK("http://evil.example/")</f></c><c t="inlineStr"><is><r></r>'


@pytest.mark.parametrize("text", [MARKUP, "<r>& broken</r>"])
def test_a_text_is_no_markup_of_the_sheet(tmp_path: Path, text: str) -> None:
    write_files(pa.table({text: [text], "n": [1]}), None, tmp_path / "a.xlsx", None)
    assert sheet(tmp_path / "a.xlsx") == [(text, "n"), (text, 1)]


def test_days_and_decimals_are_numbers_of_the_sheet(tmp_path: Path) -> None:
    data = pa.table({"day": [date(2026, 4, 12)], "sum": pa.array([Decimal(7)], pa.decimal128(38, 0))})
    write_files(data, None, tmp_path / "a.xlsx", None)
    assert sheet(tmp_path / "a.xlsx")[1] == (datetime(2026, 4, 12), 7)  # noqa: DTZ001 - a sheet has no zones


def test_a_name_of_a_column_that_a_spreadsheet_would_run_is_marked_as_text(tmp_path: Path) -> None:
    write_files(pa.table({"=1+1": [1]}), tmp_path / "a.csv", None, None)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[0] == "'=1+1"


def test_a_link_stays_one_and_the_file_keeps_its_readers(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept.csv", tmp_path / "link.csv"
    kept.touch(mode=0o600)
    link.symlink_to(kept)
    write_files(DATA, link, None, None)
    assert link.is_symlink()
    assert kept.stat().st_size > 0
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(UsageError, match="is no file"):
            write_files(DATA, place, None, None)
    assert (tmp_path / "pipe").is_fifo()


def test_one_file_for_two_forms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of its own"):
        write_files(DATA, tmp_path / "a", tmp_path / "a", None)


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    write_files(DATA, None, None, tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").schema == DATA.schema


def test_without_a_file_nothing_is_written() -> None:
    assert not write_files(DATA, None, None, None)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "absent" / name
    files = {Path(f"a{suffix}").suffix: None for suffix in (".csv", ".xlsx", ".parquet")} | {path.suffix: path}
    with pytest.raises(UsageError, match=r"absent/a\.\w+ cannot be written: No such file"):
        write_files(DATA, *files.values())
