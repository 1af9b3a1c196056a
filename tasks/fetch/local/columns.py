"""Columns of rows: which of a file's are nabra's, and what a cell says, however the program that wrote it spells."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from nabra.tasks.documents.identity import inert
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.targets import COLUMN_NAMES

log = logging.getLogger(__name__)

COLUMNS: Final = "`url` or `id`, `text` or `html`, and optionally `title`, `published_at`, `source`"
HOW_TO_NAME: Final = "name columns of another spelling by --map text=COLUMN or in the settings under [columns]"
# What tables call the date of publication, the surest first.
DATE_COLUMNS: Final = (
    "published_at", "date_published", "published", "publishedat", "datepublished", "published_date", "publisheddate",
    "publication_date", "publish_date", "publishdate", "published_on", "published_time", "pubdate", "pub_date", "date",
    "datetime", "date_time", "created_at", "createdat", "date_created", "تاريخ_النشر", "التاريخ", "تاريخ",
)  # fmt: skip
# What Arabic tables call the others.
ARABIC_NAMES: Final = {
    "الرقم": "id", "رقم": "id", "المعرف": "id", "الرابط": "url", "رابط": "url", "النص": "text", "نص": "text",
    "نص_الخبر": "text", "العنوان": "title", "عنوان": "title", "عنوان_الخبر": "title", "المصدر": "source",
}  # fmt: skip
# What pandas, SQL and JavaScript write for nothing.
NOTHING: Final = frozenset({"nan", "null", "none", "nat", "<na>", "n/a", "#n/a", "\\n", "undefined"})
# pandas makes floats of integers where one of a column is missing.
FLOAT_ID: Final = re.compile(r"(-?\d+)\.0+")
NAMED_WITHIN: Final = ("name", "rendered", "value", "$oid", "id")
UNSEEN: Final = re.compile("[\\s\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
MAX_SHOWN_COLUMNS: Final = 20
MAX_SHOWN_CHARS: Final = 60


class ColumnNames:
    """The columns of one file. `given` names those that the user calls otherwise, by nabra's name."""

    def __init__(self, given: Mapping[str, str]) -> None:
        own = {_folded(column): name for name, column in given.items()}
        self._names = {name: name for name in (*COLUMN_NAMES, *DATE_COLUMNS)} | ARABIC_NAMES | own
        self._known: dict[Any, str | None] = {}

    def name(self, column: object) -> str | None:
        """nabra's name of a column of the file; letter case, spaces and marks do not count."""
        if column not in self._known:
            self._known[column] = self._name(column)
        return self._known[column]

    def count(self, header: Iterable[object]) -> int:
        """How many columns of what may be a header are nabra's."""
        return sum(self._name(column) is not None for column in header)

    def _name(self, column: object) -> str | None:
        return self._names.get(_folded(str(column)))

    def named(self, cells: Iterable[tuple[object, Any]]) -> dict[str, Any]:
        """The cells of a row that are read; of two columns of one name the first that says something."""
        row: dict[str, Any] = {}
        for column, value in cells:
            name = self.name(column)
            if name and (name not in row or is_nothing(row[name])):
                row[name] = value
        return row

    def suffice(self, header: Iterable[object]) -> bool:
        """True if the columns name a document and hold its text."""
        names = {self._name(column) for column in header}
        return bool({"url", "id"} & names and {"text", "html"} & names)

    def say_unread(self, place: str, said: set[str]) -> None:
        """Warn of the columns of the file at `place` that are not read, unless the same were `said` before."""
        unread = shown_columns(column for column, name in self._known.items() if name is None)
        if unread and unread not in said:
            said.add(unread)
            log.warning("%s: columns not read: %s; %s", inert(place), unread, HOW_TO_NAME)


def shown_columns(columns: Iterable[object]) -> str:
    """Names of columns, fit for a message."""
    shown = [inert(str(column))[:MAX_SHOWN_CHARS] for column in columns]
    return ", ".join(shown[:MAX_SHOWN_COLUMNS]) + (" …" if len(shown) > MAX_SHOWN_COLUMNS else "")


def _folded(column: str) -> str:
    words = UNSEEN.sub(" ", column.strip("\"'` ")).strip().casefold()
    return re.sub("[ -]+", "_", words)


def is_nothing(value: object) -> bool:
    """True if the cell is empty, or holds what stands for that."""
    if isinstance(value, str):
        return not value.strip() or value.strip().casefold() in NOTHING
    return value is None or (isinstance(value, float) and math.isnan(value))


def cell_text(row: Mapping[str, Any], column: str) -> str:
    """What a cell says; "" where nothing. Raises DocumentError where it is no text, or none that can be written."""
    value = row.get(column)
    if is_nothing(value):
        return ""
    text = _list_text(value, column) if isinstance(value, list) else _scalar_text(value, column)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DocumentError("unreadable", f"`{column}` is not valid UTF-8: {error.reason}") from error
    return text


def _list_text(values: list[Any], column: str) -> str:
    """The paragraphs of a text, or the parts of a title."""
    parts = [_scalar_text(value, column) for value in values if not is_nothing(value)]
    return ("\n" if column in ("text", "html") else " ").join(parts)


def _scalar_text(value: Any, column: str) -> str:
    if isinstance(value, dict):  # as NewsAPI names an outlet, WordPress holds a text, MongoDB an id
        value = next((value[key] for key in NAMED_WITHIN if isinstance(value.get(key), str)), value)
    if isinstance(value, str):
        return _id_text(value) if column == "id" else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if column in ("text", "html") or isinstance(value, bool) or not isinstance(value, int | float):
        raise DocumentError("malformed", f"`{column}` is no string")
    return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)


def _id_text(value: str) -> str:
    whole = FLOAT_ID.fullmatch(value.strip())
    return whole[1] if whole else value


def written_dates(row: Mapping[str, Any]) -> list[Any]:
    """What the columns hold that tables call the date of publication, the surest first."""
    cells = (row[column] for column in DATE_COLUMNS if not is_nothing(row.get(column)))
    return [cell.isoformat() if isinstance(cell, date) else cell for cell in cells]
