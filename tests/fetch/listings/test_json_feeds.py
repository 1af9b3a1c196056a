import json
from datetime import UTC, datetime

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.feeds import FeedItem
from nabra.tasks.fetch.listings.json_feeds import is_json_feed, read_json_feed
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import fetched

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "الميناء",
    "items": [
        {"id": "1", "url": "/1", "title": "افتتاح الرصيف", "date_published": "2024-05-12T09:30:00+03:00"},
        {"id": "2", "external_url": "https://other.example/2", "title": ""},
        {"id": "3", "url": 7},
        "no item",
    ],
}


def test_items_have_absolute_links_titles_and_times() -> None:
    assert read_json_feed(json.dumps(FEED).encode(), "https://example.org/feed.json", 10) == [
        FeedItem("https://example.org/1", "افتتاح الرصيف", datetime(2024, 5, 12, 6, 30, tzinfo=UTC)),
        FeedItem("https://other.example/2", None, None),
        FeedItem("", None, None),
        FeedItem("", None, None),
    ]


@pytest.mark.parametrize("written", [1715499000, "Sun, 12 May 2024 10:30:00 GMT+3", "الأحد 12 مايو 2024 07:30"])
def test_the_time_of_an_item_is_read_in_every_form(written: object) -> None:
    feed = FEED | {"items": [{"url": "/1", "date_published": written}]}
    (item,) = read_json_feed(json.dumps(feed).encode(), "https://example.org/feed.json", 10)
    assert item.published_at == datetime(2024, 5, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (json.dumps(FEED).encode(), "application/json", True),
        (b"\xef\xbb\xbf " + json.dumps(FEED).replace("/", "\\/").encode(), None, True),
        (b"{}", "application/feed+json", True),
        (b"{}", "application/json", False),
        (b"<p>https://jsonfeed.org/version/1</p>", "text/html", False),
    ],
)
def test_json_feeds_are_told_by_type_or_version(content: bytes, content_type: str | None, expected: bool) -> None:
    assert is_json_feed(content, content_type) is expected


@pytest.mark.parametrize("content", [b'{"items": 1}', b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_feed_is_malformed(content: bytes) -> None:
    with pytest.raises(DocumentError, match="malformed: not a JSON feed"):
        read_json_feed(content, "https://example.org/", 10)


def test_the_pages_of_a_json_feed_are_fetched(site, settings):
    site.serve("/1", "<p>نص الخبر</p>")
    feed = {**FEED, "items": FEED["items"][:1]}
    url = site.serve("/feed.json", json.dumps(feed), headers={"Content-Type": "application/feed+json"})
    (result,) = fetched(settings(), Target(url, "port"))
    assert (result.row["url"], result.row["hint_title"]) == (site.address + "/1", "افتتاح الرصيف")
