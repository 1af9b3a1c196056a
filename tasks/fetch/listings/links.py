"""List pages: the front page or a section of an outlet, whose links lead to its articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from courlan import is_navigation_page, is_not_crawlable
from lxml import html
from lxml.cssselect import CSSSelector
from w3lib.encoding import html_to_unicode

from nabra.tasks.documents.charsets import declared_charset, known_charset
from nabra.tasks.documents.html_trees import parse_html
from nabra.tasks.documents.identity import joined
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.listings.feeds import FeedItem

# A headline; the entries of menus and the names of sections are shorter.
MIN_HEADLINE_WORDS: Final = 4
# A page that never ends; a front page has some hundreds.
MAX_LINKS: Final = 10_000
# A link around a whole teaser is no title.
MAX_TITLE_CHARS: Final = 200
# A header in an article is the teaser's headline, any other the page's own.
OUTSIDE_MENUS: Final = (
    "//a[not(ancestor::nav or ancestor::footer or ancestor::aside or ancestor::header[not(ancestor::article)])]"
)


def read_links(content: bytes, charset: str | None, base: str, max_items: int, selector: str | None) -> list[FeedItem]:
    """The first `max_items` links to articles of the page at `base`, each once, with its words as title.

    `selector` finds the links, or what they stand in. Without it they are those outside of menus, on the same host,
    that read like a headline and do not look like a tag, section or login. Raises DocumentError `malformed` where none
    is found.
    """
    try:
        document = parse_html(_utf8(content, charset))
    except (html.etree.ParserError, ValueError) as error:
        raise DocumentError("malformed", f"not a list page: {error}") from error
    links = _selected(document, base, selector) if selector else _headlines(document, base)
    titles: dict[str, str] = {}
    for address, words in links:
        # Picture, headline and `more` often lead to one article: the longest words are the headline's.
        titles[address] = max(titles.get(address, ""), words, key=len)
    if not selector:
        titles = {address: words for address, words in titles.items() if words.count(" ") >= MIN_HEADLINE_WORDS - 1}
    if not titles:
        raise DocumentError("malformed", "no link to an article in the list page; name them by the source's `link`")
    items = [FeedItem(address, _title(words), None) for address, words in titles.items()]
    return items[:max_items]


def _selected(document: html.HtmlElement, base: str, selector: str) -> Iterator[tuple[str, str]]:
    found = CSSSelector(selector, translator="html")(document)
    yield from _web_links(document, base, dict.fromkeys(anchor for element in found for anchor in element.iter("a")))


def _headlines(document: html.HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    host, itself = _host(base), base.partition("#")[0]
    for address, words in _web_links(document, base, document.xpath(OUTSIDE_MENUS)):
        is_article = not is_navigation_page(address) and not is_not_crawlable(address)
        if is_article and _host(address) == host and address != itself:
            yield address, words


def _web_links(document: html.HtmlElement, base: str, anchors: Iterable[html.HtmlElement]) -> Iterator[tuple[str, str]]:
    """The address, without fragment, and the words of each anchor that leads into the web."""
    base = joined(base, next(iter(document.xpath("//base/@href")), "")) or base
    for anchor in islice(anchors, MAX_LINKS):
        address = joined(base, anchor.get("href", "").strip()).partition("#")[0]
        if address.startswith(("http://", "https://")):
            yield address, " ".join(anchor.text_content().split())


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def _title(words: str) -> str | None:
    return words if 0 < len(words) <= MAX_TITLE_CHARS else None


def _utf8(content: bytes, charset: str | None) -> bytes:
    codec = known_charset(charset) or declared_charset(content) or "utf-8"
    return html_to_unicode(f"text/html; charset={codec}", content)[1].encode()
