"""Listings: whatever names pages instead of being one. What it is shows in its content."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.fetch.feeds import FeedItem, is_feed, read_feed
from tasks.fetch.fetched import Payload
from tasks.fetch.json_feeds import is_json_feed, read_json_feed
from tasks.fetch.sitemaps import is_sitemap, read_sitemap
from tasks.fetch.unpack import GZIP_START, Bounds, read_bounded


@dataclass(frozen=True)
class Listing:
    """The pages that a feed or sitemap names, and the sitemaps that an index names."""

    pages: list[FeedItem]
    sitemaps: list[FeedItem] = field(default_factory=list)


def read_listing(payload: Payload, base: str, max_items: int, bounds: Bounds) -> Listing | None:
    """The feed (RSS, Atom, RDF, JSON) or sitemap at address `base`, packed by gzip or not; None for anything else.

    Raises DocumentError where it is one that cannot be read.
    """
    content = payload.content
    if content.startswith(GZIP_START):
        content = read_bounded([content], packed=True, bounds=bounds)
    if is_sitemap(content):
        return Listing(*read_sitemap(content, base, max_items))
    if is_json_feed(content, payload.content_type):
        return Listing(read_json_feed(content, base, max_items))
    if is_feed(content, payload.content_type):
        return Listing(read_feed(content, base, max_items))
    return None
