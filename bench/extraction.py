"""How well articles are read out of the pages of `tests/pages`: nabra, trafilatura's settings, and its competitors.

    python -m bench.extraction [--errors] [--only NAME]

Words: precision, recall and F1 over the bag of words of a page, averaged over the pages that have an article. Title
and charset: right or not; date: the day is right (a system that gives none counts as wrong where the page says one).
Refused: share of the pages without an article from which nothing, or less than `clean.min_text_chars`, was taken.
Competitors that are not installed are left out: pip install '.[bench]'. `--errors` names what nabra gets wrong on the
pages that are not held out.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nabra.tasks.arabic.folding import fold, words
from tests.pages.reading import SETTINGS, SavedPage, read_page, saved_pages

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What a system read out of a page; empty where it found nothing or failed."""

    text: str = ""
    title: str | None = None
    day: date | None = None
    charset: str | None = None


@dataclass(frozen=True)
class Score:
    """How right a reading is, each from 0 to 1; None where the page has nothing to be right about."""

    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    title: float | None = None
    date: float | None = None
    charset: float | None = None
    refused: float | None = None


COLUMNS = ("precision", "recall", "f1", "title", "date", "charset", "refused")


def score(page: SavedPage, reading: Reading) -> Score:
    """Compare a reading with what the page was made of."""
    charset = float(reading.charset == page.expected["charset"]) if reading.charset else None
    if "no_article" in page.expected:
        return Score(charset=charset, refused=float(len(reading.text) < SETTINGS.min_text_chars))
    wanted, got = bag(page.text), bag(reading.text)
    common = (wanted & got).total()
    precision, recall = common / max(1, got.total()), common / wanted.total()
    f1 = 2 * precision * recall / (precision + recall) if common else 0.0
    title = float(fold(reading.title or "").strip() == fold(page.expected["title"]))
    return Score(precision, recall, f1, title, float(reading.day in page.days) if page.days else None, charset)


def bag(text: str) -> Counter[str]:
    """The words of a text, folded."""
    return Counter(word.key for word in words(text))


def nabra(page: SavedPage) -> Reading:
    """The stage `clean` with its settings."""
    row = read_page(page)
    moment = row.get("published_at")
    zone = ZoneInfo(page.expected["zone"])
    day = (
        (moment.date() if moment.time() == datetime.min.time() else moment.astimezone(zone).date()) if moment else None
    )
    return Reading(row.get("text", ""), row.get("title"), day, row["charset"])


def trafilatura(**options: Any) -> Callable[[SavedPage], Reading]:
    """trafilatura with options, which decodes the bytes itself."""

    def read(page: SavedPage) -> Reading:
        from trafilatura import bare_extraction
        from trafilatura.utils import detect_encoding

        found = bare_extraction(
            page.payload, url=page.expected["url"], with_metadata=True, include_comments=False, **options
        )
        charset = (detect_encoding(page.payload) or ["utf-8"])[0]
        if found is None:
            return Reading(charset=codec(charset))
        return Reading(found.text or "", found.title, day_of(found.date), codec(charset))

    return read


def decoded(page: SavedPage) -> str:
    """The page as its header, or else its own declaration, says it is encoded: what competitors are given."""
    match = CHARSET.search(page.payload)
    charset = page.expected["header_charset"] or (match[1].decode() if match else "utf-8")
    return page.payload.decode(charset, errors="replace")


def readability(page: SavedPage) -> Reading:
    """readability-lxml."""
    from lxml.html import fromstring
    from readability import Document

    document = Document(decoded(page))
    return Reading(fromstring(document.summary()).text_content(), document.short_title())


def newspaper(page: SavedPage) -> Reading:
    """newspaper4k."""
    from newspaper import Article

    article = Article(page.expected["url"], language="ar")
    article.download(input_html=decoded(page))
    article.parse()
    moment = article.publish_date
    return Reading(article.text, article.title, moment.date() if isinstance(moment, datetime) else None)


def justext(page: SavedPage) -> Reading:
    """jusText with its Arabic stop words."""
    import justext as library

    paragraphs = library.justext(page.payload, library.get_stoplist("Arabic"))
    return Reading("\n".join(p.text for p in paragraphs if not p.is_boilerplate))


