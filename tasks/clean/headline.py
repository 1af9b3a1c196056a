"""The headline of a page, the element that shows it, and the byline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.folding import fold
from nabra.tasks.clean.page import Page
from nabra.tasks.clean.prune import measure, text_of
from nabra.tasks.clean.unmarked import can_be_headline, find_unmarked

SEPARATORS: Final = re.compile(r"(?<!\s)\s++[|\-–—»:~•/]++\s*+|(?:(?<!\s)\s++)?+[|»~]\s*+")
HEADINGS: Final = ("h1", "h2", "h3")
MIN_TITLE_CHARS: Final = 10
MIN_LIKENESS: Final = 0.3  # of a headline that is shown and one that <title> gives with the names of site and section
SHORT_TITLE: Final = 4  # words of a headline at least, where a part of <title> is cut off
SITE: Final = re.compile(r"(?:صحيفة|جريدة|موقع|وكالة|شبكة|مجلة|بوابة|منتديات|إذاعة|اذاعة|قناة)\s")
NO_TITLES: Final = re.compile(r"\W*(?:شاهد|بالصور|بالفيديو|فيديو|عاجل|مباشر)\W*")
BYLINE_CLASS: Final = re.compile(
    r"author|byline|writer|signature|fn$|credits?$|username|(?:^|[-_])by$|createdby", re.IGNORECASE
)
# A verb could begin a sentence, unless a colon follows.
WRITER_LINE: Final = re.compile(
    r"\W*(?:(?:بقلم|بواسطة|كتب بواسطة|مرسلة بواسطة|إعداد|اعداد)\s*[:：/]?|"
    r"(?:كتبه?|كتبت|تحرير|المحرر|نص|حاوره|حاورته|حاورها|تقرير|تحقيق|ترجمة)\s*[:：/])\s*(?P<name>[^\d|،,:/<>]{4,40})"
)
LABEL: Final = re.compile(
    r"^\W*(?:كتب بواسطة|مرسلة بواسطة|أرسله|كتبه|كتبت|كتب|بقلم|بواسطة|الكاتبة?|إعداد|by)(?:\s*+[:：]\s++|\s++)",
    re.IGNORECASE,
)
WRITER_PAGE: Final = re.compile(r"/(?:authors?|writers?|columnists?|reporters?|profile|كاتب|كتاب)/", re.IGNORECASE)
STATE_AUTHOR: Final = re.compile(r'"author(?:Name|_name)?"\s*:\s*(?:\{[^{}]{0,200}?"name"\s*:\s*)?"([^"\\]{4,45})"')
NO_AUTHORS: Final = re.compile(
    r"https?:|@|^(?:admin|super user|editor|المحرر|هيئة التحرير|التحرير|webmaster|administrator)$", re.IGNORECASE
)
MAX_NAME_CHARS: Final = 45


def find_headline(page: Page) -> tuple[str | None, HtmlElement | None]:
    """The headline, and the element that shows it; None for what is not there.

    Metadata say what the headline is, the page how it is written: the shown one is taken where both begin alike.
    """
    if page.tree is None:
        return None, None
    stated = [text for text in _stated(page) if text and can_be_headline(text)]
    keys = [fold(text) for text in stated]
    shown = [(text_of(element), element) for element in _candidates(page.tree)]
    shown = [pair for pair in shown if can_be_headline(pair[0])]
    named = page.metas.get("og:title") or page.article.get("headline")
    # The site's name stands in <title> and on the page too, but is the shorter part.
    best = max(shown, key=lambda pair: _likeness(fold(pair[0]), keys), default=None)
    if best is not None and _likeness(fold(best[0]), keys) >= (MIN_LIKENESS if best[1].tag in HEADINGS else 0.5):
        is_sure = named or best[1].tag in HEADINGS or not _can_be_site(best[0], page)
        return best if is_sure else find_unmarked(page.tree, keys) or best
    heads = [(text, element) for text, element in shown if element.tag in HEADINGS and len(text) > MIN_TITLE_CHARS]
    heads.sort(key=lambda pair: pair[1].tag)
    if heads and not named and heads[0][1].find(".//a") is None:
        return heads[0]
    title = _without_site(stated[0], page) if stated else None
    if not named and not heads and (title is None or _can_be_site(title, page)):
        return find_unmarked(page.tree, keys) or (title, None)
    return title, (heads[0][1] if heads else None)


def _can_be_site(title: str, page: Page) -> bool:
    """Whether what <title> gives may be the name of the site or of a section: it is short, or calls itself so."""
    is_site = fold(title) == fold(page.metas.get("og:site_name", ""))
    return is_site or len(title.split()) < SHORT_TITLE or bool(SITE.match(title))


def _likeness(key: str, stated: list[str]) -> float:
    """How much of a stated headline a text is, 0 to 1, where one is a part of the other."""
    if len(key) < MIN_TITLE_CHARS:
        return 0.0
    return max((min(len(key), len(k)) / max(len(key), len(k)) for k in stated if key in k or k in key), default=0.0)


def _stated(page: Page) -> Iterator[str]:
    for value in (
        page.article.get("headline"),
        page.metas.get("og:title"),
        page.article.get("name"),
        page.metas.get("twitter:title"),
    ):
        if isinstance(value, str):
            yield " ".join(value.split())
    title = page.tree.find(".//title") if page.tree is not None else None
    if title is not None and title.text:
        yield " ".join(title.text.split())


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that can show the headline, the likeliest first."""
    yield from tree.iter("h1")
    yield from tree.iter("h2", "h3")
    sizes = measure(tree)
    for element in tree.iter("div", "span", "p", "td", "font", "b", "strong"):
        if len(element) <= 3 and sizes[element] < 250 and 10 < len(text_of(element)) < 250:
            yield element


