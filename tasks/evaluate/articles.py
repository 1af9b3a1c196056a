"""Scores of quotes, speakers, stances and sentiment against annotated articles.

An annotated article is one JSON object a line: `doc_id`, `text`, optional `title`, `boilerplate` spans, `sentences`
with `sentiment`, `quotes` with `kind`, `speaker`, `speaker_id`, and `stances` of (`source`, `target`, `stance`). Spans
are compared as bags of normalised words, since cleaning changes characters; headlines are not annotated.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import UsageError
from tasks.evaluate.labels import label_scores
from tasks.folding import fold

Row = dict[str, Any]
Words = Counter[str]

QUOTE_OVERLAP = 0.5
SPEAKER_OVERLAP = 0.5
KEYS = ("doc_id", "text", "boilerplate", "sentences", "quotes", "stances")


@dataclass
class Count:
    """Hits among what was predicted and what the annotation holds."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0

    def scores(self) -> dict[str, float]:
        """Precision, recall and F1, 0 to 1, with the counts."""
        precision, recall = self.hits / max(self.predicted, 1), self.hits / max(self.gold, 1)
        f1 = 2 * precision * recall / (precision + recall) if self.hits else 0.0
        return {"p": precision, "r": recall, "f1": f1, "gold": self.gold, "predicted": self.predicted}

    @property
    def share(self) -> float:
        """Hits by gold."""
        return self.hits / max(self.gold, 1)


@dataclass
class Tally:
    """All counts over the articles."""

    missing: list[str] = field(default_factory=list)
    quotes: Count = field(default_factory=Count)
    kinds: Count = field(default_factory=Count)
    speakers: Count = field(default_factory=Count)
    speaker_ids: Count = field(default_factory=Count)
    stances: Count = field(default_factory=Count)
    pairs: Count = field(default_factory=Count)
    boilerplate: Count = field(default_factory=Count)
    body: Count = field(default_factory=Count)
    sentiment: Counter[tuple[str, str]] = field(default_factory=Counter)

    def report(self) -> dict[str, Any]:
        """The scores by name."""
        return {
            "missing": self.missing,
            "quotes": self.quotes.scores(),
            "quote_kind_accuracy": self.kinds.share,
            "speaker_accuracy": self.speakers.share,
            "speaker_id_accuracy": self.speaker_ids.share,
            "stances": self.stances.scores(),
            "stance_pairs_found": self.pairs.share,
            "sentiment": label_scores(self.sentiment),
            "boilerplate_left": self.boilerplate.share,
            "article_words_kept": self.body.share,
        }


def read_annotated(path: Path) -> list[Row]:
    """The annotated articles of a JSONL file; UsageError names the line that is none."""
    articles = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            article = json.loads(line)
            absent = [key for key in KEYS if key not in article]
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path}:{number}: no JSON object: {error}") from error
        if absent:
            raise UsageError(
                f"{path}:{number}: an annotated article has {', '.join(KEYS)}; missing: {', '.join(absent)}"
            )
        articles.append(article)
    return articles


