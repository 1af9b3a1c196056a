"""Scores of quotes, speakers, stances and sentiment against annotated articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from nabra.tasks.evaluate.judgements import QUOTE_OVERLAP, Judgement, Row, Words, bag, by_article, judge_article
from nabra.tasks.evaluate.labels import calibration_error, label_scores

JUDGED = ("sentences", "sentiment", "quotes", "stances")
OVERLAPS = (0.3, QUOTE_OVERLAP, 0.8)


@dataclass(frozen=True)
class Evaluation:
    """All judgements of a run over annotated articles, the articles that it lost, and what cleaning left and kept."""

    judgements: list[Judgement]
    missing: list[str]
    boilerplate_left: float
    article_words_kept: float

    def scores(self) -> dict[str, Any]:
        """The scores by name, 0 to 1.

        A quote counts if its words overlap those of an annotated one by F1 >= 0.5 (other thresholds have names of
        their own), a stance if source, target and direction agree.
        """
        of = {aspect: self.of(aspect) for aspect in ("quote", "quote_kind", "speaker", "speaker_id", "stance")}
        sentiment = self.of("sentiment")
        labels = Counter((row.gold or "", row.found or "") for row in sentiment)
        thresholds = {
            ("quotes" if threshold == QUOTE_OVERLAP else f"quotes_at_{threshold}"): _found(
                of["quote"], [row for row in of["quote"] if (row.overlap or 0.0) >= threshold]
            )
            for threshold in OVERLAPS
        }
        return {
            "missing": self.missing,
            **thresholds,
            "quote_kind_accuracy": _accuracy(of["quote_kind"]),
            "speaker_accuracy": _accuracy(of["speaker"]),
            "speaker_id_accuracy": _accuracy(of["speaker_id"]),
            "stances": _found(of["stance"], [row for row in of["stance"] if row.right]),
            "stance_pairs_found": _pairs_found(of["stance"]),
            "stance_calibration_error": _calibration(of["stance"]),
            "sentiment": label_scores(labels),
            "sentiment_calibration_error": _calibration(sentiment),
            "boilerplate_left": self.boilerplate_left,
            "article_words_kept": self.article_words_kept,
        }

    def of(self, aspect: str) -> list[Judgement]:
        """The judgements of one aspect."""
        return [row for row in self.judgements if row.aspect == aspect]


def evaluate_tables(gold: Sequence[Row], tables: Mapping[str, pa.Table]) -> Evaluation:
    """Judge the rows of `clean`, `sentences`, `sentiment`, `quotes` and `stances` against annotated articles.

    An article is found by a `clean.url` that ends in its doc_id.
    """
    by_name = {re.split(r"[/#:]", row["url"].rstrip("/"))[-1]: row for row in tables["clean"].to_pylist()}
    rows = {name: by_article(tables[name]) for name in JUDGED}
    judgements: list[Judgement] = []
    boilerplate, body = Share(), Share()
    for article in gold:
        clean = by_name.get(article["doc_id"])
        found = {name: rows[name][clean["doc_id"]] if clean else [] for name in JUDGED}
        judgements.extend(judge_article(article, found))
        if clean:
            for total, share in zip((boilerplate, body), judge_cleaning(article, clean["text"]), strict=True):
                total.add(share)
    missing = [article["doc_id"] for article in gold if article["doc_id"] not in by_name]
    return Evaluation(judgements, missing, boilerplate.value, body.value)


@dataclass
class Share:
    """A part of a whole, counted in words."""

    part: int = 0
    whole: int = 0

    def add(self, other: Share) -> None:
        """Count the words of another article."""
        self.part, self.whole = self.part + other.part, self.whole + other.whole

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.part / max(self.whole, 1)


def judge_cleaning(article: Row, text: str) -> tuple[Share, Share]:
    """The words of the annotated boilerplate that a cleaned text still has, and those of the article that it kept."""
    left = bag(text)
    wanted = _spans(article["text"], ((s["start"], s["end"]) for s in article["sentences"]))
    unwanted = _spans(article["text"], article["boilerplate"])
    kept, remaining = wanted & left, unwanted & (left - wanted)
    return Share(remaining.total(), unwanted.total()), Share(kept.total(), wanted.total())


def _spans(text: str, spans: Iterable[Sequence[int]]) -> Words:
    return sum((bag(text[start:end]) for start, end in spans), Counter())


def _found(rows: Sequence[Judgement], hits: Sequence[Judgement]) -> dict[str, float]:
    """Precision, recall and F1, with the counts."""
    gold = sum(row.gold is not None for row in rows)
    predicted = sum(row.found is not None for row in rows)
    precision, recall = len(hits) / max(predicted, 1), len(hits) / max(gold, 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"p": precision, "r": recall, "f1": f1, "gold": gold, "predicted": predicted}


def _accuracy(rows: Sequence[Judgement]) -> float:
    return sum(row.right for row in rows) / max(len(rows), 1)


def _pairs_found(rows: Sequence[Judgement]) -> float:
    """The share of annotated (source, target, direction) whose source and target were found, whatever the direction."""
    gold = {(row.doc_id, row.gold.rpartition(":")[0]) for row in rows if row.gold}
    found = {(row.doc_id, row.found.rpartition(":")[0]) for row in rows if row.found}
    return len(gold & found) / max(sum(row.gold is not None for row in rows), 1)


def _calibration(rows: Sequence[Judgement]) -> float:
    return calibration_error([(row.score, row.right) for row in rows if row.score is not None])
