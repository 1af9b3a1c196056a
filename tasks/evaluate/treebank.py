"""Scores of the parser on a treebank and on NER data, measured through nabra's own parse."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from udtools import udeval

from nabra.tasks.arabic.sentences import split_sentences
from nabra.tasks.corpora.treebank import sentence_text, to_conllu
from nabra.tasks.parse.parser import Parser

METRICS = ("Tokens", "Words", "UPOS", "UFeats", "Lemmas", "UAS", "LAS", "MLAS", "BLEX")
MAX_WORDS = 120


def score_treebank(sentences: Sequence[Sequence[str]], parser: Parser) -> dict[str, float]:
    """F1 of the CoNLL 2018 metrics, 0 to 1, on the raw text of sentences of CoNLL-U, their boundaries being given.

    NOUN and PROPN count as one: the treebanks draw the line between them differently.
    """
    texts = [sentence_text(list(lines)) for lines in sentences]
    gold = "".join("\n".join(lines) + "\n\n" for lines in sentences)
    found = to_conllu(texts, parser.parse(texts))
    scores = udeval.evaluate(_load(_one_noun(gold)), _load(_one_noun(found)))
    return {name: scores[name].f1 for name in METRICS}


def _one_noun(conllu: str) -> str:
    return conllu.replace("\tPROPN\t", "\tNOUN\t")


def score_ner(sentences: Sequence[Sequence[tuple[str, str]]], parser: Parser) -> dict[str, float]:
    """Precision, recall and F1 of exact entity spans with their types; `sentences` are tokens with BIO labels."""
    texts = [" ".join(token for token, _ in rows) for rows in sentences]
    hits = found = wanted = 0
    for rows, parsed in zip(sentences, parser.parse(texts), strict=True):
        gold = set(_bio_spans(rows))
        predicted = {(entity.start, entity.end, entity.type) for entity in parsed.entities}
        hits, found, wanted = hits + len(gold & predicted), found + len(predicted), wanted + len(gold)
    precision, recall = hits / max(found, 1), hits / max(wanted, 1)
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9)}


def _bio_spans(rows: Sequence[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    at, start, kind = 0, 0, ""
    for token, label in [*rows, ("", "O")]:
        if kind and not label.startswith("I-"):
            yield start, at - 1, kind
            kind = ""
        if label.startswith("B-"):
            start, kind = at, label[2:]
        at += len(token) + 1


def score_sentences(articles: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """F1 of exact sentence spans in annotated articles.

    Text that no annotated sentence touches (boilerplate) is left out of account.
    """
    hits = found = wanted = 0
    for article in articles:
        gold = {(sentence["start"], sentence["end"]) for sentence in article["sentences"]}
        spans = split_sentences(article["text"], MAX_WORDS)
        predicted = {(a, b) for a, b in spans if any(a < end and start < b for start, end in gold)}
        hits, found, wanted = hits + len(gold & predicted), found + len(predicted), wanted + len(gold)
    return {"P": hits / max(found, 1), "R": hits / max(wanted, 1), "F1": 2 * hits / max(found + wanted, 1)}


def _load(text: str) -> object:
    return udeval.load_conllu(io.StringIO(text), "text", {})
