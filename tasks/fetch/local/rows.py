"""Rows: articles in files of rows of any size, read one row at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import accepted_url, document_id, row_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import Unread, read_date
from nabra.tasks.fetch.local.columns import COLUMNS, ColumnNames, cell_text, written_dates
from nabra.tasks.fetch.local.csv_rows import csv_rows
from nabra.tasks.fetch.local.json_files import json_file_rows
from nabra.tasks.fetch.local.lines import json_rows
from nabra.tasks.fetch.local.opening import open_file
from nabra.tasks.fetch.local.sheets import SHEET_SUFFIXES, Apart, parquet_rows, sheet_rows
from nabra.tasks.fetch.outcomes import Found, Rejected, rejected
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.sources import source_label

Read = Callable[[BinaryIO, FetchSettings, ColumnNames], Iterator[tuple[int | str, Any]]]
# An address as people write it.
WITHOUT_SCHEME: Final = re.compile(r"www\.[\w.-]+(?:[/?#]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class RowFile:
    """A file of rows: its path, its path relative to the folder given, and its source.

    `names` are the columns that the user calls otherwise; `apart` calls a function in a process that can be killed.
    Clocks without a zone are of `zone` (IANA), or of UTC.
    """

    path: Path
    key: str
    source: str
    names: ColumnNames
    apart: Apart
    zone: str | None = None

    def find(self, settings: FetchSettings) -> Iterator[Found | Rejected]:
        """Each row of the file in its order, broken rows as refusals.

        Rows without `url` have the document id of `key#id`. Raises DocumentError where the file cannot be read on.
        """
        unread = Unread()
        with open_file(self.path) as file:
            for line, row in self._read(file, settings, self.names):
                try:
                    yield self._found(row, settings.max_payload_bytes, unread)
                except DocumentError as error:
                    yield rejected(f"{self.path.as_uri()}:{quote(str(line))}", self.source, error.reason, error.detail)
        unread.tell(self.path.as_uri())

    @property
    def _read(self) -> Read:
        kind = self.path.suffix.lower()
        if kind in SHEET_SUFFIXES:
            return partial(sheet_rows, apart=self.apart)
        readers: dict[str, Read] = {".jsonl": json_rows, ".ndjson": json_rows, ".json": json_file_rows}
        return readers.get(kind) or (parquet_rows if kind == ".parquet" else csv_rows)

    def _found(self, row: Any, max_payload_bytes: int, unread: Unread) -> Found:
        """The document of a row; a DocumentError given in the row's place is raised."""
        if isinstance(row, DocumentError):
            raise row
        doc_id, url = self._identity(row)
        body = "text" if cell_text(row, "text").strip() or "html" not in row else "html"
        payload = Payload(cell_text(row, body).encode(), "text/html" if body == "html" else "text/plain", "utf-8")
        published = read_date(*written_dates(row), zone=self.zone)
        unread.add(published.unread)
        return Found(
            doc_id,
            url,
            source_label(cell_text(row, "source")) or self.source,
            load=lambda: _accepted(payload, max_payload_bytes),
            hint_title=cell_text(row, "title").strip() or None,
            hint_published_at=published.at,
            rows=self.path.as_uri(),
        )

    def _identity(self, row: Mapping[str, Any]) -> tuple[str, str]:
        url, row_id = cell_text(row, "url").strip(), cell_text(row, "id").strip()
        if "text" not in row and "html" not in row:
            raise DocumentError("malformed", f"the row has neither `text` nor `html`; a row has {COLUMNS}")
        if not url and not row_id:
            raise DocumentError("malformed", f"the row has neither `url` nor `id`; a row has {COLUMNS}")
        if not url:
            return document_id(f"{self.key}#{row_id}"), row_url(self.path.as_uri(), row_id)
        canonical = accepted_url(f"https://{url}" if WITHOUT_SCHEME.match(url) else url, "the row's `url`")
        return document_id(canonical), canonical


def _accepted(payload: Payload, max_payload_bytes: int) -> Payload:
    if not payload.content.strip():
        raise DocumentError("empty", "the row's text is empty")
    if len(payload.content) > max_payload_bytes:
        raise DocumentError("too_large", f"the row's text has more than {max_payload_bytes} bytes")
    return payload
