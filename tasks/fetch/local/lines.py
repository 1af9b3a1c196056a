"""Lines of files of rows: bounded, and no endless emptiness."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.charsets import table_charset
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.local.columns import COLUMNS, ColumnNames

STEP_BYTES: Final = 65_536
ENDLESS: Final = 25


class EmptyLines:
    """Counts empty lines one after the other; raises DocumentError where there are too many."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0

    def count(self, *, is_empty: bool) -> bool:
        """True if this line is empty."""
        self._count = self._count + 1 if is_empty else 0
        if self._count > self._most:
            raise DocumentError("malformed", f"{self._most} empty lines, see fetch.max_bad_records; the rest is left")
        return is_empty


def json_rows(file: BinaryIO, settings: FetchSettings, names: ColumnNames) -> Iterator[tuple[int, Any]]:
    """Line and named cells of each row of JSON lines, or a DocumentError in the row's place."""
    limit, empty = settings.max_record_bytes, EmptyLines(settings.max_bad_records)
    for number, line in enumerate(_lines(file, limit), start=1):
        if len(line) >= limit:
            yield (
                number,
                DocumentError("too_large", f"the line has more than {limit} bytes, see fetch.max_record_bytes"),
            )
        elif not empty.count(is_empty=not line.strip()):
            row = _json_row(line)
            yield number, names.named(row.items()) if isinstance(row, dict) else row


def _lines(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines of at most `limit` bytes; what a longer one has beyond is skipped, so that memory stays bounded.

    Raises DocumentError where a line has `ENDLESS` times as much: a file without lines.
    """
    charset = table_charset(file)
    # Lines end at line feeds alone: JSON may hold the other signs that end lines of text.
    text = file if charset == "utf-8-sig" else io.TextIOWrapper(file, charset, "replace", newline="\n")
    while line := _encoded(text.readline(limit)):
        yield line
        rest, skipped = line, 0
        while len(rest) >= min(limit, STEP_BYTES) and not rest.endswith(b"\n"):
            rest = _encoded(text.readline(STEP_BYTES))
            skipped += len(rest)
            if skipped > ENDLESS * limit:
                raise DocumentError("too_large", f"a line of {ENDLESS} times fetch.max_record_bytes; the rest is left")


def _encoded(line: str | bytes) -> bytes:
    return line.encode() if isinstance(line, str) else line


def _json_row(line: bytes) -> Any:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return DocumentError("unreadable", f"the line is not UTF-8: {error.reason}")
    except json.JSONDecodeError as error:
        return DocumentError("malformed", f"the line is no JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return DocumentError("malformed", f"the line is no JSON: {error}")
    return row if isinstance(row, dict) else DocumentError("malformed", f"the row is no object with {COLUMNS}")
