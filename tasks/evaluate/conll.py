"""The scorer of CoNLL 2018, text by text, so that its scores can be given intervals.

Compared are letters: words within a multi-word token have no diacritics in the tables, and in PADT some have marks that
no text has (ولكن is و + لٰكن). Both sides lose them there, and in lemmas, as published lemma scores are compared.
Tokens, and words that are a token, are the text itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from udtools import udeval

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.corpora.treebank import FORM, LEMMA, UPOS, Token, read_tokens
from nabra.tasks.evaluate.intervals import Counts

TREE_METRICS: Final = ("UAS", "LAS", "CLAS", "MLAS", "BLEX")
METRICS: Final = ("Tokens", "Sentences", "Words", "UPOS", "UFeats", "Lemmas", *TREE_METRICS)

Sentences = Sequence[Sequence[str]]


def count(gold: Iterable[Sentences], found: Iterable[Sentences]) -> Counts:
    """What is right, found and wanted of each of `METRICS` in each text.

    A text is its sentences as lines of CoNLL-U, those of the annotators in `gold`, those of the parser in `found`.
    """
    scored = [udeval.evaluate(_load(one), _load(other)) for one, other in zip(gold, found, strict=True)]
    return np.array([[_counts(scores[metric]) for metric in METRICS] for scores in scored], dtype=np.float64)


def _counts(score: Any) -> tuple[int, int, int]:
    return score.correct, score.system_total, score.gold_total


def _load(sentences: Sentences) -> object:
    lines = (line for sentence in sentences for line in (*_comparable(sentence), ""))
    return udeval.load_conllu(io.StringIO("\n".join(lines) + "\n"), "text", {})


def _comparable(lines: Sequence[str]) -> Iterator[str]:
    return (line for token in read_tokens(lines) for line in _unmarked(token).lines())


def _unmarked(token: Token) -> Token:
    """The token with the letters of its words; the form of a word that is the token is what it was."""
    several = len(token.words) > 1
    words = tuple(
        (*row[:FORM], _letters(row[FORM]) if several else row[FORM], _letters(row[LEMMA]), *row[UPOS:])
        for row in token.words
    )
    return replace(token, words=words)


def _letters(form: str) -> str:
    return skeleton(form).text or form
