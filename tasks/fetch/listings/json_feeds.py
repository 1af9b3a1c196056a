"""JSON Feed (jsonfeed.org), versions 1 and 1.1."""

from __future__ import annotations

import json
from typing import Any, Final

from nabra.tasks.documents.identity import joined
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import read_date
from nabra.tasks.fetch.listings.feeds import FeedItem, newest, start_of

MEDIA_TYPE: Final = "application/feed+json"
VERSION: Final = b"jsonfeed.org/version/"
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def is_json_feed(content: bytes, content_type: str | None) -> bool:
    """True if the payload is a JSON feed, by its declared type or the version that it begins with."""
    # Some writers escape slashes.
    start = start_of(content).removeprefix(BYTE_ORDER_MARK).lstrip().replace(b"\\/", b"/")
    return content_type == MEDIA_TYPE or (start.startswith(b"{") and VERSION in start)


def read_json_feed(content: bytes, base: str, max_items: int, zone: str | None = None) -> list[FeedItem]:
    """The newest `max_items` items in the feed's order; times without a zone are of `zone`.

    Raises DocumentError `malformed` where it is no JSON feed.
    """
    try:
        feed = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DocumentError("malformed", f"not a JSON feed: {error}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise DocumentError("malformed", "not a JSON feed: it has no list of items")
    return newest([_item(item if isinstance(item, dict) else {}, base, zone) for item in items], base, max_items)


def _item(item: dict[str, Any], base: str, zone: str | None) -> FeedItem:
    def text(*keys: str) -> str:
        values = (item.get(key) for key in keys)
        found = next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")
        # JSON can write half a character, which no table can hold.
        return found.encode("utf-8", "replace").decode()

    published = read_date(item.get("date_published"), item.get("date_modified"), zone=zone)
    return FeedItem(
        joined(base, text("url", "external_url")),
        text("title") or None,
        published.at,
        unread_date=published.unread,
    )
