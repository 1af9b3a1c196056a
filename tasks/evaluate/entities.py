"""Scores of named entities: on sentences with BIO labels, and on annotated articles whose entities are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nabra.tasks.arabic.sentences import split_sentences
from nabra.tasks.corpora.open_articles import Row, name_spans
from nabra.tasks.evaluate.intervals import INTERVALS, scores_of
from nabra.tasks.evaluate.sentences import MAX_WORDS
from nabra.tasks.parse.clitics import without_clitics
from nabra.tasks.parse.parser import Parser

Spans = set[tuple[int, int, str]]


def score_ner(sentences: Sequence[Sequence[tuple[str, str]]], parser: Parser) -> dict[str, Any]:
    """Precision, recall and F1 of exact entity spans with their types; `sentences` are tokens with BIO labels."""
    texts = [" ".join(token for token, _ in rows) for rows in sentences]
    found = [{(one.start, one.end, one.type) for one in parsed.entities} for parsed in parser.parse(texts)]
    return _scores([set(bio_spans(rows)) for rows in sentences], found)


def _scores(wanted: Sequence[Spans], found: Sequence[Spans]) -> dict[str, Any]:
    """P, R and F1 over pairs of sets, the interval of F1 among them."""
    counts = np.array([[(len(a & b), len(b), len(a))] for a, b in zip(wanted, found, strict=True)], dtype=np.float64)
    right, given, there = counts.sum(axis=0)[0].tolist()
    scores = scores_of(counts, ("F1",))
    return {"P": right / max(given, 1), "R": right / max(there, 1), "F1": scores["F1"], INTERVALS: scores[INTERVALS]}


def bio_spans(rows: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    """The spans of BIO labels in the tokens joined by spaces, with their types."""
    at, start, kind = 0, 0, ""
    for token, label in [*rows, ("", "O")]:
        if kind and not label.startswith("I-"):
            yield start, at - 1, kind
            kind = ""
        if label.startswith("B-"):
            start, kind = at, label[2:]
        at += len(token) + 1


def score_open_names(articles: Sequence[Row], parser: Parser) -> dict[str, Any]:
    """The same for the names of annotated articles in the open format, article by article.

    Only names that are annotated count, and what the parser finds where one stands: bystanders are not annotated.
    """
    wanted = [set(name_spans(article)) for article in articles]
    found = [_near(_entities(article["text"], parser), names) for article, names in zip(articles, wanted, strict=True)]
    return _scores(wanted, found)


def _entities(text: str, parser: Parser) -> Spans:
    spans = split_sentences(text, MAX_WORDS)
    sentences = [text[start:end] for start, end in spans]
    found = set()
    for (start, _), sentence, parsed in zip(spans, sentences, parser.parse(sentences), strict=True):
        for entity in (without_clitics(sentence, one, parsed.words) for one in parsed.entities):
            found.add((start + entity.start, start + entity.end, entity.type))
    return found


def _near(found: Spans, names: Spans) -> Spans:
    return {one for one in found if any(one[0] < end and start < one[1] for start, end, _ in names)}
