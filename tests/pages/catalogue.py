"""The pages of the set: layout, story, and how each says its date, author, address and charset.

Pages with `held_out` were written before the extractor was tuned; their errors were not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def plain(charset: str) -> Callable[[str], bytes]:
    """Encode in one charset; what it lacks becomes a reference, as editors' systems do."""
    return lambda html: html.encode(charset, errors="xmlcharrefreplace")


def twice(wrong: str) -> Callable[[str], bytes]:
    """UTF-8 taken for `wrong` and written as UTF-8 again."""
    return lambda html: _misread(html, wrong).encode()


def body_twice(html: str) -> bytes:
    """Only what lies between the marks of the body was encoded twice: an import of an old database."""
    head, body, tail = html.split("<!--body-->")
    return (head + _misread(body, "cp1252") + tail).encode()


def body_1256(html: str) -> bytes:
    """A UTF-8 template around a body in windows-1256."""
    head, body, tail = html.split("<!--body-->")
    return head.encode() + body.encode("cp1256") + tail.encode()


def _misread(text: str, wrong: str) -> str:
    return "".join(bytes([byte]).decode(wrong, "ignore") or chr(byte) for byte in text.encode())


@dataclass(frozen=True)
class Page:
    """One page; `naive`: its clock has no zone and counts in `zone`; `date`: what it says, a `full` time or a `day`."""

    name: str
    layout: str
    story: int
    date: str | None = "full"
    zone: str = "Asia/Beirut"
    naive: bool = False
    author: bool = True
    canonical: bool = True
    no_article: bool = False
    held_out: bool = False
    whole: bool = False
    header: str | None = "utf-8"
    charset_read: str = "utf-8"
    encode: Callable[[str], bytes] = str.encode
    when: datetime | None = None
    path: str = "news/{number}"


def no_article(name: str, layout: str, *, held_out: bool = False) -> Page:
    """A page without an article."""
    return Page(name, layout, 0, None, no_article=True, held_out=held_out)


