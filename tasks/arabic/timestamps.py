"""Publication times as feeds, rows and the metadata of pages write them."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from nabra.tasks.arabic.date_lines import DateLine
from nabra.tasks.arabic.dates import Day, Moment, date_key, plausible

# Longer ones with a day, a zone's name and a comment have 60.
MAX_DATE_CHARS: Final = 100
# Of seconds, milli-, micro- and nanoseconds since 1970; of floats; of .NET.
EPOCH: Final = re.compile(
    r"(?:/?date\()?(?P<count>\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.\d*)?(?:[+\-]\d{4})?(?:\)/?)?"
)
# 202405121030, 20240512103000
COMPACT: Final = re.compile(r"(?P<day>(?:19|20)\d{6})(?P<clock>\d{4}(?:\d\d)?)(?!\d)")
# Days since 30 December 1899, as Excel counts them, and the share of a day: from 1990 to 2099.
SERIAL: Final = re.compile(r"(?P<days>\d{5})(?:[.,٫](?P<share>\d{1,15}))?")
SERIALS: Final = range(32_874, 73_051)
FIRST_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - of no zone yet
DAY_SECONDS: Final = 86_400
OFFSET: Final = re.compile(r"(?:Z|[+\-]\d\d:?\d\d)$")

log = logging.getLogger(__name__)


def parse_time(text: str | None) -> datetime | None:
    """The time in UTC of an RFC 2822 or ISO 8601 date, as HTTP and WARC headers hold it; None where it is neither.

    Written without a zone it is of UTC.
    """
    if not text or not text.strip() or len(text) > MAX_DATE_CHARS:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):  # the last two of half a date
            continue
    log.debug("not a date: %r", text)
    return None


def read_timestamp(text: str | None, now: datetime, zone: str | None = None) -> Moment | None:
    """When something was published, in whatever form it is written; None where it is no date or none that can be true.

    It has to name day, month and year. A clock without a zone counts in `zone`, an IANA name, or in UTC.
    """
    if not text or not text.strip() or len(text) > MAX_DATE_CHARS:
        return None
    key = date_key(text.strip())
    moment = (
        _epoch(key)
        or _serial(key, zone or "UTC")
        or _iso(key.upper(), zone or "UTC")
        or _words(text, now, zone or "UTC")
    )
    return moment if moment and plausible(moment.at, now) else None


def _epoch(key: str) -> Moment | None:
    match = EPOCH.fullmatch(key)
    if match is None or COMPACT.match(key):
        return None
    seconds = int(match["count"]) // 1000 ** ((len(match["count"]) - 9) // 3)
    return Moment(datetime.fromtimestamp(seconds, UTC), "UTC")


def _serial(key: str, zone: str) -> Moment | None:
    match = SERIAL.fullmatch(key)
    if match is None or int(match["days"]) not in SERIALS:
        return None
    day = FIRST_DAY + timedelta(days=int(match["days"]))
    seconds = round(float(f"0.{match['share'] or 0}") * DAY_SECONDS)
    if not seconds:
        return Moment(day.replace(tzinfo=UTC))
    at = (day + timedelta(seconds=seconds)).replace(tzinfo=ZoneInfo(zone))
    return Moment(at.astimezone(UTC), zone)


def _iso(key: str, zone: str) -> Moment | None:
    try:
        written = datetime.fromisoformat(COMPACT.sub(r"\g<day>T\g<clock>", key))
        at = (written if written.tzinfo else written.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if len(key) <= len("2024-05-12"):
        return Moment(written.replace(tzinfo=UTC))
    offset = OFFSET.search(key)
    return Moment(at, offset.group() if offset else zone)


def _words(text: str, now: datetime, zone: str) -> Moment | None:
    """The first day that the text names with its year, and the clock beside it."""
    line = DateLine(text, now, zone)
    date = line.best
    return line.moment(date) if isinstance(date, Day) and not date.is_weak else None
