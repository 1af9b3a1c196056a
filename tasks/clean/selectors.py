"""Selectors: which parts of an outlet's pages hold the article, and which never belong to it, as its source says."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import html
from lxml.cssselect import CSSSelector
from lxml.etree import ParserError

from nabra.tasks.documents.html_trees import parse_html

if TYPE_CHECKING:
    from nabra.tasks.fetch.sources import Source

# Invisible, and read for title, author and time wherever it stands.
METADATA: Final = ".//script[@type='application/ld+json']"


@dataclass(frozen=True)
class Hints:
    """What one source says of its pages.

    CSS selectors of the elements to `keep`, all if there are none, and of those to `drop`; the `zone` of times that are
    written without one, an IANA name.
    """

    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    zone: str | None = None

    @classmethod
    def of(cls, source: Source) -> Hints:
        """The hints that an entry of `config/sources.toml` gives."""
        return cls(tuple(source.keep), tuple(source.drop), source.zone)


def select_content(page: str, hints: Hints) -> str:
    """The page without what `hints` drop and with what they keep alone in its body.

    A page in which nothing is to be kept, or nothing is a page, is returned as it is: the outlet has changed it.
    """
    if not (hints.keep or hints.drop) or not page.strip():
        return page
    try:
        document = parse_html(page.encode("utf-8", "replace"))
    except ParserError:
        return page
    for element in _found(document, hints.drop):
        if element.getparent() is not None:
            element.drop_tree()
    body = document.find("body")
    if body is not None:
        _limit(body, _outermost(_found(body, hints.keep)))
    return str(html.tostring(document, encoding="unicode", doctype="<!doctype html>"))


def _limit(body: html.HtmlElement, kept: list[html.HtmlElement]) -> None:
    """Leave in `body` the elements to keep and the metadata; everything where there are none, or it is one of them."""
    if not kept or body in kept:
        return
    inside = set(kept)
    metadata = [part for part in body.xpath(METADATA) if not _is_inside(part, inside)]
    body.clear()
    body.extend([*kept, *metadata])


def _found(within: html.HtmlElement, selectors: Iterable[str]) -> list[html.HtmlElement]:
    return [element for selector in selectors for element in CSSSelector(selector, translator="html")(within)]


def _outermost(elements: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """The elements that lie in no other of them, in their order, each once."""
    found = dict.fromkeys(elements)
    return [element for element in found if not _is_inside(element, found)]


def _is_inside(element: html.HtmlElement, others: Container[html.HtmlElement]) -> bool:
    return any(ancestor in others for ancestor in element.iterancestors())
