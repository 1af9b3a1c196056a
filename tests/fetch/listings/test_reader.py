"""Listings as a run reads them: short ones here, long ones in another process, hostile ones not to their end."""

from __future__ import annotations

import gzip
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.reader import SHORT_BYTES, ListingReader, read_listing
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import fetched

BASE = "https://example.org/feed"


def feed(items: int) -> bytes:
    """A feed of the invented town, the times of whose items go up."""
    item = "<item><link>/{0}</link><title>خبر {0}</title><pubDate>Mon, 06 Apr 2026 10:{1:02}:00 GMT</pubDate></item>"
    inside = "".join(item.format(number, number % 60) for number in range(items))
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def rss(element: bytes, size: int) -> bytes:
    """A feed of so many bytes of one element."""
    return b'<rss version="2.0"><channel>' + element * (size // len(element)) + b"</channel></rss>"


@pytest.fixture(scope="module")
def reader() -> Iterator[ListingReader]:
    with ListingReader(load_settings().fetch) as running:
        yield running


@pytest.mark.parametrize("packed", [False, True])
def test_a_long_feed_is_read_as_a_short_one_would_be(reader: ListingReader, packed: bool) -> None:
    content = feed(1000)
    assert len(content) > SHORT_BYTES
    listing = reader.read(Payload(gzip.compress(content) if packed else content), BASE)
    assert listing is not None
    assert len(listing.pages) == 200
    assert listing == read_listing(Payload(content), BASE, 200)


@pytest.mark.parametrize("items", [3, 1000])
def test_dates_that_cannot_be_read_are_said_once_a_feed_wherever_it_is_read(
    reader: ListingReader, items: int, caplog: pytest.LogCaptureFixture
) -> None:
    reader.read(Payload(feed(items).replace(b"06 Apr 2026", b"06 Apr 2099")), BASE)
    (record,) = caplog.records
    assert f"{BASE}: {min(items, 200)} dates cannot be read" in record.getMessage()


def test_a_long_page_is_no_listing_and_needs_no_process() -> None:
    before = set(multiprocessing.active_children())
    with ListingReader(load_settings().fetch) as reader:
        page = f"<html><body>{'<p>خبر من مرسانا</p>' * 10_000}</body></html>".encode()
        assert reader.read(Payload(page, "text/html"), BASE) is None
        assert reader.read(Payload(feed(10)), BASE) is not None
        assert set(multiprocessing.active_children()) == before


@pytest.mark.parametrize(
    "content",
    [rss(b"<item/>", 9_000_000), rss(b"<item><a/></item>", 9_000_000), b"[" * SHORT_BYTES + feed(50_000)],
    ids=["items", "elements", "broken"],
)
def test_a_feed_that_takes_too_long_is_refused_by_its_address_in_time(site, settings, content: bytes) -> None:
    address = site.serve("/feed", content, headers={"Content-Type": "application/rss+xml"})
    (refused,) = fetched(settings(listing_deadline_seconds=1.0), Target(address, "hostile"))
    assert (refused.row["url"], refused.row["reason"]) == (address, "timeout")
    assert refused.row["detail"] == "reading took longer than 1 s"


def test_a_sitemap_that_takes_too_much_memory_is_refused_and_the_next_is_read(site, settings) -> None:
    xml = {"Content-Type": "application/xml"}
    hungry = site.serve("/hungry.xml", b"<urlset>" + b"<url/>" * 1_000_000 + b"</urlset>", headers=xml)
    good = site.serve("/good.xml", f"<urlset>{f'<url><loc>{site.address}/1</loc></url>' * 2000}</urlset>", headers=xml)
    refused, page = fetched(settings(listing_memory_mib=64), Target(hungry, "hostile"), Target(good, "good"))
    assert (refused.row["url"], refused.row["reason"]) == (hungry, "failed")
    assert refused.row["detail"] == "reading took more than 64 MiB of memory"
    assert page.row["url"] == f"{site.address}/1"


def test_a_hostile_feed_on_this_machine_is_refused_by_its_path(tmp_path: Path, settings) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(b"<item/>", 5_000_000))
    (refused,) = fetched(settings(listing_deadline_seconds=1.0), Target(str(path), "hostile"))
    assert (refused.row["url"], refused.row["reason"]) == (path.as_uri(), "timeout")


def test_an_index_of_more_sitemaps_than_the_protocol_allows_is_cut(reader: ListingReader) -> None:
    content = b"<sitemapindex>" + b"<sitemap/>" * 60_000 + b"</sitemapindex>"
    listing = reader.read(Payload(content, "application/xml"), BASE)
    assert listing is not None
    assert len(listing.sitemaps) == 50_000


def test_a_short_listing_that_cannot_be_read_is_malformed(reader: ListingReader) -> None:
    with pytest.raises(DocumentError, match="malformed"):
        reader.read(Payload(b"{}", "application/feed+json"), BASE)
