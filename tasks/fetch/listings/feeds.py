"""Feeds: RSS, Atom and RDF by feedparser."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from nabra.tasks.documents.identity import joined
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import read_date
from nabra.tasks.fetch.listings.repair import with_closed_elements
from nabra.tasks.fetch.markup import clean_xml, first_element, parse_xml

log = logging.getLogger(__name__)

FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
FEED_ELEMENTS: Final = (b"rss", b"feed", b"rdf")
FEED_ROOT: Final = re.compile(rb"<(?:rss|feed|(?:\w+:)?rdf)[\s>]", re.IGNORECASE)
HTML_ROOT: Final = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
SNIFFED_BYTES: Final = 4096
# Of a hint; it stands in a row of `pages` for each answer of its page.
MAX_TITLE_CHARS: Final = 1000
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class FeedItem:
    """One item: its absolute link ("" if it has none), title, publication time, and when it was changed last.

    `unread_date` is what stands in the place of the publication time and is none.
    """

    link: str
    title: str | None
    published_at: datetime | None
    changed_at: datetime | None = None
    unread_date: str | None = None

    @property
    def hint_title(self) -> str | None:
        """The title, unless it is too long for one."""
        return self.title if self.title and len(self.title) <= MAX_TITLE_CHARS else None

    @property
    def age_key(self) -> datetime:
        """What items are ordered by, the newest highest; without a time an item is the oldest."""
        return self.published_at or self.changed_at or LONG_AGO


def start_of(content: bytes) -> bytes:
    """The bytes in which a payload shows what it is."""
    # UTF-16 has a NUL beside every Latin letter.
    return content[:SNIFFED_BYTES].replace(b"\0", b"")


def is_feed(content: bytes, content_type: str | None) -> bool:
    """True if the payload is a feed, by its declared type or its first element (many servers say text/html)."""
    first = first_element(content)
    if first.rpartition(b":")[2] in FEED_ELEMENTS:
        return True
    start = start_of(content)
    if first == b"html" or HTML_ROOT.search(start):
        return False
    # Faults of a server stand before the feed.
    return content_type in FEED_TYPES or bool(FEED_ROOT.search(start))


def read_feed(content: bytes, base: str, max_items: int, zone: str | None = None) -> list[FeedItem]:
    """The newest `max_items` items in the feed's order; links are resolved against `base`, the feed's address.

    Times without a zone are of `zone`.

    Raises DocumentError `malformed` where the payload is no feed or declares entities.
    """

    # feedparser reads what lxml does not, but would expand entities.
    parse_xml(content)
    parsed = _parsed(clean_xml(content))
    if not parsed.get("version"):
        raise DocumentError("malformed", "not an RSS, Atom or RDF feed")
    return newest([_item(entry, base, zone) for entry in parsed.entries], base, max_items)


def _item(entry: Any, base: str, zone: str | None) -> FeedItem:
    # The entry's own `get` would answer with `published` for `updated`.
    published, updated, created = (dict.get(entry, name) for name in ("published", "updated", "created"))
    date = read_date(published, updated, created, zone=zone)
    return FeedItem(
        joined(base, (entry.get("link") or "").strip()),
        entry.get("title") or None,
        date.at,
        read_date(updated, zone=zone).at,
        date.unread,
    )


def _parsed(content: bytes) -> Any:
    """What feedparser reads; where the feed is no XML, of it or of the repaired feed, whichever has more items."""
    import feedparser  # here, as few runs need it

    # Bytes in a stream: given bare, feedparser may take them for the name of a file to open.
    parsed = feedparser.parse(io.BytesIO(content))
    if not parsed.get("bozo"):
        return parsed
    return max((feedparser.parse(io.BytesIO(with_closed_elements(content))), parsed), key=_linked)


def _linked(parsed: Any) -> int:
    return sum(bool(entry.get("link")) for entry in parsed.entries)


def newest(items: list[FeedItem], base: str, max_items: int) -> list[FeedItem]:
    """The newest `max_items` of the items, in their order."""
    if len(items) <= max_items:
        return items
    log.info("%s has %d items; the newest %d are taken", base, len(items), max_items)
    chosen = sorted(range(len(items)), key=lambda n: items[n].age_key, reverse=True)[:max_items]
    return [items[n] for n in sorted(chosen)]
