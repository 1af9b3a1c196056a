"""What is shown is inert: no text from outside moves the cursor, retitles the window or turns what is read around.

One place for all that is printed. Rich writes codes of its own, for colours and progress; so its consoles escape what
they are given to show, and the streams behind `print` escape the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from typing import IO, Any, Final, TextIO, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# Control characters but the line feed, and those that change the direction or the line: they come from pages and could
# move the cursor, retitle the window or make a text read as something else.
UNSAFE: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# What rich itself writes: colours, moves of the cursor, the return to the beginning of a line.
RICH_CODES: Final = re.compile(r"(\r?\x1b\[[0-9;?]{0,40}[A-Za-z])")


def escape(text: str) -> str:
    r"""The text with control and bidirectional characters as `\uXXXX`; line feeds stay."""
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class InertConsole(Console):
    """A console of rich that shows text as it is, without markup, and control characters in it as `\\uXXXX`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False} | options)

    @property
    def file(self) -> IO[str]:
        """Where it writes, through all that stands in for it: while a progress bar lasts rich has one of its own."""
        found = super().file
        while inner := getattr(found, "rich_proxied_file", None):
            found = inner
        return found

    @file.setter
    def file(self, new: IO[str]) -> None:
        self._file = new

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See rich; the text of each segment is escaped."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(escape(segment.text), segment.style)


class InertStream:
    """A stream behind `print`, in which control characters other than tab and line feed become `\\uXXXX`.

    Consoles of rich, those of other packages too, find `rich_proxied_file` and write their own codes there.
    """

    def __init__(self, stream: TextIO, made_inert: Callable[[str], str]) -> None:
        self._stream = stream
        self._made_inert = made_inert

    @property
    def rich_proxied_file(self) -> InertStream | None:
        """Where rich writes; None where it does."""
        return None if self._made_inert is _except_codes else InertStream(self._stream, _except_codes)

    def write(self, text: str) -> int:
        """Write the text, escaped."""
        self._stream.write(self._made_inert(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines, escaped."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def make_streams_inert() -> None:
    """Wrap standard output and standard error: what goes to a file or a pipe is read on a terminal later."""
    sys.stdout, sys.stderr = (cast(TextIO, InertStream(stream, _but_tabs)) for stream in (sys.stdout, sys.stderr))


def _but_tabs(text: str) -> str:
    return "\t".join(map(escape, text.split("\t")))


def _except_codes(text: str) -> str:
    parts = RICH_CODES.split(text)  # every other one is a code
    return "".join(part if number % 2 else _but_tabs(part) for number, part in enumerate(parts))
