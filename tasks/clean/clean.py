"""Clean: documents as received to articles, one row of `clean` or of `rejects` each."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import pyarrow as pa

from config.settings import CleanSettings
from tasks.clean.boilerplate import Boilerplate
from tasks.clean.charset import decode
from tasks.clean.duplicates import DuplicateIndex, when
from tasks.clean.extract import Article, Extractor
from tasks.clean.language import identify_language
from tasks.clean.normalize import normalize, normalize_line
from tasks.errors import BatchError, DocumentError
from tasks.folding import fold
from tasks.stages import StageOutput, reject, stage_output

log = logging.getLogger(__name__)
T = TypeVar("T")

MAX_LINE_CHARS: Final = 1000
HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
HTML_START: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)


@dataclass(frozen=True)
class Opened:
    """A decoded document whose article may still be under extraction."""

    chars: int
    is_page: bool
    article: Callable[[], Article]


def clean_articles(
    raw: pa.Table, settings: CleanSettings, rules: Boilerplate, extractor: Extractor, index: DuplicateIndex
) -> StageOutput:
    """Articles of a table of dataset `raw`, in its order: one row of `clean` or of `rejects` for each row.

    Reads doc_id, source, url, fetched_at, content_type, charset, payload, payload_sha256, hint_title and
    hint_published_at. HTML pages go through `extractor`, all of the batch at once; other text is taken whole. `index`
    holds the stories met so far and learns the new ones.
    """
    documents = raw.to_pylist()
    opened = [_attempt(document, partial(_open, document, settings, extractor)) for document in documents]
    rows: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    for document, begun in zip(documents, opened, strict=True):
        done = (
            begun
            if isinstance(begun, DocumentError)
            else _attempt(document, partial(_article_row, document, begun, settings, rules, index))
        )
        if isinstance(done, DocumentError):
            rejects.append(reject("clean", document, done.reason, done.detail))
        else:
            rows.append(done)
    return stage_output({"clean": rows}, rejects)


def _attempt(document: dict[str, Any], step: Callable[[], T]) -> T | DocumentError:
    """What `step` returns, or why the document is refused: one bad document costs one row, never the batch."""
    try:
        return step()
    except DocumentError as error:
        return error
    except BatchError:
        raise
    except Exception as error:  # the guard
        log.debug("cleaning %s failed", document["url"], exc_info=True)
        return DocumentError("failed", f"{type(error).__name__}: {error}")


def _open(document: dict[str, Any], settings: CleanSettings, extractor: Extractor) -> Opened:
    content_type = document["content_type"]
    text, charset = decode(document["payload"], document["charset"], content_type)
    log.debug("%s decoded as %s", document["url"], charset)
    if not text.strip():
        raise DocumentError("empty", "the payload holds white space only")
    if content_type in HTML_TYPES or HTML_START.match(text):
        article = extractor.submit(text, document["url"], document["source"], document["fetched_at"], settings.zone)
        return Opened(len(text), True, article)
    if content_type and not content_type.startswith("text/"):
        raise DocumentError("not_text", f"the server calls it {content_type}")
    _refuse_long(text, settings)
    return Opened(len(text), False, lambda: Article(None, text))


def _article_row(
    document: dict[str, Any], opened: Opened, settings: CleanSettings, rules: Boilerplate, index: DuplicateIndex
) -> dict[str, Any]:
    article = opened.article()
    _refuse_long(article.text, settings)
    title = _line(article.title) or _line(document["hint_title"])
    text = _article_text(document, article, title if opened.is_page else None, rules)
    if not text:
        raise DocumentError("empty", "no text is left after cleaning")
    if len(text) < settings.min_text_chars:
        raise DocumentError("no_article", f"{len(text)} characters of text; {settings.min_text_chars} are the least")
    language, score = _accepted_language(text, settings)
    published_at = article.published_at or document["hint_published_at"]
    place = index.place(document["doc_id"], text, when(published_at, document["fetched_at"]))
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
        "duplicate_of": place.duplicate_of,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "raw_chars": opened.chars,
        "text_chars": len(text),
        "fetched_at": document["fetched_at"],
        "story": place.story,
        "published_source": article.published_source or ("feed" if document["hint_published_at"] else None),
        "published_zone": article.published_zone,
        "canonical_url": article.canonical_url,
    }


def _line(text: str | None) -> str | None:
    """A headline or a byline, cleaned; what is longer than any would keep the parser busy for hours."""
    return normalize_line(text) if text and len(text) <= MAX_LINE_CHARS else None


def _article_text(document: dict[str, Any], article: Article, page_title: str | None, rules: Boilerplate) -> str:
    text, removed = normalize(article.text)
    if removed:
        log.debug("%s: %d invisible characters removed", document["url"], removed)
    first, _, rest = text.partition("\n")
    if page_title and rest and fold(first) == fold(page_title):
        text = rest
    return rules.cut(text)


def _refuse_long(text: str, settings: CleanSettings) -> None:
    if len(text) > settings.max_text_chars:
        raise DocumentError("too_large", f"{len(text)} characters of text; {settings.max_text_chars} are the most")


def _accepted_language(text: str, settings: CleanSettings) -> tuple[str, float]:
    language, score = identify_language(text)
    if language not in settings.languages or score < settings.min_language_score:
        accepted = ", ".join(settings.languages)
        raise DocumentError("wrong_language", f"{language} with probability {score:.2f}; accepted: {accepted}")
    return language, score
