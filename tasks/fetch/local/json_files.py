"""Files of JSON that hold rows: an array of objects, one object, or an object with the rows somewhere within.

Read a value at a time, so that a file may be larger than memory; a fault costs the row it is in.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.charsets import table_charset
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.columns import COLUMNS, HOW_TO_NAME, ColumnNames, shown_columns

STEP_CHARS: Final = 1 << 20
# Under which programs put their rows; others are looked through after these.
LISTS: Final = (
    "articles", "items", "data", "rows", "results", "docs", "documents", "news", "posts", "stories", "entries",
    "records", "hits", "response", "edges", "nodes",
)  # fmt: skip
# In which they put the columns of a row.
WITHIN: Final = ("_source", "attributes", "node", "fields")
MAX_DEPTH: Final = 4
SPACE: Final = re.compile(r"[\s,\ufeff]*+")
LIST_WITHIN: Final = re.compile(r'"(\w+)"\s*:\s*\[\s*(?=[{\[])')
# Where the next row begins after one that cannot be read.
NEXT_ROW: Final = re.compile(r"\}\s*+(?:,\s*+)?(?=\{)")
DECODER: Final = json.JSONDecoder()


def json_file_rows(file: BinaryIO, settings: FetchSettings, names: ColumnNames) -> Iterator[tuple[int, Any]]:
    """Number and named cells of each row, or a DocumentError in the row's place."""
    values = _Values(io.TextIOWrapper(file, table_charset(file), "replace"), settings.max_record_bytes)
    for number, row in enumerate(_rows(values, names), start=1):
        yield number, names.named(row.items()) if isinstance(row, dict) else row


def _rows(values: _Values, names: ColumnNames) -> Iterator[dict[str, Any] | DocumentError]:
    header: list[str] | None = None
    for value in values.read():
        if isinstance(value, DocumentError):
            yield value
        elif isinstance(value, list) and header is None and names.suffice(value):
            header = [str(column) for column in value]
        elif isinstance(value, list) and header is not None:
            yield dict(zip(header, value, strict=False))
        else:
            yield from _rows_of(value, names, 0) or [_no_row(value)]


def _rows_in(value: Any, names: ColumnNames, depth: int = 0) -> list[dict[str, Any] | DocumentError]:
    """The rows that a value is, or holds."""
    if depth > MAX_DEPTH or not isinstance(value, dict):
        return []
    row = _flat(value, names)
    if names.suffice(row):
        is_by_column = all(isinstance(cells, dict) for column, cells in row.items() if names.name(column))
        return _by_column(row) if is_by_column else [row]
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return [dict(zip(map(str, value["columns"]), cells, strict=False)) for cells in value["data"]]
    if value and all(isinstance(each, dict) and names.suffice({"id", *each}) for each in value.values()):
        return [{"id": key} | each for key, each in value.items()]
    parts = [value[key] for key in LISTS if key in value] + [part for key, part in value.items() if key not in LISTS]
    return next(filter(None, (_rows_of(part, names, depth) for part in parts)), [])


def _rows_of(part: Any, names: ColumnNames, depth: int) -> list[dict[str, Any] | DocumentError]:
    """The rows of a value, or of what one has within: of a list of objects each is one, or a fault in its place."""
    if not isinstance(part, list) or depth > MAX_DEPTH:
        return _rows_in(part, names, depth + 1)
    found = [_rows_of(each, names, depth + isinstance(each, list)) for each in part]
    if not any(found):
        return []
    return [row for each, rows in zip(part, found, strict=True) for row in (rows or [_no_row(each)])]


def _flat(row: Mapping[str, Any], names: ColumnNames) -> dict[str, Any]:
    """A row with the columns that lie within it, and its `_id` as its id."""
    inner: dict[str, Any] = next((row[key] for key in WITHIN if isinstance(row.get(key), dict)), {})
    flat = dict(row) if names.suffice(row) else {**inner, **row}
    if "_id" in row and not {"id", "url"} & {names.name(column) for column in flat}:
        own = row["_id"]
        flat["id"] = own.get("$oid") if isinstance(own, dict) else own
    return flat


def _by_column(table: Mapping[str, Any]) -> list[dict[str, Any] | DocumentError]:
    """The rows of a table that is written column by column, as pandas does."""
    columns = {name: cells for name, cells in table.items() if isinstance(cells, dict)}
    keys = dict.fromkeys(key for cells in columns.values() for key in cells)
    return [{name: cells.get(key) for name, cells in columns.items()} for key in keys]


def _no_row(value: Any) -> DocumentError:
    found = f"found: {shown_columns(value)}" if isinstance(value, dict) else "it is no object"
    return DocumentError("malformed", f"the value is no row with {COLUMNS}; {found}; {HOW_TO_NAME}")


class _Values:
    """The values of a file: those of the array that it is or of one that is too long to be read whole, else all."""

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        self._text, self._limit = text, limit
        self._window, self._at = "", 0

    def read(self) -> Iterator[Any]:
        """Each value, or a DocumentError in the place of what cannot be read."""
        self._skip_space()
        if self._next == "[":
            self._at += 1
        while True:
            self._skip_space()
            if not self._next:
                return
            if self._next in "]}":  # the end of the array, or what is left of a broken row
                self._at += 1
                continue
            yield from self._value()

    @property
    def _next(self) -> str:
        return self._window[self._at : self._at + 1]

    def _skip_space(self) -> None:
        while True:
            found = SPACE.match(self._window, self._at)
            self._at = found.end() if found else self._at
            if self._next or not self._fill():
                return

    def _fill(self) -> bool:
        """Read on; False at the end."""
        more = self._text.read(max(STEP_CHARS, len(self._window) - self._at))
        if more:
            self._window, self._at = self._window[self._at :] + more, 0
        return bool(more)

    def _value(self) -> Iterator[Any]:
        while True:
            try:
                value, self._at = DECODER.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if len(self._window) - self._at <= self._limit and self._fill():
                    continue
                yield from self._broken(error)
            except (ValueError, RecursionError) as error:
                yield DocumentError("malformed", f"no JSON: {error}")
                self._go_on(self._at + 1)
            else:
                yield value
            return

    def _broken(self, error: json.JSONDecodeError) -> Iterator[DocumentError]:
        """Go on within what is too long to be one row, or after what is none; say so of the latter."""
        within = self._list_within()
        if within:
            self._at = within.end()
            return
        yield DocumentError("malformed", f"no JSON: {error.msg} at character {error.pos - self._at + 1} of the row")
        self._go_on(max(error.pos, self._at + 1))

    def _list_within(self) -> re.Match[str] | None:
        """The list of rows that begins in the object at this place: one that is called so, or before all objects."""
        if self._next != "{":
            return None
        first = self._window.find("{", self._at + 1)
        found = LIST_WITHIN.finditer(self._window, self._at, self._at + STEP_CHARS)
        return next((match for match in found if match[1].lower() in LISTS or match.end() <= first), None)

    def _go_on(self, at: int) -> None:
        following = NEXT_ROW.search(self._window, at)
        while following is None and self._fill():
            following = NEXT_ROW.search(self._window)
        self._at = following.end() if following else len(self._window)
