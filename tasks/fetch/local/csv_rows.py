"""CSV as people have it: any delimiter and encoding, quotes left open, quotes escaped by a backslash."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any, BinaryIO, Final

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.charsets import table_charset
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.columns import COLUMNS, HOW_TO_NAME, ColumnNames, shown_columns
from nabra.tasks.fetch.local.lines import EmptyLines

DELIMITERS: Final = (",", ";", "\t", "|", "،", "؛")
# Excel takes the delimiter from a first line that is no row.
SEP_LINE: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# As Spark and MySQL write a quote in a field; before a delimiter it may be a backslash that ends one.
ESCAPED_QUOTE: Final = re.compile(r'(?<!\\)(?:\\\\)*\\"(?=[^"\s,;|،؛])')
BACKSLASH_QUOTE: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


def csv_rows(file: BinaryIO, settings: FetchSettings, names: ColumnNames) -> Iterator[tuple[int, Any]]:
    """Line and named cells of each row, or a DocumentError in the row's place; raises one where nothing can be read."""
    csv.field_size_limit(max(csv.field_size_limit(), settings.max_record_bytes))
    charset = table_charset(file)
    # What is no UTF-8 costs its row, see `cell_text`.
    errors = "surrogateescape" if charset == "utf-8-sig" else "replace"
    lines = _Lines(io.TextIOWrapper(file, encoding=charset, errors=errors, newline=""))
    header, delimiter = _header(lines, settings.max_header_bytes, names)
    if not names.suffice(header):
        found = f"found with the delimiter {delimiter!r} and the encoding {charset}: {shown_columns(header)}"
        yield 1, DocumentError("malformed", f"the first line must name the columns: {COLUMNS}; {found}; {HOW_TO_NAME}")
        return
    if len(header) > settings.max_columns:
        raise DocumentError("too_large", f"more than {settings.max_columns} columns, see fetch.max_columns")
    empty = EmptyLines(settings.max_bad_records)
    keys = [n for name in ("id", "url") for n, column in enumerate(header) if names.name(column) == name]
    for line, cells in _Records(lines, delimiter, len(header), keys[0], settings).read():
        if isinstance(cells, DocumentError):
            yield line, cells
        elif not empty.count(is_empty=not cells):
            yield line, names.named(zip_longest(header, cells))


def _header(lines: _Lines, limit: int, names: ColumnNames) -> tuple[list[str], str]:
    """The first line that says something, and the delimiter with which it names the most columns."""
    line = lines.take(limit, limit, "max_header_bytes")
    while line and not line.strip():
        line = lines.take(limit, limit, "max_header_bytes")
    said = SEP_LINE.fullmatch(line)
    if said:
        line = lines.take(limit, limit, "max_header_bytes")
    found = {each: next(csv.reader([line], **_form(each)), []) for each in ([said[1]] if said else DELIMITERS)}
    best = max(found, key=lambda each: (names.count(found[each]), len(found[each])))
    return found[best], best


def _form(delimiter: str) -> dict[str, Any]:
    return {"delimiter": delimiter, "skipinitialspace": True}


