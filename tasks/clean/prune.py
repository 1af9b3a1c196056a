"""Take out of a page's tree what stands beside its article, before the text is looked for.

By tag, by being hidden, by the names that `config/noise.toml` holds, by a heading that announces other things, and by
being a card: a link that is a block of its own, with the little text around it, or one of several alike.
"""

from __future__ import annotations

import re
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.clean.noise import Noise, is_hidden

DROPPED_TAGS: Final = (
    "script", "style", "noscript", "template", "iframe", "svg", "nav", "footer", "aside", "figure", "figcaption",
    "button", "input", "select", "textarea", "label", "dialog", "object", "video", "audio", "canvas", "amp-sidebar",
    "amp-ad", "amp-user-notification", "amp-social-share", "amp-consent", "amp-twitter", "amp-facebook",
    "amp-instagram", "amp-youtube", "amp-embed", "amp-iframe", "cite",
)  # fmt: skip
KEPT_TAGS: Final = frozenset({"html", "body", "main"})
BLOCK_TAGS: Final = frozenset({
    "p", "div", "section", "article", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl",
    "dt", "dd", "table", "tbody", "tr", "td", "th", "blockquote", "pre", "form", "center", "address", "fieldset", "hr",
    "body", "html", "details", "summary",
})  # fmt: skip
HEADING_TAGS: Final = (
    "h2", "h3", "h4", "h5", "h6", "strong", "b", "span", "p", "div", "td", "li", "dt", "legend", "summary",
)  # fmt: skip
SKIP: Final = re.compile(r"\W*(?:تخط|skip)", re.IGNORECASE)
NOISE_ROLES: Final = ("navigation", "complementary", "dialog")
CARD_CHARS: Final = 400
ROW_TAGS: Final = ("div", "li", "article", "section", "tr", "dd")
MIN_ROWS: Final = 3
MOST: Final = 0.8
HEADLINE_CHARS: Final = 15
HEADLINE_SHARE: Final = 0.15
MIN_CARD_LINK: Final = 10
LINE_CHARS: Final = 65  # of a paragraph beside a link that is a paragraph itself: then it is no card
HEADING_CHARS: Final = 80
CELL_CHARS: Final = 60  # of a table of figures
SECTION_CHARS: Final = 600
LINKED_SHARE: Final = 0.3
FORM_BOX_CHARS: Final = 500
FORM_TEXT_CHARS: Final = 250  # of text beside a form in its box
PARAGRAPH_CHARS: Final = 200  # of one paragraph, which no card has
MAX_NOISE_SHARE: Final = 0.5  # of a page's text, above which the words of a class are taken for something else


def prune(tree: HtmlElement, headline: HtmlElement | None, noise: Noise) -> None:
    """Take what is no article out of the tree, in place; the headline, and what it stands in, stay."""
    keep = {tree, *(headline.iterancestors() if headline is not None else ()), headline}
    sizes = measure(tree)
    for element in [e for e in tree.iter(*DROPPED_TAGS) if e not in keep]:
        # Some sites put the whole article into an element for something else.
        if element.tag not in ("aside", "figure", "footer") or sizes[element] < MAX_NOISE_SHARE * sizes[tree]:
            drop(element, tree)
    _drop_skipped(tree, keep)
    _drop_announced(tree, keep, noise)
    _drop_named(tree, keep, noise)
    _drop_forms(tree, keep)
    _drop_cards(tree, keep)
    _drop_lists(tree, keep)
    _drop_tables(tree, keep)


def measure(tree: HtmlElement) -> dict[HtmlElement, int]:
    """The characters of text within each element, white space aside, all in one pass."""
    sizes: dict[HtmlElement, int] = {}
    for element in reversed(list(tree.iter("*"))):
        own = _visible(element.text) + sum(_visible(child.tail) for child in element)
        sizes[element] = own + sum(sizes.get(child, 0) for child in element)
    return sizes


