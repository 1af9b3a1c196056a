"""When a page was published, and where it says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.date_lines import has_label, read_date_line
from nabra.tasks.arabic.dates import Moment
from nabra.tasks.arabic.timestamps import read_timestamp
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
# Of the data in a script; a list of articles has many.
STATE: Final = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publishedTime|published_time|publishTime|pubDate|createdAt|created_at)\\?"\s*:\s*\\?"?([^"\\,}]{8,40})'
)
DATE_CLASS: Final = re.compile(
    r"date|time|publish|submitted|posted[-_]?on|stamp|ago|pub(?:$|[-_])|(?:^|[-_])dt$", re.IGNORECASE
)
HEAD_CLASS: Final = re.compile(r"header|masthead|top-?bar|nav-?bar|logo", re.IGNORECASE)
CARD_CHARS: Final = 300
CARD_LINK_CHARS: Final = 30
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


def find_published(
    page: Page, title: str | None, headline: HtmlElement | None, fetched_at: datetime, zone: str
) -> Published | None:
    """When the page says that it was published; None where it does not. A clock without a zone counts in `zone`.

    Prose says nothing of it, whatever times it names: of the text only date lines are asked, near `headline`, and of
    the scripts only those that hold `title` as data.
    """
    if page.tree is None:
        return None
    for source, value in _stated(page, page.tree, headline):
        moment = read_timestamp(value, fetched_at, zone) or read_date_line(value, fetched_at, zone)
        if moment:
            return Published(moment, source)
    for line in _lines(page.tree, headline):
        moment = read_date_line(line.text, fetched_at, zone, is_named=line.is_named)
        if moment:
            return Published(moment, "text-hijri" if moment.hijri else "text")
    moments = (read_timestamp(value, fetched_at, zone) for value in _states(page, title))
    return next((Published(moment, "script") for moment in moments if moment), None)


def _stated(page: Page, tree: HtmlElement, headline: HtmlElement | None) -> Iterator[tuple[str, str]]:
    """What data and marks of the page say, in the order of trust."""
    for value in page.dates:
        # A number counts seconds.
        if isinstance(value, str | int | float):
            yield "json-ld", str(value)
    yield from (("meta", page.metas[name]) for name in METAS if name in page.metas)
    yield from (("meta", value) for value in _marked(tree))
    yield from (("time", value) for value in _times(tree, headline))


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
        if re.search(r"comment|related|sidebar|widget-area|recommend|teaser", _name(ancestor).lower()):
            return True
    return False


@dataclass(frozen=True)
class _Line:
    """A short line of the page; `is_named` where class or id call it a date."""

    text: str
    is_named: bool = False


def _lines(tree: HtmlElement, headline: HtmlElement | None) -> list[_Line]:
    """Short lines where a date can stand: those below the headline that are called so, others near it, the rest.

    Beyond the first paragraph only those count that a name or a label tells from what the text speaks of.
    """
    elements = [e for e in tree.iter() if isinstance(e.tag, str) and e.tag != "title"]
    place = elements.index(headline) if headline in elements else 0
    around = set(headline.iterancestors()) if headline is not None else set()
    called: list[_Line] = []
    near: list[_Line] = []
    prose = 0
    for element in elements[place:]:
        for text in _texts(element, headline):
            if len(text) > MAX_LINE_CHARS:
                prose += len(text) > PROSE_CHARS and (element.tag == "br" or _is_prose(element))
            elif not text or _elsewhere(element) or _is_unseen(element) or _is_card(element, around):
                continue
            elif _is_named(element) or (prose and has_label(text)):
                called.append(_Line(text, _is_named(element)))
            elif len(near) < LINES_AFTER and not prose and not _is_piece(element):
                near.append(_Line(text))
    return [*called[:3], *near, *_above(elements[:place], around), *called[3:6]]


def _above(elements: list[HtmlElement], around: set[HtmlElement]) -> list[_Line]:
    """The last short lines before the headline, but for those of the site's own head, which says what day it is."""
    lines: list[_Line] = []
    for element in reversed(elements):
        text = _spaced(element)
        if not text or len(text) > MAX_LINE_CHARS or len(lines) == LINES_BEFORE:
            continue
        if not (_is_head(element, around) or _elsewhere(element) or _is_unseen(element) or _is_piece(element)):
            lines.append(_Line(text, _is_named(element)))
    return lines


def _is_head(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether an element belongs to a head that does not hold the headline."""
    others = (e for e in (element, *element.iterancestors()) if e not in around)
    return any(e.tag in ("header", "nav") or HEAD_CLASS.search(_name(e)) for e in others)


def _is_unseen(element: HtmlElement) -> bool:
    return any(is_hidden(e) for e in (element, *element.iterancestors()))


def _is_card(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Whether an element stands in a little box with the headline of another article."""
    for ancestor in element.iterancestors():
        if ancestor in around or len(text_of(ancestor)) > CARD_CHARS:
            return False
        if any(len(text_of(link)) >= CARD_LINK_CHARS for link in ancestor.iter("a")):
            return True
    return False


def _is_named(element: HtmlElement) -> bool:
    return element.tag == "time" or bool(DATE_CLASS.search(_name(element)))


def _name(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _texts(element: HtmlElement, headline: HtmlElement | None) -> Iterator[str]:
    """The text within, on one line, and each line of it that a break ends or begins; of the headline what follows."""
    if element is headline or element.tag == "br":
        yield _rest_of_line(element)
    elif headline is None or headline not in element.iterancestors():
        yield _spaced(element)
        if element.find("br") is not None:
            yield _joined([element.text, *_up_to_break(element)])


def _rest_of_line(element: HtmlElement) -> str:
    """What follows an element up to the next break."""
    if element.tag in BLOCK_TAGS:
        return ""
    return _joined([element.tail, *_up_to_break(element.itersiblings())])


def _up_to_break(elements: Iterable[HtmlElement]) -> Iterator[str | None]:
    for element in elements:
        if element.tag == "br" or element.tag in BLOCK_TAGS:
            return
        yield from (*element.itertext(), element.tail)


def _is_piece(element: HtmlElement) -> bool:
    """Whether an element is a piece of a line that has words beside it: then that line is to be asked, as a whole."""
    inner = element
    while inner.tag not in BLOCK_TAGS and (outer := inner.getparent()) is not None:
        own = [outer.text, *(child.tail for child in outer)]
        if outer.find("br") is None and any(re.search(r"[^\W\d]{2}", text) for text in own if text):
            return True
        inner = outer
    return False


def _is_prose(element: HtmlElement) -> bool:
    """Whether an element with much text holds it itself, as no wrapper and no row of links does."""
    if element.tag not in PROSE_TAGS or next(element.iterdescendants(*BLOCK_TAGS), None) is not None:
        return False
    return link_chars(element) < len(text_of(element)) / 2


def _states(page: Page, title: str | None) -> Iterator[str]:
    """Dates of publication in the scripts that hold the headline as data, the nearest to it first."""
    forms = (title, json.dumps(title)[1:-1]) if title else ()
    for script in page.scripts:
        text = script.text or ""
        places = [text.find(form) for form in forms if form in text]
        if places:
            matches = sorted(STATE.finditer(text), key=lambda match: abs(match.start() - places[0]))
            yield from (match[1].strip() for match in matches)


def _spaced(element: HtmlElement) -> str:
    """The text within, with a space between elements: dates that stand beside one another do not run together."""
    return _joined(element.itertext())


def _joined(texts: Iterable[str | None]) -> str:
    return " ".join(" ".join(text for text in texts if text).split())