def _without_site(title: str, page: Page) -> str:
    """A title without the name of the site and without labels such as شاهد: its longest part."""
    site = fold(page.metas.get("og:site_name", ""))
    parts = [part.strip() for part in SEPARATORS.split(title) if part.strip()]
    if len(parts) < 2:
        return title
    kept = [part for part in parts if fold(part) != site and not NO_TITLES.fullmatch(part)] or parts
    longest = max(kept, key=len)
    return longest if len(longest.split()) >= SHORT_TITLE else title


def find_author(page: Page, headline: HtmlElement | None) -> str | None:
    """The byline: of JSON-LD, of the metadata, of an element that is called so, or of a line such as بقلم."""
    if page.tree is None:
        return None
    named = [*_names(page.article.get("author")), page.metas.get("author"), page.metas.get("article:author")]
    for name in named:
        if name and _is_name(name, page):
            return name.strip()
    for element in _after(page.tree, headline):
        for name in _names_in(element):
            if _is_name(name, page):
                return name.strip(" .:|—–-")
    # JSON-LD has been asked, and may name the outlet here.
    state = None if page.article else STATE_AUTHOR.search(page.source)
    return state[1] if state and _is_name(state[1], page) else None


def _names_in(element: HtmlElement) -> Iterator[str]:
    """What an element names as a writer: by what it is called, by where it leads, or by a line of its own."""
    called = " ".join(filter(None, (element.get("rel"), element.get("itemprop"), element.get("class"))))
    text = text_of(element)
    if any(BYLINE_CLASS.search(word) for word in called.split()) or WRITER_PAGE.search(element.get("href") or ""):
        line = WRITER_LINE.fullmatch(text)
        yield line["name"] if line else LABEL.sub("", text)
    for line in (element.text, *(child.tail for child in element)):
        match = WRITER_LINE.fullmatch(" ".join(line.split())) if line else None
        if match:
            yield match["name"]


def _after(tree: HtmlElement, headline: HtmlElement | None) -> list[HtmlElement]:
    """Elements with a text of their own: after the headline, then before."""
    elements = [e for e in tree.iter() if isinstance(e.tag, str) and e.tag not in ("script", "style", "title", "meta")]
    small = [e for e in elements if len(e) <= 4]
    if headline is None:
        return small
    place = elements.index(headline) if headline in elements else 0
    later = set(elements[place:])
    return [e for e in small if e in later] + [e for e in small if e not in later]


def _names(author: Any) -> Iterator[str]:
    for one in author if isinstance(author, list) else [author]:
        if isinstance(one, str):
            yield one
        elif (
            isinstance(one, dict)
            and one.get("@type") in (None, "Person", ["Person"])
            and isinstance(one.get("name"), str)
        ):
            yield one["name"]


def _is_name(name: str, page: Page) -> bool:
    key = fold(name.strip())
    site = fold(page.metas.get("og:site_name", ""))
    if not 3 < len(key) <= MAX_NAME_CHARS or NO_AUTHORS.search(name.strip()) or key == site:
        return False
    return any(letter.isalpha() for letter in key) and not re.search(r"\d", key) and len(key.split()) <= 6
