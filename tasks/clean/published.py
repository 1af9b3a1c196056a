"""When a page was published, and where it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.dates import Moment, find_date, read_moment
from nabra.tasks.clean.noise import is_hidden
from nabra.tasks.clean.page import Page
from nabra.tasks.clean.prune import BLOCK_TAGS, link_chars, text_of

# In the order of trust; names of meta elements, in lower case.
METAS: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dc.date", "dcterms.date", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication_date", "published_date", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "article.published", "uploaddate", "datecreated",
    "article:create", "creation_date", "date",
)  # fmt: skip
MARKED: Final = re.compile(r"datePublished|dateCreated|dc:date|dc:created|dcterms:created|published", re.IGNORECASE)
STATE: Final = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publishedTime|published_time|publishTime|pubDate|createdAt|created_at)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
DATE_CLASS: Final = re.compile(
    r"date|time|publish|submitted|posted[-_]?on|stamp|ago|pub(?:$|[-_])|(?:^|[-_])dt$", re.IGNORECASE
)
LIST_TAGS: Final = frozenset({"li", "aside", "nav", "footer"})
MAX_LINE_CHARS: Final = 160
LINES_AFTER: Final = 14  # short lines below the headline in which a date is looked for
LINES_BEFORE: Final = 3
PROSE_CHARS: Final = 200
PROSE_TAGS: Final = ("p", "span", "font", "div", "td")


@dataclass(frozen=True)
class Published:
    """The moment, and its source: `json-ld`, `meta`, `time`, `text`, `text-hijri` or `script`."""

    moment: Moment
    source: str


def find_published(page: Page, headline: HtmlElement | None, fetched_at: datetime, zone: str) -> Published | None:
    """When the page was published; None where it does not say. A clock without a zone counts in `zone`."""
    if page.tree is None:
        return None
    stated = (
        [("json-ld", page.article.get(key)) for key in ("datePublished", "uploadDate", "dateCreated")]
        + [("meta", page.metas.get(name)) for name in METAS]
        + [("meta", value) for value in _marked(page.tree)]
        + [("time", value) for value in _times(page.tree, headline)]
    )
    for source, value in stated:
        moment = read_moment(value, fetched_at, zone) if isinstance(value, str) else None
        if moment:
            return Published(moment, source)
    for line in _lines(page.tree, headline):
        moment = find_date(line, fetched_at, zone)
        if moment:
            return Published(moment, "text-hijri" if moment.hijri else "text")
    for match in STATE.finditer(page.source):
        moment = read_moment(match[1], fetched_at, zone)
        if moment:
            return Published(moment, "script")
    return None


def _marked(tree: HtmlElement) -> Iterator[str]:
    """Values of elements that microdata or RDFa call the publication date; those of other articles and comments not."""
    for element in tree.iter("span", "div", "abbr", "p", "time", "td"):
        marks = " ".join(filter(None, (element.get("itemprop"), element.get("property"))))
        if element.tag == "abbr" and "published" in (element.get("class") or ""):
            marks = "published"
        value = element.get("content") or element.get("datetime") or element.get("title") or text_of(element)
        if marks and MARKED.search(marks) and not _elsewhere(element):
            yield value


def _times(tree: HtmlElement, headline: HtmlElement | None) -> Iterator[str]:
    """Values of <time>: those below the headline first, of other articles and comments none."""
    before: list[str] = []
    after: list[str] = []
    passed = headline is None
    for element in tree.iter("time", *([headline.tag] if headline is not None else [])):
        if element is headline:
            passed = True
        if element.tag == "time" and element.get("datetime") and not _elsewhere(element):
            updated = re.search(r"updat|modif", element.get("class") or "", re.IGNORECASE) and not re.search(
                r"publish|entry-date", element.get("class") or ""
            )
            (after if passed and not updated else before).append(element.get("datetime"))
    yield from after
    yield from before


def _elsewhere(element: HtmlElement) -> bool:
    """Whether an element belongs to a comment, a list of articles, or a teaser."""
    for ancestor in element.iterancestors():
        if ancestor.tag in ("body", "html", "main"):
            return False
        if ancestor.tag in LIST_TAGS and ancestor.find(".//a[@href]") is not None and len(text_of(ancestor)) > 30:
            return True
        name = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".lower()
        if re.search(r"comment|related|sidebar|widget-area|recommend|teaser", name):
            return True
    return False


def _lines(tree: HtmlElement, headline: HtmlElement | None) -> list[str]:
    """Short lines where a date can stand: those below the headline that are called so, others near it, the rest."""
    elements = [
        e for e in tree.iter() if isinstance(e.tag, str) and e.tag not in ("script", "style", "title", "option")
    ]
    place = elements.index(headline) if headline in elements else 0
    called: list[str] = []
    near: list[str] = []
    above: list[str] = []
    prose = 0
    for element in elements[place + 1 :]:
        text = _spaced(element)
        if len(text) > MAX_LINE_CHARS:
            prose += len(text) > PROSE_CHARS and element.tag in PROSE_TAGS and _is_prose(element)
            continue
        if not text or _elsewhere(element) or is_hidden(element):
            continue
        if DATE_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}") or element.tag == "time":
            called.append(text)
        elif len(near) < LINES_AFTER and not prose:
            near.append(text)
    for element in reversed(elements[:place]):
        text = _spaced(element)
        if text and len(text) <= MAX_LINE_CHARS and len(above) < LINES_BEFORE:
            above.append(text)
    return [*called[:3], *near, *above, *called[3:6]]


def _is_prose(element: HtmlElement) -> bool:
    """Whether an element with much text holds it itself, as no wrapper and no row of links does."""
    return next(element.iterdescendants(*BLOCK_TAGS), None) is None and link_chars(element) < len(text_of(element)) / 2


def _spaced(element: HtmlElement) -> str:
    """The text within, with a space between elements: dates that stand beside one another do not run together."""
    return " ".join(" ".join(element.itertext()).split())
