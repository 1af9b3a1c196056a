"""Sitemaps: pages, and for an index the sitemaps that it names."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from nabra.tasks.documents.identity import joined
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.dates import read_date
from nabra.tasks.fetch.listings.feeds import HTML_ROOT, FeedItem, newest, start_of
from nabra.tasks.fetch.markup import first_element, parse_xml

SITEMAP_ROOT: Final = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")

# The protocol allows no more in an index.
MAX_SITEMAPS: Final = 50_000


def is_sitemap(content: bytes) -> bool:
    """True if the first element is that of a sitemap or of an index of sitemaps."""
    if first_element(content).rpartition(b":")[2] in (b"urlset", b"sitemapindex"):
        return True
    start = start_of(content)
    return bool(SITEMAP_ROOT.search(start)) and not HTML_ROOT.search(start)


def read_sitemap(
    content: bytes, base: str, max_items: int, zone: str | None = None, *, news_only: bool = False
) -> tuple[list[FeedItem], list[FeedItem]]:
    """The newest `max_items` pages in their order, with the title and time that a news sitemap gives; and the sitemaps
    that an index names, those changed last first.

    Times without a zone are of `zone`. `news_only` leaves out the pages that are not marked as news.

    Raises DocumentError `malformed` where there is no XML or where it declares entities.
    """
    root = parse_xml(content)
    if root is None:
        raise DocumentError("malformed", "not a sitemap")
    entries = [entry for entry in root.iter("{*}url") if not news_only or entry.find("{*}news") is not None]
    pages = [_item(entry, base, zone) for entry in entries]
    sitemaps = [_item(entry, base, zone) for entry in root.iter("{*}sitemap")]
    sitemaps.sort(key=lambda item: item.age_key, reverse=True)
    return newest(pages, base, max_items), sitemaps[:MAX_SITEMAPS]


def _item(entry: etree._Element, base: str, zone: str | None) -> FeedItem:
    # Any namespace: sites write old ones, wrong ones and none.
    published = read_date(_text(entry, "{*}news/{*}publication_date"), zone=zone)
    return FeedItem(
        joined(base, _text(entry, "{*}loc")),
        _text(entry, "{*}news/{*}title") or None,
        published.at,
        read_date(_text(entry, "{*}lastmod"), zone=zone).at,
        published.unread,
    )


def _text(entry: etree._Element, path: str) -> str:
    found = entry.find(path)
    return "" if found is None else "".join(found.itertext()).strip()
