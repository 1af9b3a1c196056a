from __future__ import annotations

from pathlib import Path

import pytest

from nabra.flows.cli.options import Language
from nabra.flows.cli.report import report
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.store import Store


def write_report(store: Store, output: Path, **options: object) -> None:
    values = {
        "lang": Language.en,
        "since": None,
        "until": None,
        "outlet": None,
        "actor": None,
        "topic": None,
        "match": None,
    } | options
    report(output=output, warehouse=str(store), **values)  # type: ignore[arg-type]


def test_the_command_writes_one_file_and_says_so(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(store, tmp_path / "report.html")
    assert "Articles: <bdi>2</bdi>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    told = capsys.readouterr().err
    assert "[1/7] articles" in told
    assert f"{tmp_path / 'report.html'}: 2 articles, 3" in told
    assert told.endswith(" kB\n")


def test_a_report_that_fails_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    output.write_text("before", encoding="utf-8")
    with pytest.raises(UsageError, match="no article of the outlet nobody"):
        write_report(store, output, outlet=["nobody"])
    assert output.read_text(encoding="utf-8") == "before"
    assert [path for path in tmp_path.iterdir() if path.suffix != ""] == [output]


def test_a_file_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere/report\.html cannot be written"):
        write_report(store, tmp_path / "nowhere" / "report.html")


def test_an_actor_that_is_not_in_the_list_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no actor nobody in the list"):
        write_report(store, tmp_path / "report.html", actor="nobody")
