"""Arabic in a terminal: escaped, wrapped, joined and put in visual order where the terminal does not do that itself."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, TextIO

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import (
    get_display,
)  # not `bidi.get_display`: that one leaves brackets and quotation marks unmirrored
from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.style import StyleType
from rich.text import Text

from nabra.flows.terminal.inert import InertConsole, escape

# Blanks at the end of a line, before codes that end a colour.
PADDING: Final = re.compile(r"(?<!\s)\s++((?:\x1b\[[0-9;]*m)*)$")
RIGHT_TO_LEFT: Final = ("R", "AL")
# Terminals that reorder by themselves; kitty only turns each word, but shows words that we turned backwards.
PROGRAMS: Final = ("Apple_Terminal", "mintty")
TERMS: Final = ("mlterm", "putty", "xterm-kitty")
# VTE (GNOME Terminal, Tilix, Xfce Terminal …) reorders since 0.58.
FIRST_VTE: Final = 5800
# Where the output is no terminal nothing is wrapped: one sentence, one line, for grep.
ENDLESS_WIDTH: Final = 1_000_000
# The one ligature that changes the letters to one that many terminal fonts lack; lam-alef stays, it is compulsory.
_reshaper = ArabicReshaper({"ARABIC LIGATURE ALLAH": False})


def terminal_reorders(environ: Mapping[str, str], is_tty: bool) -> bool:
    """Whether text is to be sent in logical order: to no terminal at all, or to one that orders and joins by itself.

    `NABRA_BIDI=terminal` or `NABRA_BIDI=nabra` decides it where the guess is wrong: ssh passes few of the variables on.
    """
    choice = environ.get("NABRA_BIDI")
    if not is_tty or choice in ("terminal", "nabra"):
        return not is_tty or choice == "terminal"
    vte = environ.get("VTE_VERSION", "")
    return (
        (vte.isdigit() and int(vte) >= FIRST_VTE)
        or any(name in environ for name in ("KONSOLE_VERSION", "MLTERM"))
        or environ.get("TERM_PROGRAM") in PROGRAMS
        or environ.get("TERM", "").startswith(TERMS)
    )


def is_right_to_left(text: str) -> bool:
    """Whether most letters of the text are of a right-to-left script."""
    directions = [unicodedata.bidirectional(char) for char in text]
    rtl = sum(direction in RIGHT_TO_LEFT for direction in directions)
    return rtl > directions.count("L")


def display(text: str, width: int, *, reorders: bool) -> list[str]:
    """The lines to send to a terminal of `width` cells.

    Where the terminal reorders by itself: the escaped text, a line a paragraph, untouched. Otherwise each paragraph is
    wrapped first, then each line shaped and put in visual order, right-aligned if its letters run right to left; vowel
    marks are left out, as a mark cannot follow its letter in reversed order.
    """
    paragraphs = escape(text).split("\n")
    if reorders:
        return paragraphs
    return [line for paragraph in paragraphs for line in _visual_lines(paragraph, width)]


def _visual_lines(paragraph: str, width: int) -> Iterator[str]:
    rtl = is_right_to_left(paragraph)
    for line in _wrap(paragraph, width):
        visual = get_display(_reshaper.reshape(line), base_dir="R" if rtl else "L")
        yield " " * (width - cell_len(visual)) + visual if rtl else visual


def _wrap(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    pieces = (piece for word in paragraph.split() for piece in chop_cells(word, max(width, 1)))
    for piece in pieces:
        if line and cell_len(line) + 1 + cell_len(piece) > width:
            yield line
            line = ""
        line = f"{line} {piece}" if line else piece
    yield line


class Reading:
    """A rich renderable: text from outside, shown readably in whatever width it is given, in one style."""

    def __init__(self, text: str, style: StyleType = "") -> None:
        self.text = text
        self.style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        reorders = terminal_reorders(os.environ, console.is_terminal)
        for line in display(self.text, options.max_width, reorders=reorders):
            yield Text(line, self.style, overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lines = escape(self.text).split("\n")
        longest_word = max((cell_len(word) for line in lines for word in line.split()), default=0)
        longest_line = max(cell_len(line) for line in lines)
        return Measurement(longest_word, longest_line).with_maximum(options.max_width)


def put(renderable: RenderableType, stream: TextIO, *, wrap: bool = True) -> None:
    """Write a renderable to a terminal in colour, or to a file or pipe as plain unwrapped lines.

    Without `wrap` a terminal gets unwrapped lines too and breaks them itself, so that an address can be copied whole.
    """
    if stream.isatty() and wrap:
        InertConsole(file=stream).print(renderable)
        return
    buffer = io.StringIO()
    InertConsole(file=buffer, width=ENDLESS_WIDTH, force_terminal=stream.isatty()).print(renderable)
    lines = (PADDING.sub(r"\1", line) + "\n" for line in buffer.getvalue().split("\n")[:-1])
    getattr(stream, "rich_proxied_file", stream).writelines(lines)  # rich's codes are among them