PAGES = [
    Page("wordpress-classic", "wordpress_classic", 0),
    Page("newspaper-theme", "newspaper_theme", 1),
    Page("jannah-theme", "jannah_theme", 2),
    Page("gutenberg-blocks", "gutenberg_blocks", 3),
    Page("comments-longer", "comments_longer", 4, author=False),
    Page("drupal7-fields", "drupal7_fields", 5, zone="Africa/Cairo"),
    Page("drupal10-node", "drupal10_node", 6, author=False),
    Page("joomla-item", "joomla_item", 7),
    Page("blogger-breaks", "blogger_breaks", 8),
    Page("amp-page", "amp_page", 9),
    Page("jsonld-body", "jsonld_body", 10, author=False),
    Page("jsonld-teaser", "jsonld_teaser", 11),
    Page("hashed-classes", "hashed_classes", 12),
    Page("next-data", "next_data", 14),
    Page("live-blog", "live_blog", 15, author=False),
    Page("gallery-page", "gallery_page", 2, author=False),
    Page("paywall-stub", "paywall_stub", 4),
    Page("tables-utf8", "tables_2005", 6, "day", author=False, canonical=False),
    Page("tables-1256", "tables_2005", 10, "day", author=False, canonical=False, header=None, charset_read="cp1256",
         encode=plain("cp1256")),
    Page("aspnet-form", "aspnet_form", 7, "full", "Asia/Riyadh", naive=True, author=False, canonical=False),
    Page("print-view", "print_view", 8, "day", canonical=False),
    Page("video-page", "video_page", 3, author=False),
    Page("opinion-column", "opinion_column", 13, "day", whole=True),
    Page("breaking-line", "breaking_line", 12, author=False),
    Page("spans-in-divs", "spans_in_divs", 1, "day", author=False),
    Page("two-columns", "two_columns", 9, author=False),
    Page("bootstrap-portal", "bootstrap_portal", 0, "full", "Asia/Amman", naive=True),
    Page("agency-wire", "agency_wire", 15, "full", "Asia/Riyadh", naive=True, author=False),
    Page("text-in-div", "text_in_div", 11, "day", author=False),
    Page("mega-menu", "mega_menu", 5),
    Page("cookie-wall", "cookie_wall", 14),
    Page("hidden-things", "hidden_things", 6),
    Page("microdata-post", "microdata_post", 7),
    Page("date-levant", "date_visible", 4, "full", "Asia/Damascus", naive=True, path="{number}/levant"),
    Page("date-egypt", "date_egypt", 9, "full", "Africa/Cairo", naive=True, author=False),
    Page("date-morocco", "date_morocco", 8, "full", "Africa/Casablanca", naive=True,
         when=datetime(2023, 8, 5, 14, 20, tzinfo=UTC)),
    Page("date-relative", "date_relative", 1, "full", "UTC", author=False, when=datetime(2024, 6, 20, 9, tzinfo=UTC)),
    Page("date-hijri", "date_hijri", 0, "day", author=False),
    Page("long-read", "long_read", 13, whole=True),
    Page("match-report", "match_report", 3),
    Page("interview-page", "interview_page", 11),
    Page("double-encoded", "wordpress_classic", 12, encode=twice("cp1252")),
    Page("double-1256", "drupal10_node", 2, author=False, encode=twice("cp1256")),
    Page("body-twice", "text_in_div", 10, "day", author=False, encode=body_twice),
    Page("body-1256", "text_in_div", 3, "day", author=False, encode=body_1256),
    Page("labelled-latin", "joomla_item", 5, header="iso-8859-1", charset_read="cp1256", encode=plain("cp1256")),
    Page("labelled-utf8", "tables_2005", 14, "day", author=False, canonical=False, header="utf-8",
         charset_read="cp1256", encode=plain("cp1256")),
    Page("iso-8859-6", "print_view", 15, "day", canonical=False, header=None, charset_read="iso8859-6",
         encode=plain("iso8859-6")),
    Page("utf16-mark", "blogger_breaks", 11, header=None, charset_read="utf-16-le",
         encode=lambda html: b"\xff\xfe" + html.encode("utf-16-le")),
    Page("labelled-1256", "drupal7_fields", 13, header="windows-1256"),
    Page("next-article", "next_article", 9),
    Page("teaser-cards", "teaser_cards", 7, author=False),
    Page("ministry-portal", "ministry_portal", 8, "day", author=False),
    Page("listicle-page", "listicle_page", 5),
    Page("embedded-posts", "embedded_posts", 6),
    Page("block-wrappers", "block_wrappers", 0),
    Page("share-between", "share_between", 14, author=False),
    Page("sidebar-first", "sidebar_first", 2, author=False),
    Page("time-element", "time_element", 15, "full", "Asia/Baghdad", author=False),
    no_article("index-page", "index_page"),
    no_article("not-found", "not_found"),
    no_article("login-page", "login_page"),
    no_article("tag-archive", "tag_archive"),
    Page("elementor-widgets", "elementor_widgets", 4, held_out=True),
    Page("ruby-theme", "ruby_theme", 10, held_out=True),
    Page("k2-item", "k2_item", 1, "full", "Asia/Beirut", naive=True, held_out=True),
    Page("nuxt-state", "nuxt_state", 12, author=False, held_out=True),
    Page("live-ld", "live_ld", 0, author=False, held_out=True),
    Page("paywall-hidden", "paywall_hidden", 7, held_out=True),
    Page("centred-1256", "centred_2003", 9, "day", author=False, canonical=False, held_out=True, header="iso-8859-1",
         charset_read="cp1256", encode=plain("cp1256")),
    Page("sharepoint-news", "sharepoint_news", 8, "day", author=False, held_out=True),
    Page("date-tunis", "date_tunis", 14, "full", "Africa/Tunis", naive=True, held_out=True,
         when=datetime(2022, 7, 9, 16, 45, tzinfo=UTC)),
    Page("date-hijri-only", "date_hijri_only", 6, "day", "Asia/Riyadh", author=False, held_out=True),
    Page("utf8-mark", "custom_portal", 2, "full", "Asia/Amman", naive=True, held_out=True, charset_read="utf-8",
         header=None, encode=lambda html: b"\xef\xbb\xbf" + html.encode()),
    Page("template-mixed", "custom_portal", 5, "full", "Asia/Amman", naive=True, held_out=True, encode=body_twice),
    Page("endless-scroll", "endless_scroll", 13, held_out=True),
    Page("magazine-dropcap", "magazine_dropcap", 11, held_out=True),
    Page("podcast-notes", "podcast_notes", 3, author=False, held_out=True),
    Page("channel-site", "channel_site", 4, "day", held_out=True),
    Page("daily-paper", "daily_paper", 9, "full", "Africa/Cairo", naive=True, held_out=True),
    Page("broadcaster", "broadcaster", 15, "full", "Asia/Baghdad", naive=True, author=False, held_out=True),
    Page("nuke-1256", "nuke_1256", 0, "day", canonical=False, held_out=True, header=None, charset_read="cp1256",
         encode=plain("cp1256")),
    Page("channel-post", "channel_post", 12, author=False, held_out=True),
    Page("accordion-ld", "accordion_ld", 6, held_out=True),
    Page("regional-site", "regional_site", 10, "full", "Africa/Algiers", naive=True, held_out=True,
         when=datetime(2023, 4, 11, 10, 5, tzinfo=UTC)),
    Page("column-boxes", "column_boxes", 13, "full", "Asia/Amman", naive=True, author=False, held_out=True),
    Page("double-wordpress", "gutenberg_blocks", 9, held_out=True, encode=twice("cp1256")),
    no_article("category-list", "category_list", held_out=True),
    no_article("home-cards", "home_cards", held_out=True),
    no_article("search-results", "search_results", held_out=True),
]  # fmt: skip
