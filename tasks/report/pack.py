"""The data that a report's script shows: articles, quotes and positions, as JSON, deflated, in base64.

Short keys and lists, as there are many of them; offsets count UTF-16 units, as those of JavaScript do.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import duckdb

from nabra.tasks.report.inert import inert, link
from nabra.tasks.report.scope import Row, ask

# With more articles their pages are left out, and of the quotes and positions the newest are kept.
MOST_ARTICLES: Final = 3_000
MOST_ITEMS: Final = 10_000

_ARTICLES: Final = """
select article.*, clean.text from article join clean using (doc_id)
order by day desc nulls last, doc_id
"""
_BARE_ARTICLES: Final = "select *, null as text from article where list_contains($only, doc_id)"
_QUOTES: Final = """
select doc_id, part, start, stop, text, kind, speaker, who from quote order by day desc nulls last, doc_id, quote_id
limit $most
"""
_STANCES: Final = """
select doc_id, part, start, stop, evidence as text, favor, score, source, target, who, whom from stance
order by day desc nulls last, doc_id, stance_id limit $most
"""
_SENTENCES: Final = """
select doc_id, sentences.part, sentences.start, sentences."end" as stop, label
from article join sentences using (doc_id) join sentiment using (doc_id, sent_id)
where level = 'sentence' and label <> 'neutral' order by doc_id, sent_id
"""
TONES: Final = {"positive": 1, "negative": -1}


def packed(data: object) -> str:
    """JSON, deflated as `DecompressionStream("deflate")` undoes it, in base64."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(written.encode("utf-8"), 9)).decode("ascii")


def contents(connection: duckdb.DuckDBPyConnection, *, pages: bool) -> dict[str, Any]:
    """What the script shows: with `pages` whole articles, their marks in them; else the newest quotes and positions.

    An article is [doc_id, outlet, address, title, day, text or null, sentences with a tone], a sentence [is in the
    text, start, end, 1 or -1]; a quote [number of its article, is in the text, start, end, is direct, key of the
    speaker, his name as written, text or null]; a position [number, is in the text, start, end, is in favor, score,
    key of the source, source, key of the target, target, evidence or null]. Texts are null where the article has them.
    """
    most = None if pages else MOST_ITEMS
    quotes, stances = (ask(connection, sql, most=most) for sql in (_QUOTES, _STANCES))
    named = {row["doc_id"] for row in (*quotes, *stances)}
    rows = ask(connection, _ARTICLES) if pages else ask(connection, _BARE_ARTICLES, only=list(named))
    articles = {row["doc_id"]: _Article(number, row) for number, row in enumerate(rows)}
    tones: dict[str, list[Row]] = defaultdict(list)
    for row in ask(connection, _SENTENCES) if pages else ():
        tones[row["doc_id"]].append(row)
    return {
        "articles": [article.packed(tones[doc_id]) for doc_id, article in articles.items()],
        "quotes": [[*articles[row["doc_id"]].place(row), *_quote(row, pages)] for row in quotes],
        "stances": [[*articles[row["doc_id"]].place(row), *_stance(row, pages)] for row in stances],
    }


class _Article:
    """An article with its number, by which its quotes and positions name it."""

    def __init__(self, number: int, row: Row) -> None:
        self._number, self._row = number, row
        self._is_wide = any(char > "\uffff" for char in f"{row['title']}{row['text']}")

    def packed(self, tones: Sequence[Row]) -> list[Any]:
        row = self._row
        day, text = row["day"].isoformat() if row["day"] else "", row["text"] and inert(row["text"])
        sentences = [[*self.place(tone)[1:], TONES[tone["label"]]] for tone in tones]
        return [row["doc_id"], inert(row["outlet"]), link(row["url"]), inert(row["title"] or ""), day, text, sentences]

    def place(self, row: Row) -> list[int]:
        """The article's number, whether the span is in its text, start and end in UTF-16 units."""
        ends = [self._units(row["part"], row[side]) for side in ("start", "stop")]
        return [self._number, int(row["part"] == "text"), *ends]

    def _units(self, part: str, offset: int) -> int:
        """Mostly the same: what has no 16-bit code is rare."""
        beyond = sum(char > "\uffff" for char in self._row[part][:offset]) if self._is_wide and self._row[part] else 0
        return offset + beyond


def _quote(row: Row, pages: bool) -> list[Any]:
    who, speaker = inert(row["who"] or ""), inert(row["speaker"] or "")
    return [int(row["kind"] == "direct"), who, speaker, None if pages else inert(row["text"])]


def _stance(row: Row, pages: bool) -> list[Any]:
    sides = [inert(row[name]) for name in ("who", "source", "whom", "target")]
    return [int(row["favor"]), round(row["score"], 2), *sides, None if pages else inert(row["text"])]
