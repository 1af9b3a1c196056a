"""The terms by which words of Arabic text are found: folded spellings of the word, of what it is joined of, its lemma.

«وبالحكومة» is found by `وبالحكومه`, `حكومه` and its lemma. A word that is searched for stands for one term, its folded
spelling without the article; every word of the text has all its terms, at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nabra.tasks.arabic.folding import fold, readings, words
from nabra.tasks.errors import UsageError

# Clitics and single letters say nothing.
SHORTEST: Final = 2
ARTICLE: Final = "ال"
# Short words that begin so and have no article: without it they would be found with commoner ones (الآن with أن).
NO_ARTICLE: Final = frozenset({"الله", "الان", "الام", "الاف", "التي", "الذي"})
# A word is a run of what is no space; what stands between quotation marks of any kind is a phrase.
_QUERY: Final = re.compile(r'(-?)(?:["«“]([^"«»“”]*+)["»”]|([^\s|"«»“”]++))|(\|)')


@dataclass(frozen=True)
class Place:
    """A word of a text, `text[start:end]`, and the terms by which it is found."""

    start: int
    end: int
    terms: frozenset[str]


@dataclass(frozen=True)
class Phrase:
    """Terms that follow each other; a word is a phrase of one."""

    terms: tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """One of the ways to be found: all of its phrases are there; or, `excluded`, what may not be there, none of it."""

    phrases: tuple[Phrase, ...]
    excluded: bool = False


def places(text: str, parsed: Iterable[Mapping[str, Any]] = ()) -> list[Place]:
    """The words of `text` in order.

    `parsed` are rows of `tokens` (start, end, form, lemma) of this text: they tell what a word is joined of. A word
    that they say nothing of is read with every proclitic that it could begin with.
    """
    joined: dict[tuple[int, int], set[str]] = {}
    for row in parsed:
        joined.setdefault((row["start"], row["end"]), set()).update(_terms(row["form"], row["lemma"] or ""))
    spans = {offset: terms for (start, end), terms in joined.items() for offset in range(start, end)}
    return [_place(word.start, word.end, word.key, spans.get(word.start)) for word in words(text)]


def _place(start: int, end: int, key: str, known: set[str] | None) -> Place:
    if known is None:
        known = {term for _, rest in readings(key) for term in _terms(rest)}
    return Place(start, end, frozenset({*_terms(key), *known} or {key}))


def _terms(*spellings: str) -> Iterator[str]:
    for spelling in spellings:
        key = fold(spelling)
        yield from (term for term in (key, _bare(key)) if len(term) >= SHORTEST)


def _bare(key: str) -> str:
    """The key without the article, where one may stand and leaves a word."""
    is_longer = len(key) >= len(ARTICLE) + SHORTEST and key not in NO_ARTICLE
    return key.removeprefix(ARTICLE) if is_longer else key


def clauses(query: str) -> list[Clause]:
    """The clauses of a query: words and "phrases" that all have to be there, `|` between ways to be found, -excluded.

    `خط أنابيب | الغاز` is found where both of the first words are, or the last; what is excluded is so of all ways.
    UsageError where a way is only to leave something out.
    """
    ways: list[list[Phrase]] = [[]]
    excluded: list[Phrase] = []
    for minus, phrase, word, bar in _QUERY.findall(query):
        terms = tuple(_bare(found.key) for found in words(phrase or word))
        if bar and ways[-1]:
            ways.append([])
        elif terms and minus:
            if len(ways) > 1 and not ways[-1]:
                raise UsageError(f"{query!r}: what is left out cannot be one of several; put it first, without |")
            excluded.append(Phrase(terms))
        elif terms:
            ways[-1].append(Phrase(terms))
    made = [Clause(tuple(phrases)) for phrases in ways if phrases]
    return [*made, Clause(tuple(excluded), excluded=True)] if excluded else made


def found(text_places: Sequence[Place], wanted: Iterable[Clause]) -> list[tuple[int, int]]:
    """Where phrases of `wanted` stand among the places of a text: spans (start, end), in order."""
    phrases = [phrase.terms for clause in wanted if not clause.excluded for phrase in clause.phrases]
    spans = []
    for at in range(len(text_places)):
        for terms in phrases:
            run = text_places[at : at + len(terms)]
            if len(run) == len(terms) and all(term in place.terms for term, place in zip(terms, run, strict=True)):
                spans.append((run[0].start, run[-1].end))
    return spans
