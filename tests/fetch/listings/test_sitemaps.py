import gzip
from datetime import UTC, datetime

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.feeds import FeedItem
from nabra.tasks.fetch.listings.sitemaps import is_sitemap, read_sitemap
from nabra.tasks.fetch.outcomes import Document
from nabra.tasks.fetch.targets import Target
from tests.fetch.conftest import fetched

PAGE = "<html><body><p>نص الخبر</p></body></html>"
XML = {"Content-Type": "application/xml"}
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {SPACES} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://example.org/1 </loc><image:image><image:loc>https://example.org/1.jpg</image:loc></image:image>
<news:news><news:publication><news:name>الميناء</news:name></news:publication>
<news:publication_date>2024-05-12T09:30:00+03:00</news:publication_date>
<news:title>افتتاح الرصيف &amp; المرفأ</news:title></news:news></url>
<url><loc>/2</loc><lastmod>2024-05-13</lastmod></url>
<url><lastmod>2024-05-13</lastmod></url>
</urlset>""".encode()


def urlset(*addresses):
    return f"<urlset {SPACES}>{''.join(f'<url><loc>{address}</loc></url>' for address in addresses)}</urlset>"


def index(*sitemaps):
    entries = (f"<sitemap><loc>{at}</loc><lastmod>{day}</lastmod></sitemap>" for at, day in sitemaps)
    return f"<sitemapindex {SPACES}>{''.join(entries)}</sitemapindex>"


def rows(settings, address):
    return [result.row for result in fetched(settings, Target(address, "port"))]


def test_a_news_sitemap_gives_addresses_titles_and_times() -> None:
    pages, sitemaps = read_sitemap(NEWS, "https://example.org/map.xml", 10)
    assert pages == [
        FeedItem(
            "https://example.org/1", "افتتاح الرصيف & المرفأ", datetime(2024, 5, 12, 6, 30, tzinfo=UTC), changed_at=None
        ),
        FeedItem("https://example.org/2", None, None, datetime(2024, 5, 13, tzinfo=UTC)),
        FeedItem("", None, None, datetime(2024, 5, 13, tzinfo=UTC)),
    ]
    assert sitemaps == []


def test_the_newest_pages_are_taken_by_publication_or_last_change() -> None:
    assert [page.link[-1:] for page in read_sitemap(NEWS, "https://example.org/", 2)[0]] == ["2", ""]


def test_a_broken_sitemap_gives_what_can_be_read() -> None:
    content = (
        b"<urlset><url><loc>/?a=1&b=2&amp;c=3</loc></url><url><loc><![CDATA[/?a=1&b=2]]></loc></url>"
        b"<url><loc>/2</loc><url><loc>/3</loc></url><url><lo"
    )
    links = [page.link for page in read_sitemap(content, "https://e.org/", 10)[0]]
    assert links == ["https://e.org/?a=1&b=2&c=3", "https://e.org/?a=1&b=2", "https://e.org/2", "https://e.org/3", ""]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (NEWS, True),
        (NEWS.decode().replace("UTF-8", "UTF-16").encode("utf-16"), True),
        (index().encode(), True),
        (b"<ns0:urlset xmlns:ns0='x'/>", True),
        (b"<rss><channel/></rss>", False),
        (b"<!DOCTYPE html><html><script>'<urlset>'</script></html>", False),
    ],
)
def test_sitemaps_are_told_by_their_first_element(content: bytes, expected: bool) -> None:
    assert is_sitemap(content) is expected


def test_an_entity_of_a_sitemap_cannot_name_a_file() -> None:
    content = b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]><urlset><url><loc>&x;</loc></url></urlset>'
    with pytest.raises(DocumentError, match="malformed: the XML declares entities"):
        read_sitemap(content, "https://example.org/", 10)


def test_the_pages_of_a_sitemap_are_fetched_with_its_hints(site, settings):
    for path in ("/1", "/2"):
        site.serve(path, PAGE)
    url = site.serve("/map.xml", NEWS.replace(b"https://example.org", site.address.encode()), headers=XML)
    third, first, second = rows(settings(), url)
    assert (first["url"], first["hint_title"]) == (site.address + "/1", "افتتاح الرصيف & المرفأ")
    assert first["hint_published_at"] == datetime(2024, 5, 12, 6, 30, tzinfo=UTC)
    # When a page was changed is not when it was published.
    assert (second["source"], second["hint_published_at"]) == ("port", None)
    assert third["reason"] == "refused"


def test_an_index_leads_to_packed_sitemaps_those_changed_last_first(site, settings):
    for path in ("/1", "/2"):
        site.serve(path, PAGE)
    site.serve("/old.xml.gz", gzip.compress(urlset("/1").encode()), headers={"Content-Type": "application/x-gzip"})
    site.serve("/new.xml", urlset("/2"), headers=XML)
    site.serve("/index.xml", index(("/old.xml.gz", "2024-05-01"), ("/new.xml", "2024-05-12")), headers=XML)
    assert [row["url"] for row in rows(settings(), site.address + "/index.xml")] == [
        site.address + "/2",
        site.address + "/1",
    ]
    assert site.paths()[:3] == ["/index.xml", "/new.xml", "/old.xml.gz"]


def test_no_more_sitemaps_are_read_than_are_needed_or_allowed(site, settings):
    site.serve("/page", PAGE)
    names = [f"/{n}.xml" for n in range(9)]
    for name in names:
        site.serve(name, urlset("/page"), headers=XML)
    url = site.serve("/index.xml", index(*((name, "2024-05-12") for name in names)), headers=XML)
    rows(settings(max_sitemaps=3), url)
    assert site.paths() == ["/index.xml", *names[:3], "/page"]
    site.requests.clear()
    rows(settings(max_feed_items=1), url)
    assert site.paths() == ["/index.xml", names[0], "/page"]


def test_an_index_that_names_itself_or_goes_down_for_ever_ends(site, settings):
    for depth in range(9):
        entries = [(f"/{depth + 1}.xml", ""), (f"/{depth}.xml", ""), ("/0.xml", "")]
        site.serve(f"/{depth}.xml", index(*entries), headers=XML)
    (refusal,) = rows(settings(max_sitemap_depth=2), site.address + "/0.xml")
    assert site.paths() == ["/0.xml", "/1.xml", "/2.xml"]
    assert (refusal["url"], refusal["reason"]) == (site.address + "/3.xml", "refused")
    assert "fetch.max_sitemap_depth" in refusal["detail"]


def test_a_sitemap_of_an_index_that_fails_costs_only_itself(site, settings):
    site.serve("/page", PAGE)
    site.serve("/good.xml", urlset("/page"), headers=XML)
    site.serve("/html.xml", PAGE)
    url = site.serve(
        "/index.xml", index(("/gone.xml", ""), ("/html.xml", ""), ("http://[", ""), ("/good.xml", "")), headers=XML
    )
    results = fetched(settings(), Target(url, "port"))
    assert [result.row.get("reason") for result in results] == ["http_error", "malformed", "malformed", None]
    assert isinstance(results[-1], Document)


def test_a_packed_sitemap_that_is_a_bomb_is_too_large(site, settings):
    bomb = gzip.compress(b"<urlset>" + b" " * 20_000_000)
    (refusal,) = rows(settings(), site.serve("/map.xml.gz", bomb, headers={"Content-Type": "application/gzip"}))
    assert refusal["reason"] == "too_large"


@pytest.mark.parametrize("root", ["rss", "feed", "urlset", "sitemapindex"])
@pytest.mark.parametrize("place", ["<title>&lol9;</title>", '<title a="&lol9;"/>'])
def test_a_billion_laughs_is_a_reject_row_before_it_is_expanded(site, settings, root, place):
    entities = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE {root} [<!ENTITY lol0 "lol">{entities}]><{root}>{place}</{root}>'
    (refusal,) = rows(settings(), site.serve("/feed", bomb, headers=XML))
    assert (refusal["reason"], refusal["detail"]) == (
        "malformed",
        "the XML declares entities, which nabra does not expand",
    )
