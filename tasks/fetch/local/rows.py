"""Rows: articles in JSON-lines and CSV files of any size, read one row at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from nabra.config.settings import FetchSettings
from nabra.tasks.arabic.timestamps import parse_time
from nabra.tasks.documents.identity import accepted_url, document_id, row_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.opening import open_file
from nabra.tasks.fetch.outcomes import Found, Rejected, rejected
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.sources import source_label

COLUMNS: Final = "`url` or `id`, `text` or `html`, and optionally `title`, `published_at`, `source`"

STEP_BYTES: Final = 65_536
ENDLESS: Final = 25


def find_rows(path: Path, key: str, source: str, settings: FetchSettings) -> Iterator[Found | Rejected]:
    """Each row of a .jsonl or .csv file in its order, broken rows as refusals.

    `key` is the file's path relative to the folder given; rows without `url` have the document id of `key#id`. Raises
    DocumentError where the file cannot be read on.
    """
    read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    with open_file(path) as file:
        for line, row in read(file, settings):
            where = f"{path.as_uri()}:{line}"
            try:
                yield _found(row, path.as_uri(), key, source, settings.max_payload_bytes)
            except DocumentError as error:
                yield rejected(where, source, error.reason, error.detail)


def _found(row: Any, file_url: str, key: str, source: str, max_payload_bytes: int) -> Found:
    """The document of a row; a DocumentError given in the row's place is raised."""
    if isinstance(row, DocumentError):
        raise row
    if not isinstance(row, dict):
        raise DocumentError("malformed", f"the row is no object with {COLUMNS}")
    doc_id, url = _identity(row, file_url, key)
    body = "text" if _string(row, "text").strip() or "html" not in row else "html"
    payload = Payload(_string(row, body).encode(), "text/html" if body == "html" else "text/plain", "utf-8")
    return Found(
        doc_id,
        url,
        source_label(_string(row, "source")) or source,
        load=lambda: _accepted(payload, max_payload_bytes),
        hint_title=_string(row, "title").strip() or None,
        hint_published_at=parse_time(_string(row, "published_at")),
        rows=file_url,
    )


def _identity(row: dict[str, Any], file_url: str, key: str) -> tuple[str, str]:
    url, row_id = _string(row, "url").strip(), _string(row, "id").strip()
    if "text" not in row and "html" not in row:
        raise DocumentError("malformed", f"the row has neither `text` nor `html`; a row has {COLUMNS}")
    if not url and not row_id:
        raise DocumentError("malformed", f"the row has neither `url` nor `id`; a row has {COLUMNS}")
    if not url:
        return document_id(f"{key}#{row_id}"), row_url(file_url, row_id)
    canonical = accepted_url(url, "the row's `url`")
    return document_id(canonical), canonical


def _string(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, int) and column == "id":
        return str(value)
    if not isinstance(value, str):
        raise DocumentError("malformed", f"`{column}` is no string")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DocumentError("unreadable", f"`{column}` is not valid UTF-8: {error.reason}") from error
    return value


def _accepted(payload: Payload, max_payload_bytes: int) -> Payload:
    if not payload.content.strip():
        raise DocumentError("empty", "the row's text is empty")
    if len(payload.content) > max_payload_bytes:
        raise DocumentError("too_large", f"the row's text has more than {max_payload_bytes} bytes")
    return payload


def _json_rows(file: BinaryIO, settings: FetchSettings) -> Iterator[tuple[int, Any]]:
    limit, empty = settings.max_record_bytes, _EmptyLines(settings.max_bad_records)
    for number, line in enumerate(_lines(file, limit), start=1):
        if len(line) >= limit:
            yield (
                number,
                DocumentError("too_large", f"the line has more than {limit} bytes, see fetch.max_record_bytes"),
            )
        elif not empty.count(is_empty=not line.strip()):
            yield number, _json_row(line)


class _EmptyLines:
    """Counts empty lines one after the other; raises DocumentError where there are too many."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0

    def count(self, *, is_empty: bool) -> bool:
        """True if this line is empty."""
        self._count = self._count + 1 if is_empty else 0
        if self._count > self._most:
            raise DocumentError("malformed", f"{self._most} empty lines, see fetch.max_bad_records; the rest is left")
        return is_empty


def _lines(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines of at most `limit` bytes; what a longer one has beyond is skipped, so that memory stays bounded.

    Raises DocumentError where a line has `ENDLESS` times as much: a file without lines.
    """
    while line := file.readline(limit):
        yield line
        rest, skipped = line, 0
        while len(rest) >= min(limit, STEP_BYTES) and not rest.endswith(b"\n"):
            rest = file.readline(STEP_BYTES)
            skipped += len(rest)
            if skipped > ENDLESS * limit:
                raise DocumentError("too_large", f"a line of {ENDLESS} times fetch.max_record_bytes; the rest is left")


def _json_row(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return DocumentError("unreadable", f"the line is not UTF-8: {error.reason}")
    except json.JSONDecodeError as error:
        return DocumentError("malformed", f"the line is no JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return DocumentError("malformed", f"the line is no JSON: {error}")


class _CsvLines:
    """Lines of a CSV file; a row is one of them or several. Raises DocumentError where a row has more than allowed.

    Bytes that are no UTF-8 become surrogates, which `_string` refuses: one bad row does not cost the others.
    """

    def __init__(self, file: BinaryIO, max_header_bytes: int) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        self.begin_row(max_header_bytes, "max_header_bytes")

    def begin_row(self, limit: int, setting: str) -> None:
        """From here on, lines of so many characters are a row's."""
        self._limit = self._left = limit
        self._setting = setting

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(self._left + 1):
            self._left -= len(line)
            if self._left < 0:
                raise DocumentError(
                    "too_large",
                    f"a row of more than {self._limit} bytes, see fetch.{self._setting}; is a quote left open? "
                    "The rest is left",
                )
            yield line


def _csv_rows(file: BinaryIO, settings: FetchSettings) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(max(csv.field_size_limit(), settings.max_record_bytes))
    lines = _CsvLines(file, settings.max_header_bytes)
    rows = csv.reader(lines)
    header = next(rows, [])
    if not {"url", "id"} & set(header) or not {"text", "html"} & set(header):
        yield 1, DocumentError("malformed", f"the first line must name the columns: {COLUMNS}")
        return
    if len(header) > settings.max_columns:
        raise DocumentError("too_large", f"more than {settings.max_columns} columns, see fetch.max_columns")
    empty = _EmptyLines(settings.max_bad_records)
    try:
        lines.begin_row(settings.max_record_bytes, "max_record_bytes")
        for cells in rows:
            if not empty.count(is_empty=not cells):
                yield rows.line_num, _csv_row(header, cells, settings.max_columns)
            lines.begin_row(settings.max_record_bytes, "max_record_bytes")
    except csv.Error as error:
        yield rows.line_num, DocumentError("malformed", f"the file cannot be read on from here: {error}")


def _csv_row(header: list[str], cells: list[str], max_columns: int) -> Any:
    if len(cells) > max_columns:
        return DocumentError("too_large", f"the row has more than {max_columns} columns, see fetch.max_columns")
    return dict.fromkeys(header) | dict(zip(header, cells, strict=False))
