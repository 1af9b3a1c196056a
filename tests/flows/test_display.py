import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from nabra.flows.terminal.bidi import Reading, display, escape, put, terminal_reorders


@pytest.mark.parametrize(
    "environ",
    [
        {"VTE_VERSION": "7600"},
        {"KONSOLE_VERSION": "230800"},
        {"TERM_PROGRAM": "Apple_Terminal"},
        {"TERM_PROGRAM": "mintty"},
        {"TERM": "mlterm-256color"},
        {"TERM": "xterm-kitty"},
        {"TERM": "xterm", "NABRA_BIDI": "terminal"},
    ],
)
def test_some_terminals_reorder_by_themselves(environ: dict[str, str]) -> None:
    assert terminal_reorders(environ, is_tty=True)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"TERM": "xterm-256color"},
        {"VTE_VERSION": "5202"},
        {"VTE_VERSION": "odd"},
        {"TERM_PROGRAM": "WezTerm"},
        {"VTE_VERSION": "7600", "NABRA_BIDI": "nabra"},
    ],
)
def test_most_terminals_do_not_but_a_pipe_always_gets_logical_order(environ: dict[str, str]) -> None:
    assert not terminal_reorders(environ, is_tty=True)
    assert terminal_reorders(environ, is_tty=False)


def test_a_terminal_that_reorders_gets_the_text_untouched() -> None:
    assert display("قال «نَعَم»\nثم مضى", 5, reorders=True) == ["قال «نَعَم»", "ثم مضى"]


def test_other_terminals_get_joined_letters_in_visual_order_with_mirrored_marks_at_the_right_edge() -> None:
    (line,) = display("قال «لا» (12)", 16, reorders=False)
    # From left to right on the screen: (12), then the lam-alef ligature between guillemets that open outwards, then
    # lam, alef, qaf in their joined forms.
    assert line == "    (12) «\ufefb» \ufedd\ufe8e\ufed7"
    assert cell_len(line) == 16


def test_text_is_wrapped_before_it_is_reordered() -> None:
    first, second = display("كتاب جديد", 6, reorders=False)
    assert first.endswith("\ufedb")  # kaf, the first letter of the first word, at the right of the first line
    assert second.strip()[-1] == "\ufe9f"


def test_latin_text_stays_at_the_left_edge() -> None:
    assert display("Blue Dune", 20, reorders=False) == ["Blue Dune"]


@given(st.text(alphabet="ابتلآءٍّـ ab1٣«»([,.\n\u202e\x1b"), st.integers(8, 30))
def test_no_line_is_wider_than_asked_and_none_holds_a_control(text: str, width: int) -> None:
    for line in display(text, width, reorders=False):
        assert cell_len(line) <= width
        assert "\x1b" not in line
        assert "\u202e" not in line


def test_control_and_direction_characters_are_shown_as_escapes() -> None:
    assert escape("a\x1b[31m\x9b\u202eب\u2066\r\tc\nd") == r"a\u001b[31m\u009b\u202eب\u2066\u000d\u0009c" + "\nd"


def test_the_colour_of_a_sentence_covers_each_of_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM", "TERM_PROGRAM", "NABRA_BIDI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    buffer = io.StringIO()
    Console(file=buffer, width=12, force_terminal=True, color_system="standard").print(
        Reading("كلام طويل جدا هنا", "red")
    )
    lines = buffer.getvalue().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("\x1b[31m") and line.rstrip().endswith("\x1b[0m") for line in lines)
    assert "\ufedb" in lines[0]


def test_a_file_gets_one_unwrapped_line_a_text_without_colour_or_trailing_blanks() -> None:
    stream = io.StringIO()
    table = Table(box=None)
    table.add_column("text")
    for text in ("كلمة " * 60, "قصير"):
        table.add_row(Reading(text, "green"))
    put(table, stream)
    lines = stream.getvalue().splitlines()
    assert [line.strip() for line in lines] == ["text", ("كلمة " * 60).strip(), "قصير"]
    assert all(line == line.rstrip() for line in lines)


def test_a_stream_that_is_a_terminal_is_written_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    pty = pytest.importorskip("pty")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as terminal:
        put(Reading("نعم", "green"), terminal)
        terminal.flush()
        sent = os.read(reader, 1000).decode()
    os.close(reader)
    assert "\x1b[32m" in sent