def goose(page: SavedPage) -> Reading:
    """goose3."""
    from goose3 import Goose
    from goose3.text import StopWordsArabic

    with Goose({"stopwords_class": StopWordsArabic, "enable_image_fetching": False}) as reader:
        found = reader.extract(raw_html=decoded(page))
    return Reading(found.cleaned_text, found.title, day_of(str(found.publish_date or "")[:10]))


def boilerpy(page: SavedPage) -> Reading:
    """boilerpy3's ArticleExtractor."""
    from boilerpy3.extractors import ArticleExtractor

    found = ArticleExtractor(raise_on_failure=False).get_doc(decoded(page))
    return Reading(found.content, found.title)


def day_of(text: str | None) -> date | None:
    """The day of an ISO date."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def codec(name: str) -> str:
    """One name for a charset."""
    same = {
        "utf_8": "utf-8",
        "utf8": "utf-8",
        "windows-1256": "cp1256",
        "windows_1256": "cp1256",
        "utf_16": "utf-16-le",
    }
    return same.get(name.lower(), name.lower())


SYSTEMS: dict[str, tuple[str, Callable[[SavedPage], Reading]]] = {
    "nabra": ("trafilatura", nabra),
    "trafilatura default": ("trafilatura", trafilatura()),
    "trafilatura precision": ("trafilatura", trafilatura(favor_precision=True)),
    "trafilatura recall": ("trafilatura", trafilatura(favor_recall=True)),
    "trafilatura fast": ("trafilatura", trafilatura(fast=True)),
    "readability-lxml": ("readability", readability),
    "newspaper4k": ("newspaper", newspaper),
    "jusText": ("justext", justext),
    "goose3": ("goose3", goose),
    "boilerpy3": ("boilerpy3", boilerpy),
}


def attempt(system: Callable[[SavedPage], Reading], page: SavedPage) -> Reading:
    """The reading; nothing where the system fails, as its users would have it."""
    try:
        return system(page)
    except Exception:  # noqa: BLE001 - other people's systems, and other people's errors
        return Reading()


def mean(values: Iterable[float | None]) -> str:
    """The mean of what there is."""
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):9.3f}" if known else "        -"


def main(errors: bool, only: str | None) -> None:
    """Print one table for the pages that were tuned on and one for those held out."""
    pages = saved_pages()
    systems = {name: read for name, (module, read) in SYSTEMS.items() if importlib.util.find_spec(module)}
    chosen = {name: read for name, read in systems.items() if only is None or name == only}
    for held_out in (False, True):
        part = [page for page in pages if page.expected["held_out"] is held_out]
        print(f"\n{len(part)} pages {'held out' if held_out else 'to develop with'}")
        print(f"{'':22}" + "".join(f"{column:>9}" for column in COLUMNS))
        for name, read in chosen.items():
            scores = [score(page, attempt(read, page)) for page in part]
            print(f"{name:22}" + "".join(mean(getattr(s, column) for s in scores) for column in COLUMNS), flush=True)
    if errors:
        show_errors([page for page in pages if not page.expected["held_out"]])


def show_errors(pages: list[SavedPage]) -> None:
    """Name the pages that nabra reads wrong, with the words that it missed or added."""
    for page in pages:
        reading = nabra(page)
        scored = score(page, reading)
        values = {column: getattr(scored, column) for column in COLUMNS}
        if all(value is None or value > 0.999 for value in values.values()):
            continue
        print(f"\n{page.name}: " + ", ".join(f"{k} {v:.2f}" for k, v in values.items() if v is not None and v < 0.999))
        wanted, got = bag(page.text if "no_article" not in page.expected else ""), bag(reading.text)
        print(f"  missed: {' '.join((wanted - got).elements())[:200]}")
        print(f"  added: {' '.join((got - wanted).elements())[:200]}")
        print(f"  title {reading.title!r}, day {reading.day}, of {page.expected.get('published_at')}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--only", help="one system by name")
    options = parser.parse_args()
    main(options.errors, options.only)
