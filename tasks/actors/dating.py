"""When an article was written that bears no date: on a day on which its people held the offices that it gives them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from nabra.tasks.actors.search import ActorMatch, Article, Lists, Search
from nabra.tasks.actors.terms import LikelyDay, Term
from nabra.tasks.arabic.folding import without_article

_TITLE_WORDS: Final = 6  # words before a name that may be its title
_TITLED: Final = 6  # what a title before a name weighs against a person who is in office without, see `Offices.weight`


def likely_day(lists: Lists, text: str) -> LikelyDay | None:
    """The day that the titles before most names allow, and on which most of the people named were in office.

    Those named in full decide; where there is none, those named by their surnames.

    Of several it is the latest on which one of their terms begins or ends; None where no title stands before the name
    of one who bore it: that an article names Churchill does not make it his contemporary.
    `رئيس الوزراء النورلندي سالم الحداد` is of a time in which he was prime minister.
    """
    article = Article(lists, text, None)
    return _day(Search(article, text, surnames=False)) or _day(Search(article, text))


def _day(search: Search) -> LikelyDay | None:
    offices = search.article.lists.offices
    matches = list(search.matches())
    people = [offices.held_by(person) for person in {match.actor_id for match in matches}]
    titled = [term for match in matches for term in _titled_terms(search, match)]
    if not titled:
        return None
    ends = {day for held in people for term in held for day in (term.start, term.until) if day}
    weighed = [[(term, offices.weight(term)) for term in held] for held in people]
    days = ((_fit(day, weighed, titled), day) for day in ends)
    best = max(days, default=None)
    return best and LikelyDay.fromordinal(best[1].toordinal())


def _fit(day: date, people: Sequence[Sequence[tuple[Term, int]]], titled: Sequence[Term]) -> int:
    in_office = sum(max((weight for term, weight in held if term.holds(day)), default=0) for held in people)
    return in_office + _TITLED * sum(term.holds(day) for term in titled)


def _titled_terms(search: Search, match: ActorMatch) -> Iterator[Term]:
    """The terms in which the person held an office whose title stands before the name."""
    at = bisect_left(search.words, match.start, key=lambda word: word.start)
    before = [without_article(word.key) for word in search.words[max(0, at - _TITLE_WORDS) : at]]
    lists = search.article.lists
    if lists.nouns.former.isdisjoint(before):
        yield from lists.offices.titled(match.actor_id, before)
