"""Rows: articles in JSON-lines and CSV files of any size, read one row at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from tasks.errors import DocumentError
from tasks.fetch.dates import parse_time
from tasks.fetch.fetched import Found, Payload, Refused, refused
from tasks.fetch.identity import canonical_url, document_id, has_credentials, row_url

# A row may be longer than its payload: JSON can write an Arabic letter of two bytes in six, and there are other fields.
ROW_SLACK: Final = 8
COLUMNS: Final = "`url` or `id`, `text` or `html`, and optionally `title`, `published_at`, `source`"


def find_rows(path: Path, key: str, source: str, max_payload_bytes: int) -> Iterator[Found | Refused]:
    """Each row of a .jsonl or .csv file in its order, broken rows as refusals.

    `key` is the file's path relative to the folder given; rows without `url` have the document id of `key#id`.
    """
    read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    for line, row in read(path, max_payload_bytes):
        where = f"{path.as_uri()}:{line}"
        try:
            yield _found(row, path.as_uri(), key, source, max_payload_bytes)
        except DocumentError as error:
            yield refused(where, source, error.reason, error.detail)


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
        _string(row, "source") or source,
        load=lambda: _accepted(payload, max_payload_bytes),
        hint_title=_string(row, "title").strip() or None,
        hint_published_at=parse_time(_string(row, "published_at")),
    )


def _identity(row: dict[str, Any], file_url: str, key: str) -> tuple[str, str]:
    url, row_id = _string(row, "url").strip(), _string(row, "id").strip()
    if "text" not in row and "html" not in row:
        raise DocumentError("malformed", f"the row has neither `text` nor `html`; a row has {COLUMNS}")
    if not url and not row_id:
        raise DocumentError("malformed", f"the row has neither `url` nor `id`; a row has {COLUMNS}")
    if not url:
        return document_id(f"{key}#{row_id}"), row_url(file_url, row_id)
    try:
        if has_credentials(url):
            raise DocumentError("refused", "the row's `url` holds a user name or password")
        canonical = canonical_url(url)
    except ValueError as error:
        raise DocumentError("malformed", f"the row's `url` is no address: {error}") from error
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


def _json_rows(path: Path, max_payload_bytes: int) -> Iterator[tuple[int, Any]]:
    limit = ROW_SLACK * max_payload_bytes
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, limit), start=1):
            if len(line) >= limit:
                yield number, DocumentError("too_large", f"the line has more than {limit} bytes")
            elif line.strip():
                yield number, _json_row(line)


def _lines(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines of at most `limit` bytes; what a longer one has beyond is skipped, so that memory stays bounded."""
    while line := file.readline(limit):
        yield line
        rest = line
        while len(rest) >= limit and not rest.endswith(b"\n"):
            rest = file.readline(limit)


def _json_row(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return DocumentError("unreadable", f"the line is not UTF-8: {error.reason}")
    except json.JSONDecodeError as error:
        return DocumentError("malformed", f"the line is no JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return DocumentError("malformed", f"the line is no JSON: {error}")


def _csv_rows(path: Path, max_payload_bytes: int) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(max(csv.field_size_limit(), ROW_SLACK * max_payload_bytes))
    # Bytes that are no UTF-8 become surrogates, which `_string` refuses: one bad row does not cost the others.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.DictReader(file)
        if not {"url", "id"} & set(rows.fieldnames or ()) or not {"text", "html"} & set(rows.fieldnames or ()):
            yield 1, DocumentError("malformed", f"the first line must name the columns: {COLUMNS}")
            return
        try:
            for row in rows:
                yield rows.line_num, row
        except csv.Error as error:
            yield rows.line_num, DocumentError("malformed", f"the file cannot be read on from here: {error}")