class _Lines:
    """Lines of a file, some of which can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._back: list[str] = []
        self.number = 0

    def take(self, left: int, limit: int, setting: str) -> str:
        """The next line; "" at the end. Raises DocumentError where it has more than is `left` of the limit."""
        line = self._back.pop() if self._back else ""
        if not line.endswith(("\n", "\r")):
            line += self._text.readline(left + 1 - len(line)) if len(line) <= left else ""
        if len(line) > left:
            self._back.append(line)
            raise DocumentError(
                "too_large",
                f"a row of more than {limit} bytes, see fetch.{setting}; is a quote left open? The rest is left",
            )
        self.number += bool(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        """Let these be the next lines."""
        self._back += reversed(lines)
        self.number -= len(lines)


class _Records:
    """The rows of a file, each of one line or more."""

    def __init__(self, lines: _Lines, delimiter: str, width: int, key: int, settings: FetchSettings) -> None:
        self._lines, self._delimiter, self._width, self._key = lines, delimiter, width, key
        self._limit, self._max_columns = settings.max_record_bytes, settings.max_columns
        d = re.escape(delimiter)
        # A quote within a field: neither its first sign nor its last.
        self._stray = re.compile(f'(?<!^)(?<![{d}"])(?<!{d} )"(?![{d}"\\r\\n])')
        self._is_escaped = False
        self._kind: str | None = None  # of the last row's name

    def read(self) -> Iterator[tuple[int, list[str] | DocumentError]]:
        """The line on which each row begins, and its cells or what is wrong with them."""
        while True:
            number, taken = self._lines.number + 1, list[str]()
            try:
                cells = next(csv.reader(self._take(taken), strict=True, **_form(self._delimiter)), None)
            except (csv.Error, DocumentError) as error:
                yield number, self._repaired(taken, error)
                continue
            if cells is None:
                return
            yield number, self._checked(cells)

    def _take(self, taken: list[str]) -> Iterator[str]:
        left = self._limit
        while line := self._lines.take(left, self._limit, "max_record_bytes"):
            left = max(left - len(line), 0)
            self._is_escaped = self._is_escaped or bool(ESCAPED_QUOTE.search(line))
            taken.append(line)
            yield BACKSLASH_QUOTE.sub(r'\1""', line) if self._is_escaped else line

    def _repaired(self, taken: list[str], error: csv.Error | DocumentError) -> list[str] | DocumentError:
        """The row of lines of which a quote is not closed, or not where a cell ends."""
        after = next((n for n, line in enumerate(taken[1:], start=1) if self._begins_row(line, taken[0])), None)
        if after is not None:
            self._lines.give_back(taken[after:])
            return DocumentError("malformed", "a quote is opened in this row and never closed")
        if isinstance(error, DocumentError):
            raise error
        further = list[str]()
        lines = chain(taken, self._until_row(further, taken[0]))
        doubled = (self._stray.sub('""', line) for line in lines)
        return self._checked(next(csv.reader(doubled, **_form(self._delimiter))))

    def _until_row(self, taken: list[str], first: str) -> Iterator[str]:
        for line in self._take(taken):
            if self._begins_row(line, first):
                self._lines.give_back([line])
                return
            yield line

    def _begins_row(self, line: str, first: str) -> bool:
        """True if a line by itself is a row with a name like that of the row that begins with the line `first`."""
        if line.count(self._delimiter) < self._width - 1:
            return False
        cells, expected = self._loose(line), self._kind_of(first) or self._kind
        return expected is not None and len(cells) == self._width and _kind(cells[self._key]) == expected

    def _kind_of(self, line: str) -> str | None:
        cells = self._loose(line)
        return _kind(cells[self._key]) if len(cells) > self._key else None

    def _loose(self, line: str) -> list[str]:
        return next(csv.reader([line], **_form(self._delimiter)), [])

    def _checked(self, cells: list[str]) -> list[str] | DocumentError:
        while len(cells) > self._width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > self._max_columns:
            return DocumentError(
                "too_large", f"the row has more than {self._max_columns} columns, see fetch.max_columns"
            )
        if len(cells) > self._width:
            why = f"a quote is amiss, or a {self._delimiter!r} that belongs to a field is not in quotes"
            return DocumentError("malformed", f"the row has {len(cells)} fields, the header {self._width}: {why}")
        if len(cells) > self._key:
            self._kind = _kind(cells[self._key]) or self._kind
        return cells


def _kind(name: str) -> str | None:
    """Of what kind a row's name is; None where it may as well be a part of a text."""
    name = name.strip()
    if name.lower().startswith(("http://", "https://")):
        return "address"
    if not name or " " in name:
        return None
    return "number" if name.isdecimal() else "word"
