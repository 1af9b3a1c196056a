"""Broken feeds after the manner of the reports of feed readers: a fault costs the item it is in."""

import pytest

from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.reader import read_listing
from nabra.tasks.fetch.payload import Payload

BASE = "https://example.org/feed"
HEAD = '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>أخبار</title><link>/</link>'
UTF8_HEAD = HEAD.format("utf-8")
TAIL = "</channel></rss>"


def item(number, title=None, more=""):
    named = title if title is not None else f"خبر {number}"
    time = f"<pubDate>Sun, 12 May 2024 09:{number:02d}:00 GMT</pubDate>"
    return f"<item><title>{named}</title>{more}<link>/{number}</link>{time}</item>"


def read(content, charset="utf-8"):
    body = content.encode(charset, "surrogatepass") if isinstance(content, str) else content
    listing = read_listing(Payload(body), BASE, 200)
    assert listing is not None
    return listing.pages


def links(content, charset="utf-8"):
    return [page.link.removeprefix("https://example.org/") for page in read(content, charset)]


def feed(*items, head=UTF8_HEAD, tail=TAIL):
    return head + "".join(items) + tail


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("خبر &#1114112; جديد", "خبر  جديد"),
        ("خبر &#x110000;", "خبر"),
        ("خبر &#99999999999999999999999;", "خبر"),
        ("خبر &#55357;&#56832;", "خبر 😀"),
        ("خبر &#xD83D;&#xDE00;", "خبر 😀"),
        ("خبر &amp;#55357;&amp;#56832;", "خبر 😀"),
        ("خبر &#55357; وحده", "خبر  وحده"),
        ("خبر &#56832;&#55357;", "خبر"),
        ("خبر &#0;&#8;&#11;", "خبر"),
        ("خبر &#65534;&#xFFFF;", "خبر"),
        ("خبر &#1593;&#x639;", "خبر عع"),
        ("خبر \ud83d\ude00", "خبر 😀"),
        ("خبر \x0b\x00\x08", "خبر"),
        ("سوق & بورصة &nbsp; &foo; <", None),
        ("AT&amp;T &lt;b&gt;خبر&lt;/b&gt;", None),
    ],
)
def test_a_bad_reference_costs_no_more_than_itself(written, title):
    first, second = read(feed(item(1, written), item(2)))
    assert title is None or " ".join((first.title or "").split()) == " ".join(title.split())
    assert (second.title, second.link) == ("خبر 2", "https://example.org/2")
    first.title.encode()


@pytest.mark.parametrize(
    "more",
    [
        "<description>نص لا ينتهي",
        "<description><![CDATA[نص لا ينتهي",
        "<description><![CDATA[نص]]",
        "<description><p>نص<br><b>آخر</description>",
        "<description>نص</summary>",
        "<content:encoded><![CDATA[<p>نص</p>]]>",
        "<description>a < b && c > d</description>",
        "<description>نص</description></description>",
        "<category>أ<category>ب",
        "<unknown:tag>نص",
        '<enclosure url="x',
        "<!-- تعليق لا ينتهي",
        "<description>" + "<b>" * 400 + "نص</description>",
    ],
)
@pytest.mark.parametrize("number", [1, 3])
def test_broken_markup_costs_no_other_item(more, number):
    items = [item(each, more=more if each == number else "") for each in (1, 2, 3)]
    found = links(feed(*items))
    assert [link for link in found if link != str(number)] == [str(each) for each in (1, 2, 3) if each != number]


@pytest.mark.parametrize(
    "more", ["<description>نص لا ينتهي", "<description><![CDATA[نص لا ينتهي", "<description>نص</summary>"]
)
def test_an_item_with_an_open_description_keeps_its_title_and_link(more):
    found = read(feed(item(1), item(2, more=more), item(3)))
    assert [(page.title, page.link[-1]) for page in found] == [("خبر 1", "1"), ("خبر 2", "2"), ("خبر 3", "3")]


@pytest.mark.parametrize("cut", ["<item><title>خبر", "<item><title>خبر</title><link>https://example.org/trunc", "<ite"])
def test_the_whole_items_of_a_feed_that_breaks_off_are_read(cut):
    found = links(feed(item(1), item(2), cut, tail=""))
    assert found[:2] == ["1", "2"]
    assert "trunc" not in found


@pytest.mark.parametrize(
    "before",
    [
        "<!-- <html> -->",
        "<!--" + "x" * 9_000 + "-->",
        '<?xml-stylesheet href="<html>"?>',
        "\n\n",
        "<br />\n<b>Warning</b>: something in line 3\n",
    ],
)
def test_what_stands_before_the_first_element_does_not_count(before):
    assert links(before + feed(item(1), head='<rss version="2.0"><channel>')) == ["1"]


def test_a_page_of_html_in_a_description_makes_no_page_of_the_feed():
    page = "<description><![CDATA[<!DOCTYPE html><html><body><p>نص</p></body></html>]]></description>"
    assert links(feed(item(1, more=page), item(2))) == ["1", "2"]


def test_a_page_that_holds_a_feed_is_no_feed():
    content = f"<!DOCTYPE html><html><script>{feed(item(1))}</script></html>"
    assert read_listing(Payload(content.encode(), "text/html"), BASE, 200) is None


@pytest.mark.parametrize(
    ("declared", "charset"),
    [
        ("utf-8", "utf-16"),
        ("utf-16", "utf-8"),
        ("windows-1256", "cp1256"),
        ("windows-1256", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("x-unknown", "utf-8"),
    ],
)
def test_the_charset_is_the_one_of_the_bytes(declared, charset):
    (page,) = read(feed(item(1), head=HEAD.format(declared)), charset)
    assert page.title == "خبر 1"


def test_damaged_bytes_cost_no_more_than_themselves():
    first, second = read(feed(item(1), item(2)).encode().replace("خبر 1".encode(), b"\xd8 \xff 1"))
    assert (first.link[-1], second.title) == ("1", "خبر 2")


def test_entities_are_not_expanded():
    with pytest.raises(DocumentError, match="entities"):
        read('<!DOCTYPE rss [<!ENTITY a "b">]>' + feed(item(1, "&a;"), head="<rss><channel>"))
