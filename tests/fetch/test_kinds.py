"""What a source says of its addresses is what is read there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from nabra.tasks.fetch.sources import ListingHints
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import PAGE, fetched

XML = {"Content-Type": "application/xml"}
FRONT = """<main><h2><a href="/1">بلدية مرسانا تفتتح رصيفاً جديداً</a></h2><h2><a href="/2">وزير الماء يزور
السد القديم</a></h2></main><div class="old"><a href="/3">أمس</a></div>"""


def fetch(settings, address, kind, *, link=None, zone=None, delay_seconds=0.0):
    target = Target(address, "port", ListingHints(kind, link, zone), delay_seconds)
    return [result.row for result in fetched(settings, target)]


@pytest.fixture
def pages(site):
    for path in ("/1", "/2", "/3"):
        site.serve(path, PAGE)
    return site


def test_a_list_page_gives_its_articles_with_their_headlines(pages, settings):
    first, second = fetch(settings(), pages.serve("/", FRONT), "list")
    assert (first["url"], first["hint_title"]) == (pages.address + "/1", "بلدية مرسانا تفتتح رصيفاً جديداً")
    assert second["hint_title"] == "وزير الماء يزور السد القديم"
    (old,) = fetch(settings(), pages.address + "/", "list", link=".old a")
    assert old["url"] == pages.address + "/3"


def test_addresses_of_kind_urls_are_articles_whatever_they_look_like(pages, settings):
    feed = pages.serve("/feed", "<rss version='2.0'><channel/></rss>", headers=XML)
    (row,) = fetch(settings(), feed, "urls")
    assert row["url"] == feed
    assert pages.paths() == ["/feed"]


def test_a_file_of_addresses_is_read_line_by_line(tmp_path: Path, pages, settings):
    path = tmp_path / "addresses.list"
    path.write_text(f"# من دفتر المحرر\n{pages.address}/1\n\n  {pages.address}/2  \nعنوان\n", encoding="utf-8")
    wrong, first, second = fetch(settings(), str(path), "urls")
    assert (first["url"], second["url"]) == (pages.address + "/1", pages.address + "/2")
    assert (wrong["url"], wrong["reason"]) == (f"{path.as_uri()}:5", "malformed")


def test_a_news_sitemap_gives_what_is_marked_as_news_and_a_sitemap_gives_all(pages, settings):
    news = "<n:news><n:publication_date>2024-05-12T09:30</n:publication_date><n:title>افتتاح الرصيف</n:title></n:news>"
    entries = f"<url><loc>/1</loc>{news}</url><url><loc>/2</loc></url>"
    spaces = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
    address = pages.serve("/news.xml", f"<urlset {spaces}>{entries}</urlset>", headers=XML)
    (row,) = fetch(settings(), address, "news-sitemap", zone="Asia/Riyadh")
    assert (row["url"], row["hint_title"]) == (pages.address + "/1", "افتتاح الرصيف")
    assert row["hint_published_at"].isoformat() == "2024-05-12T06:30:00+00:00"
    assert len(fetch(settings(), address, "sitemap")) == 2


def test_times_without_a_zone_are_of_the_zone_of_the_source(pages, settings):
    items = "".join(
        f"<item><link>/{number}</link><pubDate>{time}</pubDate></item>"
        for number, time in [(1, "Sun, 12 May 2024 12:30:00"), (2, "Sun, 12 May 2024 12:30:00 +0000")]
    )
    address = pages.serve("/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", headers=XML)
    rows = fetch(settings(), address, "feed", zone="Africa/Cairo")
    assert [row["hint_published_at"].hour for row in rows] == [9, 12]


@pytest.mark.parametrize("kind", ["feed", "sitemap", "news-sitemap"])
def test_a_page_where_a_source_says_that_there_is_a_listing_is_no_article(pages, settings, kind):
    (row,) = fetch(settings(), pages.address + "/1", kind)
    assert (row["reason"], row["detail"]) == ("malformed", f"not a {kind}, though the source says so")


def test_a_source_can_be_asked_more_slowly_than_the_settings_say(pages, settings):
    fetch(settings(), pages.serve("/", FRONT), "list", delay_seconds=0.3)
    times = [at for _, at in pages.requests]
    assert all(later - earlier >= 0.28 for earlier, later in pairwise(times))


def test_folders_and_archives_are_read_as_what_their_names_say(tmp_path: Path, settings):
    (tmp_path / "a.txt").write_text("نص", encoding="utf-8")
    assert [row["url"] for row in fetch(settings(), str(tmp_path), "folder")] == [(tmp_path / "a.txt").as_uri()]
