"""Publication times as feeds, rows and the metadata of pages write them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# Longer ones with a day, a zone's name and a comment have 60.
MAX_DATE_CHARS = 100

log = logging.getLogger(__name__)


def parse_time(text: str | None, zone: str | None = None) -> datetime | None:
    """The time in UTC of an RFC 2822 or ISO 8601 date; None where it is neither.

    Written without a zone it is one of `zone` (an IANA name), or of UTC.
    """
    if not text or not text.strip() or len(text) > MAX_DATE_CHARS:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone))).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):  # the last two of half a date
            continue
    log.debug("not a date: %r", text)
    return None


def _zone(name: str | None) -> tzinfo:
    return ZoneInfo(name) if name else UTC
