"""From one document as received to its article. Runs in a worker: a document can hang, crash or eat memory there."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from nabra.config.settings import CleanSettings
from nabra.tasks.arabic.dates import plausible
from nabra.tasks.arabic.folding import fold
from nabra.tasks.clean.boilerplate import Boilerplate, load_boilerplate
from nabra.tasks.clean.charset import decode
from nabra.tasks.clean.escaped import as_meant
from nabra.tasks.clean.extract import NO_HINTS, Article, extract_article
from nabra.tasks.clean.language import identify_language
from nabra.tasks.clean.noise import Noise, load_noise
from nabra.tasks.clean.normalize import normalize, normalize_line, readable
from nabra.tasks.clean.selectors import Hints
from nabra.tasks.errors import DocumentError
from nabra.tasks.processes.pool import WorkerPool
from nabra.tasks.stories.stories import SIGNATURE, signature

log = logging.getLogger(__name__)

Row = dict[str, Any]

MAX_LINE_CHARS: Final = 1000
HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
# Possessive: a page that begins with a thousand comments is looked at once.
HTML_START: Final = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s++html|html|head|body)\b", re.I | re.S
)


class Extractor(Protocol):
    """Finds the article of a page."""

    def __call__(self, page: str, url: str, source: str, fetched_at: datetime) -> Article:
        """The article of a page of a source. Raises DocumentError `no_article`."""


@dataclass(frozen=True)
class PageReader:
    """The `Extractor` of nabra: `hints` tell by source which parts of its pages to read.

    `zone` (IANA) is that of times without one, where the hints name none.
    """

    noise: Noise
    zone: str
    hints: Mapping[str, Hints] = field(default_factory=dict)

    def __call__(self, page: str, url: str, source: str, fetched_at: datetime) -> Article:
        """See `Extractor`."""
        found = extract_article(page, url, fetched_at, self.zone, self.noise, self.hints.get(source, NO_HINTS))
        if found is None:
            raise DocumentError("no_article", "no main text found in the page")
        return found


@dataclass(frozen=True)
class Cleaner:
    """What cleaning a document needs beside it."""

    settings: CleanSettings
    rules: Boilerplate
    extract: Extractor

    def clean(self, document: Row) -> Row:
        """The row of `clean` of a row of `raw`, without the story, which depends on other articles; with `signature`.

        Reads doc_id, source, url, fetched_at, content_type, charset, payload, hint_title and hint_published_at. Raises
        DocumentError.
        """
        decoded, is_page = self._decoded(document)
        article = self._article(document, readable(decoded)) if is_page else Article(None, as_meant(decoded))
        title = _line(article.title) or _line(as_meant(document["hint_title"] or ""))
        text = self._text(document, article, title if is_page else None)
        language, score = self._language(text)
        published_at, published_source, published_zone = _published(document, article)
        return {
            "doc_id": document["doc_id"],
            "source": document["source"],
            "url": document["url"],
            "title": title,
            "text": text,
            "published_at": published_at,
            "author": _line(article.author),
            "language": language,
            "language_score": score,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "raw_chars": len(decoded),
            "text_chars": len(text),
            "fetched_at": document["fetched_at"],
            "published_source": published_source,
            "published_zone": published_zone,
            "canonical_url": article.canonical_url,
            SIGNATURE.name: signature(text, self.settings),
        }

    def _decoded(self, document: Row) -> tuple[str, bool]:
        """The text of the payload, and whether it is a page."""
        content_type = document["content_type"]
        text, charset = decode(document["payload"], document["charset"], content_type)
        log.debug("%s decoded as %s", document["url"], charset)
        if not text.strip():
            raise DocumentError("empty", "the payload holds white space only")
        if content_type in HTML_TYPES or HTML_START.match(text):
            return text, True
        if content_type and not content_type.startswith("text/"):
            raise DocumentError("not_text", f"the server calls it {content_type}")
        return text, False

    def _article(self, document: Row, page: str) -> Article:
        return self.extract(page, document["url"], document["source"], document["fetched_at"])

    def _text(self, document: Row, article: Article, page_title: str | None) -> str:
        """The text of an article, cleaned."""
        text, removed = normalize(article.text)
        if removed:
            log.debug("%s: %d invisible characters removed", document["url"], removed)
        self._refuse_long(text)
        first, _, rest = text.partition("\n")
        if page_title and rest and fold(first) == fold(page_title):
            text = rest
        text = self.rules.cut(text)
        if not text:
            raise DocumentError("empty", "no text is left after cleaning")
        if len(text) < self.settings.min_text_chars:
            least = self.settings.min_text_chars
            raise DocumentError("no_article", f"{len(text)} characters of text; {least} are the least")
        return text

    def _refuse_long(self, text: str) -> None:
        most = self.settings.max_text_chars
        if len(text) > most:
            raise DocumentError("too_large", f"{len(text)} characters of text; {most} are the most")

    def _language(self, text: str) -> tuple[str, float]:
        language, score = identify_language(text)
        if language not in self.settings.languages or score < self.settings.min_language_score:
            accepted = ", ".join(self.settings.languages)
            raise DocumentError("wrong_language", f"{language} with probability {score:.2f}; accepted: {accepted}")
        return language, score


def _published(document: Row, article: Article) -> tuple[datetime | None, str | None, str | None]:
    """When, where it is said and in which zone: by the page, else by its feed or row, else by data in a script."""
    hint: datetime | None = document["hint_published_at"]
    is_stated = article.published_at is not None and article.published_source != "script"
    if not is_stated and hint is not None and plausible(hint, document["fetched_at"]):
        return hint, "feed", None
    return article.published_at, article.published_source, article.published_zone


def _line(text: str | None) -> str | None:
    """A headline or a byline, cleaned; what is longer than any would keep the parser busy for hours."""
    return normalize_line(text) if text and len(text) <= MAX_LINE_CHARS else None


def load_cleaner(settings: CleanSettings, hints: Mapping[str, Hints] | None = None) -> Cleaner:
    """The cleaner of the settings; `hints` say by source which parts of its pages to read."""
    pages = PageReader(load_noise(Path(settings.noise)), settings.zone, hints or {})
    return Cleaner(settings, load_boilerplate(Path(settings.boilerplate)), pages)


def cleaner_pool(cleaner: Cleaner, workers: int | None = None, tick: Callable[[], None] = lambda: None) -> WorkerPool:
    """Processes that clean, as many as the settings say, each document within their deadline and memory."""
    settings = cleaner.settings
    bounds = settings.deadline_seconds, settings.worker_memory_mib
    return WorkerPool("cleaning", workers or settings.workers, *bounds, Ready(cleaner), tick)


@dataclass(frozen=True)
class Ready:
    """Makes a worker ready: the imports take seconds and memory that are not a document's."""

    cleaner: Cleaner

    def __call__(self) -> Cleaner:
        """The cleaner, once all is imported that it needs."""
        import trafilatura  # noqa: F401

        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        identify_language("")
        return self.cleaner
