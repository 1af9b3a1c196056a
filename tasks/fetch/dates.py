"""Dates of publication in feeds and rows: read in whatever form they are written, and named where they cannot be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nabra.tasks.arabic.timestamps import read_timestamp
from nabra.tasks.documents.identity import shown

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadDate:
    """A moment in UTC; or what is written in its place and is no date, or none that can be true."""

    at: datetime | None = None
    unread: str | None = None


def read_date(*values: Any, zone: str | None = None) -> ReadDate:
    """The first of the values that is a date; clocks without a zone are of `zone` (IANA), or of UTC."""
    written = [text for value in values for text in _texts(value)]
    now = datetime.now(UTC)
    moments = (read_timestamp(text, now, zone) for text in written)
    found = next((moment.at for moment in moments if moment), None)
    return ReadDate(found, written[0] if written and found is None else None)


class Unread:
    """Counts the dates of a feed or file that could not be read."""

    def __init__(self) -> None:
        self._count, self._example = 0, ""

    def add(self, text: str | None) -> None:
        """Count one, unless it is None."""
        if text is not None:
            self._count += 1
            self._example = self._example or text

    def tell(self, address: str) -> None:
        """Say once how many there are, if any."""
        if self._count:
            log.warning(
                "%s: %d dates cannot be read or cannot be true, such as %s; what they date has none from there",
                address,
                self._count,
                shown(self._example),
            )


def _texts(value: Any) -> Iterator[str]:
    """A date as text: JSON has numbers of seconds, MongoDB writes {"$date": ...}."""
    if isinstance(value, dict):
        yield from (text for key in ("$date", "$numberLong") for text in _texts(value.get(key)))
    elif isinstance(value, str | int | float) and str(value).strip().lower() not in ("", "nan", "nat", "none", "null"):
        yield str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
