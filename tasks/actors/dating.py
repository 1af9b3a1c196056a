"""When an article was written that bears no date: on a day on which its people held the offices that it gives them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
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
    claims: list[tuple[int, Term, int]] = [(person, term, 1) for person, held in enumerate(people) for term in held]
    # A state's office tells more than a party's: it counts a second time.
    claims += [(~person, term, 1) for person, held in enumerate(people) for term in held if offices.weight(term) > 1]
    claims += [(len(people) + index, term, _TITLED) for index, term in enumerate(titled)]
    best = max(_fits(claims), default=None)
    return best and LikelyDay.fromordinal(best[1])


def _fits(claims: Sequence[tuple[int, Term, int]]) -> Iterator[tuple[int, int]]:
    """How much holds on each day (an ordinal) on which a term begins or ends: what each claimant weighs, but once.

    A claim is (claimant, term, weight). One sweep over the days, as there may be thousands of terms.
    """
    steps = [(term.begins.toordinal(), claimant, weight, 1) for claimant, term, weight in claims]
    steps += [((term.until or date.max).toordinal() + 1, claimant, weight, -1) for claimant, term, weight in claims]
    steps.sort()
    days = {day.toordinal() for _, term, _ in claims for day in (term.start, term.until) if day}
    holding: Counter[int] = Counter()
    fit = at = 0
    for day in sorted(days):
        while at < len(steps) and steps[at][0] <= day:
            _, claimant, weight, change = steps[at]
            before = holding[claimant] > 0
            holding[claimant] += change
            fit += weight * ((holding[claimant] > 0) - before)
            at += 1
        yield fit, day


def _titled_terms(search: Search, match: ActorMatch) -> Iterator[Term]:
    """The terms in which the person held an office whose title stands before the name."""
    at = bisect_left(search.words, match.start, key=lambda word: word.start)
    before = [without_article(word.key) for word in search.words[max(0, at - _TITLE_WORDS) : at]]
    lists = search.article.lists
    if lists.nouns.former.isdisjoint(before):
        yield from lists.offices.titled(match.actor_id, before)
