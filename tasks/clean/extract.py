"""Extraction: the article of an HTML page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml.html import HtmlElement

from nabra.tasks.clean.content import agree, choose, main_text
from nabra.tasks.clean.headline import find_author, find_headline
from nabra.tasks.clean.noise import Noise
from nabra.tasks.clean.page import Page
from nabra.tasks.clean.prune import prune
from nabra.tasks.clean.published import find_published
from nabra.tasks.clean.selectors import Hints, select_content

NO_HINTS: Final = Hints()
MIN_SHOWN_CHARS: Final = 200  # of text on the page, below which it is looked for in its scripts
# A page that is no article says so: an address that is not there, a form to log in.
NO_ARTICLE: Final = re.compile(
    r"\W*(?:404|خطأ|.{0,12}الصفحة غير موجودة|.{0,12}الصفحه غير|تسجيل الدخول|نتائج البحث|page not found|not found)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Article:
    """What a page says: headline, main text with a line for each paragraph, byline, publication time in UTC."""

    title: str | None
    text: str
    author: str | None = None
    published_at: datetime | None = None
    published_source: str | None = None
    published_zone: str | None = None
    canonical_url: str | None = None


def extract_article(
    page: str, url: str, fetched_at: datetime, zone: str, noise: Noise, hints: Hints = NO_HINTS
) -> Article | None:
    """The article of a page; None where there is no main text.

    Relative times count from `fetched_at`, times without a zone in `zone` (IANA) if the hints name none.
    """
    read = Page(select_content(page, hints), url)
    if read.tree is None:
        return None
    title, headline = find_headline(read)
    published = find_published(read, title, headline, fetched_at, hints.zone or zone)
    author = find_author(read, headline)
    text = _text(read, title, headline, noise)
    if not text or NO_ARTICLE.match(title or ""):
        return None
    return Article(
        title,
        text,
        author,
        published.moment.at if published else None,
        published.source if published else None,
        published.moment.zone if published else None,
        read.canonical_url,
    )


def _text(page: Page, title: str | None, headline: HtmlElement | None, noise: Noise) -> str:
    assert page.tree is not None
    # Found before the tree is pruned: scripts go.
    stated, state = page.article_text, page.state_text
    about = " ".join((page.metas.get("og:description") or page.metas.get("description") or "", title or ""))
    prune(page.tree, headline, noise)
    shown = choose(main_text(page.tree, headline), _second_opinion(page.tree), about)
    if not stated and len(shown) < MIN_SHOWN_CHARS:
        stated = state
    return agree(shown, stated)


def _second_opinion(tree: HtmlElement) -> str:
    """What trafilatura finds in a pruned tree."""
    # Imported here: only the workers need it, and it is slow to load.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found = bare_extraction(tree, include_comments=False, include_tables=False, fast=True)
    # Never a dict: that is for `as_dict`, which is off.
    return found.text or "" if isinstance(found, Document) else ""