def _visible(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def text_of(element: HtmlElement) -> str:
    """All text within, on one line."""
    return " ".join("".join(element.itertext()).split())


def drop(element: HtmlElement, tree: HtmlElement) -> None:
    """Take an element out; the text that follows it stays."""
    if element is not tree and element.getparent() is not None:
        element.drop_tree()


def attached(element: HtmlElement, tree: HtmlElement) -> bool:
    """Whether the element is still in the tree."""
    return element is tree or any(ancestor is tree for ancestor in element.iterancestors())


def _drop_named(tree: HtmlElement, keep: set[HtmlElement | None], noise: Noise) -> None:
    """Drop what is hidden or named as noise; most of a page is so only where the name says that it can be long."""
    sizes = measure(tree)
    for element in list(tree.iter("*")):
        if element in keep or element.tag in KEPT_TAGS or not attached(element, tree):
            continue
        hidden = is_hidden(element) or element.get("role") in NOISE_ROLES
        if not hidden and not noise.names_it(element):
            continue
        if sizes[element] < MAX_NOISE_SHARE * sizes[tree] or is_hidden(element) or noise.can_be_long(element):
            drop(element, tree)


def _drop_skipped(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Drop boxes with a link that leaps over them to their end, made for those who listen to the page."""
    sizes = measure(tree)
    ends = {element.get("id"): element for element in tree.iter("*") if element.get("id")}
    for link in list(tree.iter("a")):
        end = ends.get((link.get("href") or "").removeprefix("#"))
        if end is None or not SKIP.match(text_of(link)) or not attached(link, tree):
            continue
        around = set(link.iterancestors())
        box = next((ancestor for ancestor in end.iterancestors() if ancestor in around), tree)
        if box not in keep and sizes[box] < MAX_NOISE_SHARE * sizes[tree]:
            drop(box, tree)


def _drop_forms(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Drop small forms with the boxes around them: newsletters, searches; a large one is the whole page of ASP.NET."""
    sizes = measure(tree)
    for form in list(tree.iter("form")):
        if form in keep or sizes.get(form, 0) > FORM_BOX_CHARS or not attached(form, tree):
            continue
        box = form
        while (parent := box.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
            if sizes[parent] > min(FORM_BOX_CHARS, sizes[box] + FORM_TEXT_CHARS):
                break
            box = parent
        drop(box, tree)


def _drop_announced(tree: HtmlElement, keep: set[HtmlElement | None], noise: Noise) -> None:
    """Drop what stands under headings such as التعليقات: the section that one opens, or the list that follows it."""
    sizes = measure(tree)
    for heading in list(tree.iter(*HEADING_TAGS)):
        if heading in keep or not 2 < sizes[heading] < HEADING_CHARS or not attached(heading, tree):
            continue
        text = text_of(heading)
        if not noise.announces(text):
            continue
        section = _announced(heading, noise.announces_readers(text), keep, sizes)
        if section.tag in HEADING_TAGS and section.tag not in ("div", "td", "li"):
            for follower in list(section.itersiblings()):
                if not _is_list_of_links(follower):
                    break
                drop(follower, tree)
        drop(section, tree)


def _announced(
    heading: HtmlElement, by_readers: bool, keep: set[HtmlElement | None], sizes: dict[HtmlElement, int]
) -> HtmlElement:
    """The section that a heading opens: the first element around it that holds more, unless that can be the article."""
    section = heading
    while (parent := section.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
        if sizes[parent] > sizes[heading] + 2:
            if sizes[section] > sizes[heading] + 2 or not text_of(parent).startswith(text_of(heading)):
                break
            if not by_readers and sizes[parent] > SECTION_CHARS and link_chars(parent) < LINKED_SHARE * sizes[parent]:
                break
        section = parent
    return section


def _is_list_of_links(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return True
    text = text_of(element)
    return not text or element.tag in ("ul", "ol") or link_chars(element) > 0.5 * len(text)


def link_chars(element: HtmlElement) -> int:
    """Characters within links."""
    return sum(len(text_of(link)) for link in element.iter("a"))


def _drop_cards(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    sizes = measure(tree)
    links = [link for link in tree.iter("a") if link not in keep and sizes[link] >= MIN_CARD_LINK]
    blocks = [_own_block(link, sizes) for link in links]
    lines = _lines_of_text(tree, sizes)
    # All are found before any goes: a card is small beside its neighbours.
    for card in [_card(block, keep, sizes, lines) for block in blocks if block is not None and block not in keep]:
        if attached(card, tree):
            drop(card, tree)


def _drop_lists(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Drop rows of teasers: neighbours of one kind, short, each with a link as long as a headline."""
    sizes = measure(tree)
    for parent in list(tree.iter("*")):
        kinds: dict[tuple[str, str | None], list[HtmlElement]] = {}
        for child in parent:
            if child.tag in ROW_TAGS and child not in keep and sizes.get(child, 0) < CARD_CHARS:
                kinds.setdefault((child.tag, child.get("class")), []).append(child)
        for rows in kinds.values():
            teasers = [row for row in rows if _has_headline(row, sizes)]
            if len(teasers) >= MIN_ROWS and len(teasers) >= MOST * len(rows):
                for row in rows:
                    drop(row, tree)


def _has_headline(row: HtmlElement, sizes: dict[HtmlElement, int]) -> bool:
    return any(sizes[link] > max(HEADLINE_CHARS, HEADLINE_SHARE * sizes[row]) for link in row.iter("a"))


def _own_block(link: HtmlElement, sizes: dict[HtmlElement, int]) -> HtmlElement | None:
    """What a link fills alone: a block, or a line; None where it stands amid a text."""
    block = link
    while (
        block.tag not in BLOCK_TAGS and (parent := block.getparent()) is not None and sizes[parent] <= sizes[link] + 4
    ):
        block = parent
    if block.tag in BLOCK_TAGS or any(inner.tag in BLOCK_TAGS for inner in block.iterdescendants()):
        return block
    before, after = block.getprevious(), block.getnext()
    text_before = before.tail if before is not None else block.getparent().text
    breaks = {*BLOCK_TAGS, "br", "img"}
    alone = not (text_before or "").strip(" \n\t-•*") and not (block.tail or "").strip()
    return block if alone and all(n is None or n.tag in breaks for n in (before, after)) else None


def _card(
    block: HtmlElement, keep: set[HtmlElement | None], sizes: dict[HtmlElement, int], lines: set[HtmlElement]
) -> HtmlElement:
    """The card around a link: the largest small element that holds it, and is small in what it stands in."""
    card = block
    while (parent := card.getparent()) is not None and parent not in keep and parent.tag not in KEPT_TAGS:
        if card in lines:
            break
        outside = next((sizes[a] for a in parent.iterancestors() if sizes.get(a, 0) > 1.1 * sizes[parent]), 0)
        if sizes[parent] > CARD_CHARS or outside < 2 * sizes[parent]:
            break
        if any(sizes[p] > PARAGRAPH_CHARS for p in parent.iter("p")):
            break
        card = parent
    return card


def _lines_of_text(tree: HtmlElement, sizes: dict[HtmlElement, int]) -> set[HtmlElement]:
    """Paragraphs and list items among neighbours of their kind that are prose: a link that is one is no card."""
    rows = [row for row in tree.iter("p", "li") if row.getparent() is not None]
    prose = {(row.getparent(), row.tag, row.get("class")) for row in rows if sizes[row] > LINE_CHARS}
    return {row for row in rows if (row.getparent(), row.tag, row.get("class")) in prose}


def _drop_tables(tree: HtmlElement, keep: set[HtmlElement | None]) -> None:
    """Tables of figures go, tables that lay out a page stay."""
    for table in list(tree.iter("table")):
        cells = [text_of(cell) for cell in table.iter("td", "th")]
        if table not in keep and attached(table, tree) and cells and max(map(len, cells)) < CELL_CHARS:
            drop(table, tree)
