"""What a person is shown of a hit: the article's facts, and the words found with what stands around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from nabra.tasks.search.index import Hit, Row, article_day, article_places, rows_by_version
from nabra.tasks.search.terms import Clause, found
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

Span = tuple[int, int]
# A result as a flat row: identifiers, facts, and the context with its offsets in `clean[part]`.
ROW: Final = pa.schema(
    {
        "doc_id": pa.string(),
        "version": pa.int32(),
        "quote_id": pa.int32(),
        "score": pa.float64(),
        "source": pa.string(),
        "day": pa.string(),
        "url": pa.string(),
        "title": pa.string(),
        "speaker": pa.string(),
        "speaker_id": pa.string(),
        "part": pa.string(),
        "start": pa.int32(),
        "end": pa.int32(),
        "text": pa.string(),
    }
)
# Characters that are shown before and after what was found.
AROUND: Final = 80
SHOWN: Final = ("clean", "sentences", "tokens", "quotes")


@dataclass(frozen=True)
class Context:
    """A piece of an article, `text` = `clean[part][start:end]`, and the spans found in it, counted in the piece."""

    part: str
    start: int
    end: int
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Result:
    """A hit as it is shown: an article, or one of its quotes with who speaks."""

    hit: Hit
    source: str
    day: date | None
    url: str
    title: str | None
    speaker: str | None
    speaker_id: str | None
    context: Context

    @property
    def row(self) -> dict[str, Any]:
        """The same as a row of `ROW`."""
        values = vars(self.hit) | vars(self) | vars(self.context)
        day = self.day.isoformat() if self.day else None
        score = None if self.hit.score is None else round(self.hit.score, 3)
        return {name: values[name] for name in ROW.names} | {"day": day, "score": score}


def results(store: Store, hits: Sequence[Hit], wanted: Sequence[Clause]) -> list[Result]:
    """The hits with what the warehouse has of them, in their order; without those that it has no longer."""
    done = {name: set(store.batches(name)) for name in SHOWN}
    of_batch: dict[Batch, list[int]] = defaultdict(list)
    for number, hit in enumerate(hits):
        of_batch[hit.batch].append(number)
    found: dict[int, Result] = {}
    for batch, numbers in of_batch.items():
        rows = {name: rows_by_version(store, name, batch) if batch in done[name] else {} for name in SHOWN}
        for number in numbers:
            key = hits[number].doc_id, hits[number].version
            if key in rows["clean"]:
                read = {name: rows[name].get(key, []) for name in SHOWN}
                found[number] = _result(hits[number], read, wanted)
    return [found[number] for number in sorted(found)]


def _result(hit: Hit, read: Mapping[str, list[Row]], wanted: Sequence[Clause]) -> Result:
    article = read["clean"][0]
    facts = article["source"], article_day(article), article["url"], article["title"]
    for quote in read["quotes"]:
        if quote["quote_id"] == hit.quote_id:
            return Result(hit, *facts, quote["speaker"], quote["speaker_id"], _quote_context(quote, read, wanted))
    return Result(hit, *facts, None, None, _best_context(read, wanted))


def _quote_context(quote: Row, read: Mapping[str, list[Row]], wanted: Sequence[Clause]) -> Context:
    """The quote itself."""
    text, spans = read["clean"][0][quote["part"]], _spans(read, wanted)[quote["part"]]
    return _cut(text, quote["part"], (quote["start"], quote["end"]), spans)


def _best_context(read: Mapping[str, list[Row]], wanted: Sequence[Clause]) -> Context:
    """Around the first words found in the text, else in the headline; the beginning where nothing was asked for."""
    article, spans = read["clean"][0], _spans(read, wanted)
    for part in ("text", "title"):
        if spans[part]:
            first, last = spans[part][0]
            return _context(article[part], part, (first - AROUND, last + AROUND), spans[part])
    return _context(article["text"], "text", (0, 2 * AROUND), [])


def _spans(read: Mapping[str, list[Row]], wanted: Sequence[Clause]) -> dict[str, list[Span]]:
    parts = article_places(read["clean"][0], read["sentences"], read["tokens"])
    return {part: found(places, wanted) for part, places in parts.items()}


def _context(text: str, part: str, window: Span, spans: Sequence[Span]) -> Context:
    """The window of whole words, and the spans that lie in it."""
    start, end = max(window[0], 0), min(window[1], len(text))
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return _cut(text, part, (start, end), spans)


def _cut(text: str, part: str, window: Span, spans: Sequence[Span]) -> Context:
    start, end = window
    inside = tuple((first - start, last - start) for first, last in spans if start <= first and last <= end)
    return Context(part, start, end, text[start:end], inside)