def score_articles(gold: Sequence[Row], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Score the rows of `clean`, `sentences`, `sentiment`, `quotes` and `stances` against annotated articles.

    An article is found by a `clean.url` that ends in its doc_id. A quote is a hit if its words overlap those of an
    annotated one by F1 >= 0.5, each used once, best first; a stance if source, target and direction agree.
    """
    by_name = {re.split(r"[/#:]", row["url"].rstrip("/"))[-1]: row for row in tables["clean"].to_pylist()}
    rows = {name: _by_article(tables[name]) for name in ("sentences", "sentiment", "quotes", "stances")}
    tally = Tally()
    for article in gold:
        found = by_name.get(article["doc_id"])
        tally.quotes.gold += len(article["quotes"])
        tally.stances.gold += len(_gold_stances(article))
        if found is None:
            tally.missing.append(article["doc_id"])
            continue
        doc_id = found["doc_id"]
        _score_cleaning(tally, article, found["text"])
        _score_quotes(tally, article, rows["quotes"][doc_id])
        _score_stances(tally, article, rows["stances"][doc_id])
        _score_sentiment(tally, article, rows["sentences"][doc_id], rows["sentiment"][doc_id])
    return tally.report()


def _by_article(data: pa.Table) -> defaultdict[str, list[Row]]:
    if "part" in data.column_names:
        data = data.filter(pc.equal(data["part"], "text"))
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in data.to_pylist():
        grouped[row["doc_id"]].append(row)
    return grouped


def _words(text: str | None) -> Words:
    return Counter(re.findall(r"[^\W_]+", fold(text or "")))


def _overlap(a: Words, b: Words) -> float:
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def _spans(text: str, spans: Iterable[Sequence[int]]) -> Words:
    return sum((_words(text[start:end]) for start, end in spans), Counter())


def _score_cleaning(tally: Tally, article: Row, cleaned: str) -> None:
    left = _words(cleaned)
    boilerplate = _spans(article["text"], article["boilerplate"])
    body = _spans(article["text"], [(s["start"], s["end"]) for s in article["sentences"]])
    tally.boilerplate.hits += (boilerplate & (left - body)).total()
    tally.boilerplate.gold += boilerplate.total()
    tally.body.hits += (body & left).total()
    tally.body.gold += body.total()


def _score_quotes(tally: Tally, article: Row, predicted: Sequence[Row]) -> None:
    tally.quotes.predicted += len(predicted)
    wanted = [_words(article["text"][q["start"] : q["end"]]) for q in article["quotes"]]
    offered = [_words(row["text"]) for row in predicted]
    pairs = [(_overlap(a, b), i, j) for i, a in enumerate(wanted) for j, b in enumerate(offered)]
    used: set[tuple[str, int]] = set()
    for overlap, i, j in sorted(pairs, reverse=True):
        if overlap < QUOTE_OVERLAP or ("gold", i) in used or ("found", j) in used:
            continue
        used |= {("gold", i), ("found", j)}
        _score_quote(tally, article["quotes"][i], predicted[j])


def _score_quote(tally: Tally, gold: Row, row: Row) -> None:
    tally.quotes.hits += 1
    tally.kinds.gold += 1
    tally.kinds.hits += gold["kind"] == row["kind"]
    if gold["speaker"]:
        a, b = set(_words(gold["speaker"])), set(_words(row["speaker"]))
        tally.speakers.gold += 1
        tally.speakers.hits += bool(a and b) and len(a & b) / min(len(a), len(b)) >= SPEAKER_OVERLAP
    if gold["speaker_id"]:
        tally.speaker_ids.gold += 1
        tally.speaker_ids.hits += gold["speaker_id"] == row["speaker_id"]


def _gold_stances(article: Row) -> set[tuple[str, str, str]]:
    return {(_source(s["source"]), s["target"], s["stance"]) for s in article["stances"]}


def _source(name: str) -> str:
    # Ids are ASCII; anything else is the name of a source that no list holds.
    return name if re.fullmatch(r"[a-z_]+", name) else " ".join(_words(name))


def _score_stances(tally: Tally, article: Row, predicted: Sequence[Row]) -> None:
    gold = _gold_stances(article)
    found = {
        (
            "author" if row["source_kind"] == "author" else row["source_id"] or _source(row["source"]),
            row["target_id"],
            row["stance"],
        )
        for row in predicted
        if row["target_id"]
    }
    tally.stances.predicted += len(found)
    tally.stances.hits += len(gold & found)
    tally.pairs.gold += len(gold)
    tally.pairs.hits += len({g[:2] for g in gold} & {f[:2] for f in found})


def _score_sentiment(tally: Tally, article: Row, sentences: Sequence[Row], sentiment: Sequence[Row]) -> None:
    labels = {row["sent_id"]: row["label"] for row in sentiment if row["level"] == "sentence"}
    offered = [(_words(row["text"]), labels.get(row["sent_id"], "neutral")) for row in sentences]
    for gold in article["sentences"]:
        words = _words(article["text"][gold["start"] : gold["end"]])
        if not words:
            continue
        # The sentence that shares most words, short ones first among equals.
        best = max(offered, key=lambda o: (words & o[0]).total() / (o[0].total() + 5), default=(words, "missing"))
        tally.sentiment[gold["sentiment"], best[1]] += 1
