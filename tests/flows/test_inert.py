"""Nothing that came in reaches a terminal as a control character, by whichever command and stream."""

from __future__ import annotations

import json
import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.logging import RichHandler
from rich.text import Text

from nabra.flows.terminal.inert import InertConsole, InertStream, escape, make_streams_inert
from nabra.tasks.schemas import DATASETS, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import made_by, row, small_warehouse, write
from tests.workplace import NABRA, Workplace

TITLE = "\x1b]0;owned\x07"
EVIL = f"x{TITLE}\x1b[2J\r\x9b31m\u202eb\u2066c\u200fd\u061ce\u2028f\x85g\x08h\x7f"
# What rich writes itself: colours, progress, and the links of typer's help.
OWN_CODES = re.compile(r"\r?\x1b\[[0-9;?]*[A-Za-z]")
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)")


def unsafe(shown: str) -> list[str]:
    """The control characters in what was shown, the codes of rich aside."""
    return UNSAFE.findall(OWN_CODES.sub("", shown).replace("\r\n", "\n"))


def in_terminal(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """What a command shows on a terminal, both of its streams."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        command, cwd=folder, env=environment or os.environ, stdin=writer, stdout=writer, stderr=writer
    )
    os.close(writer)
    shown = b""
    while True:
        try:
            read = os.read(reader, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        shown += read
    os.close(reader)
    process.wait()
    return shown.decode("utf-8", "replace")


@pytest.fixture
def planted(tmp_path: Path) -> Store:
    """The small warehouse with control characters in all texts that a page, a feed or a file decides on."""
    store = small_warehouse(tmp_path)
    batch = Batch("2026-04-14", "evil")
    article = {"doc_id": "cc44" + "0" * 28, "url": f"https://example.org/{EVIL}", "source": EVIL}
    write(store, batch, "raw", article | {"hint_title": EVIL})
    text = {"title": EVIL, "text": f"نص {EVIL}", "author": EVIL, "language": "ar"}
    write(store, batch, "clean", article | text)
    refusal = {"stage": "clean", "url": EVIL, "reason": "wrong_language", "detail": EVIL, "doc_id": article["doc_id"]}
    store.write_rejects("clean", batch, table(DATASETS["rejects"], [row("rejects", **refusal)]), made_by("clean"))
    return store


COMMANDS = [
    ("status",),
    ("show", "cc44"),
    ("show", "/"),
    ("sql", "from clean"),
    ("sql", "from rejects"),
    ("sql", 'select title as "a\x1b]0;owned\x07" from clean'),
    ("sql", "select nope\x1b]0;owned\x07 from clean"),
    ("sql", "--json", "from clean"),
    ("validate",),
    ("export", "jsonl"),
    ("actors", "find", EVIL),
    ("sources", "check", EVIL),
    ("status", "--warehouse", f"nowhere{EVIL}"),
    ("run", f"missing{EVIL}.txt"),
    ("no-such-command" + EVIL,),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: " ".join(arguments)[:30].encode("unicode_escape"))
@pytest.mark.usefixtures("planted")
def test_no_command_shows_a_control_character(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    environment = os.environ | {"TERM": "xterm-256color", "NABRA_BIDI": "terminal"}
    shown = in_terminal([str(NABRA), *arguments], tmp_path, environment)
    assert shown
    assert unsafe(shown) == []
    assert "\x1b[2J" not in shown


def test_a_run_over_hostile_names_and_rows_shows_no_control_character(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / f"x{TITLE}\x1b[2J.txt").write_text("")
    (folder / "y\u202etxt.exe.txt").write_text("short")
    (folder / f"z{TITLE}\x1b[2J.pdf").write_text("passed over, which a line tells")
    row = {"id": EVIL, "source": EVIL, "title": EVIL, "text": "The minister said that the work would begin. " * 9}
    (folder / "rows.jsonl").write_text(f"{json.dumps(row)}\n{{broken {EVIL}\n", encoding="utf-8")
    shown = in_terminal([str(NABRA), "-v", "run", "in"], tmp_path, place.environment | {"TERM": "xterm-256color"})
    assert "rejected" in shown
    assert r"\u001b[2K" not in shown, "the codes of the progress bar are rich's own"
    assert unsafe(shown) == []
    assert "\x1b[2J" not in shown
    assert "passed over: 1 of a kind that is not read" in shown


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("arguments", [("status",), ("sql", "from rejects"), ("export", "jsonl"), ("retry", EVIL)])
def test_nor_does_it_to_a_file_that_a_terminal_shows_later(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    piped = subprocess.run([NABRA, *arguments], cwd=tmp_path, capture_output=True, check=False)
    assert unsafe(piped.stdout.decode() + piped.stderr.decode()) == []


@pytest.mark.usefixtures("planted")
def test_json_on_a_pipe_is_the_exact_text(tmp_path: Path) -> None:
    query = "select title from clean where doc_id like 'cc44%'"
    out = subprocess.run([NABRA, "sql", "--json", query], cwd=tmp_path, capture_output=True, check=True).stdout
    assert json.loads(out) == {"title": EVIL}


def test_a_log_line_and_its_traceback_are_escaped() -> None:
    console = InertConsole(record=True, width=300, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    handler = RichHandler(console=console)
    try:
        raise ValueError(EVIL)
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "said %s", (EVIL,), sys.exc_info())
    handler.handle(record)
    shown = console.export_text()
    assert unsafe(shown) == []
    assert shown.count(r"\u001b]0;owned") == 2


def test_prefects_lines_are_escaped() -> None:
    from nabra.flows.prefect.logs import InertHandler

    record = logging.LogRecord("a", logging.ERROR, "f", 1, "said %s", (EVIL,), None)
    assert unsafe(InertHandler().format(record)) == []


def test_a_console_shows_text_as_text() -> None:
    console = InertConsole(record=True, width=80, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print("[bold]a[/bold] :smile:", Text("b\x1b[31mc"))
    assert console.export_text().strip() == r"[bold]a[/bold] :smile: b\u001b[31mc"


def test_colours_of_rich_pass_and_codes_of_others_do_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(sys, "stderr", file)
        make_streams_inert()
        assert isinstance(sys.stdout, InertStream)
        print("a\tb\x1b[31m")
        Console(force_terminal=True, color_system="truecolor").print("c", style="red")
        Console(force_terminal=True).print(f"d{TITLE}", markup=False, highlight=False)
        file.seek(0)
        first, second, third = file.read().splitlines()
    assert first == "a\tb" + r"\u001b[31m"
    assert second == "\x1b[31mc\x1b[0m"
    assert third.startswith(r"d\u001b]0;owned")


def test_line_feeds_stay() -> None:
    assert escape("a\nb\rc") == "a\nb\\u000dc"
