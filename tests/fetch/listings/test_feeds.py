from datetime import UTC, datetime

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.feeds import FeedItem, is_feed, read_feed
from nabra.tasks.fetch.listings.sitemaps import read_sitemap

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>الميناء</title>
<item><title>افتتاح الرصيف &quot;الثالث&quot;</title><link>news/1.html</link>
<pubDate>Sun, 12 May 2024 09:30:00 +0300</pubDate></item>
<item><title>خبر بلا رابط</title></item>
<item><link>/news/2.html</link></item>
</channel></rss>""".encode()
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>م</title><entry><title>خبر</title>
<link href="https://other.example/3"/><updated>2024-05-12T00:00:00Z</updated></entry></feed>""".encode()


def test_items_of_rss_have_absolute_links_titles_and_times_in_utc() -> None:
    items = read_feed(RSS, "https://example.org/sub/feed.xml", 10)
    assert items == [
        FeedItem(
            "https://example.org/sub/news/1.html", 'افتتاح الرصيف "الثالث"', datetime(2024, 5, 12, 6, 30, tzinfo=UTC)
        ),
        FeedItem("", "خبر بلا رابط", None),
        FeedItem("https://example.org/news/2.html", None, None),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 12 May 2024 10:30:00 GMT+3",
        "Sun, 12 May 2024 10:30:00 +03:00",
        "Sun, 12 May 2024 10:30:00 EET",
        "Sun, 12 May 2024 10:30:00 AM +0300",
        "الأحد، 12 مايو 2024 10:30:00 +0300",
        "الأحد 12 أيار/مايو 2024 - 07:30",
        "١٢/٠٥/٢٠٢٤ ٠٧:٣٠",
        "2024-05-12 07:30:00 UTC",
        "12/05/2024 07:30",
        "1715499000",
    ],
)
@pytest.mark.parametrize("element", ["pubDate", "dc:date"])
def test_the_time_of_an_item_is_read_in_every_form_with_its_zone(written: str, element: str) -> None:
    feed = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><link>/1</link>'
        f"<{element}>{written}</{element}></item></channel></rss>"
    )
    (item,) = read_feed(feed.encode(), "https://example.org/", 10)
    assert item.published_at == datetime(2024, 5, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "2099-01-01T00:00:00Z", "0", "أمس", "31/02/2024"],
)
def test_a_time_that_cannot_be_true_is_none_and_kept_as_written(written: str) -> None:
    feed = f'<rss version="2.0"><channel><item><link>/1</link><pubDate>{written}</pubDate></item></channel></rss>'
    (item,) = read_feed(feed.encode(), "https://example.org/", 10)
    assert (item.published_at, item.unread_date) == (None, written)


def test_atom_is_read_and_links_of_a_local_feed_lie_beside_it() -> None:
    assert read_feed(ATOM, "https://example.org/", 10)[0].link == "https://other.example/3"
    assert read_feed(RSS, "file:///data/sub/feed.xml", 10)[0].link == "file:///data/sub/news/1.html"


def test_the_newest_items_are_taken_in_the_order_of_the_feed() -> None:
    entries = "".join(
        f"<item><link>/{day}</link><pubDate>{day} May 2024 00:00:00 GMT</pubDate></item>" for day in (3, 9, 1, 7)
    )
    feed = f'<rss version="2.0"><channel>{entries}</channel></rss>'.encode()
    assert [item.link[-1] for item in read_feed(feed, "https://example.org/", 3)] == ["3", "9", "7"]


def test_a_payload_that_is_no_feed_is_malformed() -> None:
    with pytest.raises(DocumentError, match="malformed: not an RSS"):
        read_feed(b"<urlset><url/></urlset>", "https://example.org/", 10)


def test_a_broken_feed_gives_what_can_be_read() -> None:
    broken = b'<rss version="2.0"><channel><item><title>a & b</title><link>/1</link></item><item><link>/2</link><tit'
    links = [item.link for item in read_feed(broken, "https://example.org/", 10)]
    assert links == ["https://example.org/1", "https://example.org/2"]


def test_a_link_that_is_no_address_costs_only_its_item() -> None:
    feed = b'<rss version="2.0"><channel><item><link>http://[</link></item><item><link>/2</link></item></channel></rss>'
    assert [item.link for item in read_feed(feed, "https://example.org/", 10)] == ["http://[", "https://example.org/2"]


def test_an_old_feed_with_a_public_document_type_is_read() -> None:
    doctype = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    feed = doctype + b'<rss version="0.91"><channel><item><link>/1</link></item></channel></rss>'
    assert read_feed(feed, "https://example.org/", 10)[0].link == "https://example.org/1"


def test_a_feed_is_never_taken_for_the_name_of_a_file(tmp_path: object) -> None:
    with pytest.raises(DocumentError, match="not an RSS"):
        read_feed(b"/etc/hostname", "https://example.org/", 10)


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (RSS, "text/html", True),
        (ATOM, None, True),
        (RSS.decode().encode("utf-16"), "application/xml", True),
        (b"<x/>", "application/rss+xml", True),
        (b"<!DOCTYPE html><html><body><feed> </feed>", "text/html", False),
        (b"<urlset></urlset>", "application/xml", False),
        ("نص".encode(), "text/plain", False),
    ],
)
def test_feeds_are_told_by_type_or_first_element(content: bytes, content_type: str | None, expected: bool) -> None:
    assert is_feed(content, content_type) is expected


@pytest.mark.parametrize("name", ["bz2", "idna", "punycode", "unicode_escape", "rot13", "utf-7", "utf-16", "x" * 5000])
def test_a_charset_that_the_web_does_not_have_costs_no_feed(name: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{name}'?>"
    feed = "<rss version='2.0'><channel><item><title>خبر</title></item></channel></rss>"
    (item,) = read_feed((declaration + feed).encode(), "https://example.org/feed", 10)
    assert item.title == "خبر"
    urls = "<urlset><url><loc>https://example.org/1</loc></url></urlset>"
    (pages, _) = read_sitemap((declaration + urls).encode(), "https://example.org/map.xml", 10)
    assert [page.link for page in pages] == ["https://example.org/1"]
