"""Scores of sentence boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nabra.tasks.arabic.sentences import split_sentences

MAX_WORDS: Final = 120


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
