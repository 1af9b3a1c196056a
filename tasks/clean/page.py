"""A page: its tree, and what its head and scripts say of the article, read once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, Final

from lxml.etree import ErrorTypes, ParserError, XMLSyntaxError
from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from nabra.tasks.documents.html_trees import parse_html
from nabra.tasks.documents.identity import accepted_url
from nabra.tasks.errors import DocumentError

ARTICLE_TYPES: Final = re.compile(r"Article|Posting$|^Report|VideoObject|ImageGallery|Episode|MediaObject")
PAGE_TYPES: Final = re.compile(r"WebPage$|ItemPage$")
# Lists of other articles, of which each can have a date and a text.
ELSEWHERE: Final = frozenset(
    {"itemListElement", "relatedLink", "isPartOf", "hasPart", "citation", "comment", "liveBlogUpdate"}
)
# What no reader sees, so that it says nothing of the article but what is data in scripts.
UNSHOWN: Final = (
    "script", "style", "template", "noscript", "select", "datalist", "option", "textarea", "iframe", "svg", "canvas",
)  # fmt: skip
MIN_STATE_CHARS: Final = 200
ARABIC: Final = re.compile("[\u0621-\u064a]")
TAGS: Final = re.compile(r"<[^<>]+>")
PARAGRAPH_ENDS: Final = re.compile(r"</(?:p|h\d|li|div|blockquote)>|<br\s*/?>", re.IGNORECASE)
# With what opens and is never closed, lest it be looked at from each quotation mark in it.
JSON_STRING: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)("?)')


@dataclass(frozen=True)
class Page:
    """A page's source and address."""

    source: str
    url: str

    @property
    def tree(self) -> HtmlElement | None:
        """The tree of elements without `UNSHOWN`; None where there is none."""
        return self._parts[0]

    @property
    def scripts(self) -> list[HtmlElement]:
        """The scripts that run, with their attributes and text."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[HtmlElement | None, list[HtmlElement]]:
        try:
            tree = parse_html(self.source.encode("utf-8", "replace"), bare=True)
        except XMLSyntaxError as error:
            if error.code == ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from None
            return None, []
        except (ParserError, ValueError):
            return None, []
        unshown = [element for element in tree.iter(*UNSHOWN) if element is not tree]
        run = [e for e in unshown if e.tag == "script" and next(e.iterancestors(*UNSHOWN), None) is None]
        for element in unshown:
            element.drop_tree()
        return tree, run

    @cached_property
    def metas(self) -> dict[str, str]:
        """Contents of the meta elements by name, property or itemprop in lower case; the first of each counts."""
        found: dict[str, str] = {}
        if self.tree is not None:
            for meta in self.tree.iter("meta"):
                name = meta.get("property") or meta.get("name") or meta.get("itemprop")
                content = (meta.get("content") or "").strip()
                if name and content:
                    found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def canonical_url(self) -> str | None:
        """The address that the page says is its own."""
        if self.tree is None:
            return None
        for link in self.tree.iter("link"):
            if (link.get("rel") or "").strip().lower() == "canonical" and (address := _address(link.get("href"))):
                return address
        return _address(self.metas.get("og:url"))

    @cached_property
    def article(self) -> dict[str, Any]:
        """The JSON-LD node of the article; empty where there is none."""
        found = [node for node in self._nodes() if any(ARTICLE_TYPES.search(name) for name in _types(node))]
        # One that has a text, else a date, before one that has neither, such as a picture's.
        found.sort(
            key=lambda node: ("articleBody" not in node, "datePublished" not in node and "uploadDate" not in node)
        )
        return found[0] if found else {}

    @cached_property
    def dates(self) -> list[Any]:
        """What JSON-LD states as the article's dates, the surest first; where it has no article, the page's."""
        nodes = [self.article] if self.article else [n for n in self._nodes() if any(map(PAGE_TYPES.search, _types(n)))]
        return [node[key] for node in nodes for key in ("datePublished", "uploadDate", "dateCreated") if key in node]

    @property
    def article_text(self) -> str:
        """The text in JSON-LD, a line for each paragraph; empty where there is none."""
        body = self.article.get("articleBody")
        return plain_text(body) if isinstance(body, str) else ""

    @cached_property
    def state_text(self) -> str:
        """The longest Arabic text that lies in a script as data: of pages that are drawn by the browser alone."""
        runs = [run for script in self.scripts if script.text for run in _state_runs(script.text)]
        return max(runs, key=len, default="")

    def _nodes(self) -> Iterator[dict[str, Any]]:
        for script in self.scripts:
            if "ld+json" in (script.get("type") or "") and script.text:
                try:
                    yield from _objects(json.loads(script.text, strict=False))
                except (ValueError, RecursionError):  # no JSON, a number of 5,000 digits, nested without end
                    continue


def _address(written: str | None) -> str | None:
    """An address as the page writes it, but for what cannot be seen; None where it is none of the web."""
    address = (written or "").strip()
    try:
        accepted_url(address)
    except DocumentError:
        return None
    return address if address.isprintable() else str(safe_url_string(address))


def plain_text(body: str) -> str:
    """A text that may hold HTML, a line for each paragraph."""
    lines = TAGS.sub(" ", PARAGRAPH_ENDS.sub("\n", body)) if "<" in body else body
    return "\n".join(line.strip() for line in unescape(lines).splitlines() if line.strip())


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Objects of JSON-LD, from the outside in, without lists of other articles."""
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key not in ELSEWHERE and isinstance(item, dict | list):
                yield from _objects(item)


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _state_runs(script: str) -> Iterator[str]:
    """Texts of a script: a long string by itself, or the strings of paragraphs that follow one another."""
    run: list[str] = []
    for match in JSON_STRING.finditer(script):
        raw = match[1]
        if len(raw) < 40 or not match[2]:
            continue
        try:
            text = plain_text(json.loads(f'"{raw}"', strict=False))
        except ValueError:
            continue
        if len(ARABIC.findall(text)) * 2 < len(text):
            continue
        if len(text) >= MIN_STATE_CHARS:
            yield text
        # A paragraph is a sentence; headlines of other articles are none.
        if text.rstrip('"»”)').endswith((".", "؟", "!", "…")):
            run.append(text)
        elif run:
            yield "\n".join(run)
            run = []
    yield "\n".join(run)
