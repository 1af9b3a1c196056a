"""Listings: whatever names pages instead of being one. What it is shows in its content, unless the source says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tasks.errors import DocumentError
from tasks.fetch.feeds import FeedItem, is_feed, read_feed
from tasks.fetch.fetched import Payload
from tasks.fetch.json_feeds import is_json_feed, read_json_feed
from tasks.fetch.links import read_links
from tasks.fetch.sitemaps import is_sitemap, read_sitemap
from tasks.fetch.sources import Kind
from tasks.fetch.unpack import GZIP_START, Bounds, read_bounded


@dataclass(frozen=True)
class Reading:
    """How the listings of a source are to be read.

    `kind` is what they are, None what shows in them; `link` is the CSS selector of the article links of a list page,
    `zone` that of times written without one.
    """

    kind: Kind | None = None
    link: str | None = None
    zone: str | None = None


AS_IT_SHOWS: Final = Reading()


@dataclass(frozen=True)
class Listing:
    """The pages that a feed, sitemap or list names, and the sitemaps that an index names."""

    pages: list[FeedItem]
    sitemaps: list[FeedItem] = field(default_factory=list)


def read_listing(
    payload: Payload, base: str, max_items: int, bounds: Bounds, reading: Reading = AS_IT_SHOWS
) -> Listing | None:
    """The feed (RSS, Atom, RDF, JSON), sitemap or list page at address `base`, packed by gzip or not.

    None for what is no listing where the source does not say what it is. Raises DocumentError where it cannot be read,
    or is none though the source says so.
    """
    content = payload.content
    if content.startswith(GZIP_START):
        content = read_bounded([content], packed=True, bounds=bounds)
    if reading.kind == "list":
        return Listing(read_links(content, payload.charset, base, max_items, reading.link))
    if is_sitemap(content):
        return Listing(*read_sitemap(content, base, max_items, reading.zone, news_only=reading.kind == "news-sitemap"))
    if is_json_feed(content, payload.content_type):
        return Listing(read_json_feed(content, base, max_items, reading.zone))
    if is_feed(content, payload.content_type):
        return Listing(read_feed(content, base, max_items, reading.zone))
    if reading.kind is not None:
        raise DocumentError("malformed", f"not a {reading.kind}, though the source says so")
    return None
