"""One search through one text: which of its words name an actor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal

from nabra.tasks.actors.entries import ActorFile
from nabra.tasks.actors.names import Doubtful, Names
from nabra.tasks.actors.nouns import Nouns
from nabra.tasks.actors.offices import Offices
from nabra.tasks.actors.surnames import TITLES
from nabra.tasks.arabic.folding import Word, after_letters, fold, readings, without_article, words
from nabra.tasks.arabic.particles import ABOUT, IN_THE_NAME_OF, NAME_LINKS

_GAP: Final = re.compile(r"[ \t\u00a0_-]{1,3}")  # a line feed or punctuation ends a name
_MIN_ALONE: Final = 4  # letters of a surname that may stand alone in an article without the full name
_SERVANT: Final = fold("عبد")  # with which given names begin
# What is called after people, never with the article: جامعة سالم, but الجامعة سالم is of an official and his name.
_NAMED_AFTER: Final = frozenset(
    map(fold, ("جامعة", "مطار", "مستشفى", "مدينة", "ملعب", "استاد", "شارع", "طريق", "حي", "جسر", "كلية", "معهد"))
) | frozenset(map(fold, ("مركز", "جائزة", "كأس", "حاملة", "ميدان", "مسجد", "مدرسة")))
_WAY: Final = fold("طريق")  # عن طريق: by way of
_PLANES: Final = fold("الطائرات")  # حاملة الطائرات
_LIKE: Final = fold("ك")  # hardly ever before a name: كبيرة is a word, كلاما too
_BY: Final = fold("ب")
_MAX_INSTITUTION_WORDS: Final = 6  # نائب المتحدث باسم وزارة الدفاع الروسية


How = Literal["name", "surname", "title"]


@dataclass(frozen=True, slots=True)
class ActorMatch:
    """`text[start:end]` names the actor; proclitics are outside, but in للـ, where article and preposition are one.

    `how` tells by what: a person by no more than his surname, an office by its title with a nationality.
    """

    start: int
    end: int
    actor_id: str
    how: How = "name"


class Lists:
    """The files of actors, ready for searching."""

    def __init__(self, files: Sequence[ActorFile]) -> None:
        self.names = Names(files)
        self.nouns = Nouns(files)
        self.offices = Offices(files)


@dataclass
class Article:
    """What an article as a whole says about whom its names mean; it was published on `day`, if that is known."""

    lists: Lists
    text: str
    day: date | None
    _counts: dict[str, int] = field(default_factory=dict)

    @cached_property
    def _topic(self) -> str:
        return " ".join(word.key for word in words(self.text))

    @cached_property
    def _people(self) -> frozenset[str]:
        """Those whom the article names in full, or by title and state."""
        return frozenset(match.actor_id for match in Search(self, self.text, surnames=False).matches())

    def writes(self, phrase: str) -> bool:
        """True if the article has the words without proclitics: what only ever follows a ب is part of a word."""
        return f" {phrase} " in f" {self._topic} "

    def times(self, need: str) -> int:
        """How often the article has the words."""
        if need not in self._counts:
            self._counts[need] = self._topic.count(need)
        return self._counts[need]

    def bearer(self, surname: str) -> str | None:
        """Whom the surname means: the one bearer whom the article names in full, or else the one in the highest office.

        A president is meant before his wife, whose office many hold, or a namesake who leads a party.
        """
        bearers = self.lists.names.surnames.get(surname, ())
        named = [person for person in bearers if person in self._people] if bearers else []
        if named or not self._may_stand_alone(surname):
            return named[0] if len(named) == 1 else None
        standing = {person: self.lists.offices.standing(person, self.day) for person in bearers}
        highest = max((rank for rank in standing.values() if rank), default=None)
        best = [person for person, rank in standing.items() if rank and rank == highest]
        return best[0] if len(best) == 1 else None

    def _may_stand_alone(self, surname: str) -> bool:
        link, _, father = surname.partition(" ")  # بن محمد is part of any name, بن غوريون of one
        given = (father if link in NAME_LINKS else surname) in self.lists.names.given
        word = given or without_article(surname) in self.lists.nouns.words
        return not word and len(surname) >= _MIN_ALONE and not surname.startswith(_SERVANT)


@dataclass
class Search:
    """One search through `text`, which is the article or a part of it."""

    article: Article
    text: str
    surnames: bool = True

    @property
    def _lists(self) -> Lists:
        return self.article.lists

    @cached_property
    def words(self) -> list[Word]:
        """The words of the text."""
        return list(words(self.text))

    def matches(self) -> Iterator[ActorMatch]:
        """All names in order, the longest where they overlap."""
        at = 0
        while at < len(self.words):
            end, match = self._longest(at)
            if match is not None:
                yield match
            at = end

    def _longest(self, at: int) -> tuple[int, ActorMatch | None]:
        best: tuple[int, ActorMatch | None] = (at + 1, None)
        word = self.words[at]
        longest = at
        for letters, key in readings(word.key):
            for read in (self._name, self._institution):
                end, actor_id, how = read(at, key, word.key[:letters])
                if end > longest:
                    actor_id = None if self._is_namesake(at, actor_id) else actor_id
                    start = after_letters(self.text, word.start, letters)
                    match = ActorMatch(start, self.words[end - 1].end, actor_id, how) if actor_id else None
                    best, longest = (end, match), end
        return best

    def _is_namesake(self, at: int, actor_id: str | None) -> bool:
        """True for what is only called after a person: `مستشفى الأمير …`, `حاملة الطائرات الأمريكية …`."""
        if actor_id is None or not self._lists.names.is_person(actor_id):
            return False
        while at and self._joined(at) and self._may_part(self.words[at - 1].key):
            at -= 1
        if not at or not self._joined(at):
            return False
        by_way_of = at > 1 and self.words[at - 2].key.endswith(ABOUT) and self.words[at - 1].key == _WAY
        return not by_way_of and any(key in _NAMED_AFTER for _, key in readings(self.words[at - 1].key))

    def _may_part(self, key: str) -> bool:
        return key in TITLES or key in self._lists.nouns.adjectives or key == _PLANES

    def _name(self, at: int, key: str, proclitics: str) -> tuple[int, str | None, How]:
        """The longest name from word `at` read as `key`: the word after it, whose it is, and how it is named."""
        limit = self._lists.names.lengths.get(key, 0)
        ends = [at + 1] if limit else []
        while ends and len(ends) < limit and self._joined(ends[-1]):
            ends.append(ends[-1] + 1)
        for end in reversed(ends):
            phrase = " ".join([key, *(word.key for word in self.words[at + 1 : end])])
            if self._is_shielded(phrase):
                return end, None, "name"
            actor_id = self._certain(phrase)
            if actor_id is not None:
                return end, actor_id, "name"
            bearer = self._bearer(phrase, at, proclitics) if self.surnames else None
            if bearer is not None:
                return end, bearer, "surname"
            actor_id = self._likeliest(phrase, at, end, proclitics)
            if actor_id is not None:
                return end, actor_id, "name"
        return at, None, "name"

    def _is_shielded(self, phrase: str) -> bool:
        needs = self._lists.names.shields.get(phrase)
        return needs is not None and (not needs or any(map(self.article.times, needs)))

    def _certain(self, phrase: str) -> str | None:
        actor_id = self._lists.names.certain.get(phrase)
        active = actor_id is not None and self._lists.offices.is_active(actor_id, self.article.day)
        return actor_id if active else None

    def _bearer(self, phrase: str, at: int, proclitics: str) -> str | None:
        """The person of this surname, unless a given name before it makes it somebody else's."""
        if phrase not in self._lists.names.surnames or self._lists.nouns.is_no_surname(phrase):
            return None
        if proclitics.endswith(_LIKE) or (proclitics.endswith(_BY) and not self.article.writes(phrase)):
            return None
        before = self.words[at - 1].key if at and self._joined(at) else ""
        other = before in self._lists.names.given or before in NAME_LINKS
        return None if other else self.article.bearer(phrase)

    def _likeliest(self, phrase: str, at: int, end: int, proclitics: str) -> str | None:
        """The actor of an ambiguous name for which the article speaks most."""
        doubtful = self._lists.names.doubtful.get(phrase, ())
        scores = {one.actor_id: self._support(one, at, end, proclitics) for one in doubtful}
        best = max(scores, key=scores.__getitem__, default=None)
        return best if best is not None and scores[best] else None

    def _support(self, name: Doubtful, at: int, end: int, proclitics: str) -> int:
        """How much the article speaks for this reading: 0 excludes it."""
        excluded = name.proclitics is not None and proclitics not in name.proclitics
        if excluded or (end == at + 1 and self._in_longer_name(at)):
            return 0
        return sum(map(self.article.times, name.needs))

    def _in_longer_name(self, at: int) -> bool:
        around = [self.words[i].key for i in (at - 1, at + 1) if 0 <= i < len(self.words)]
        return not NAME_LINKS.isdisjoint(around)

    def _joined(self, index: int) -> bool:
        """True if word `index` exists and follows the word before it with nothing but space between."""
        if index >= len(self.words):
            return False
        return _GAP.fullmatch(self.text, self.words[index - 1].end, self.words[index].start) is not None

    def _institution(self, at: int, key: str, proclitics: str) -> tuple[int, str | None, How]:
        """An institution of a nationality from word `at` on, or who held that office: `وزير الخارجية الروسي`."""
        nouns = self._lists.nouns
        if without_article(key) not in nouns.institutions:
            return at, None, "name"
        title = [key]
        for end in range(at + 1, at + _MAX_INSTITUTION_WORDS):
            if not self._joined(end):
                break
            other = self.words[end].key
            last, state = self._state(title, end)
            if state is not None:
                if not self._is_nationality(at, last):
                    break
                holder = self._lists.offices.holder(title, state, self.article.day)
                return last + 1, holder or state, "title"
            if not self._may_stand_between(other):
                break
            title.append(other)
        return at, None, "name"

    def _state(self, title: Sequence[str], at: int) -> tuple[int, str | None]:
        """The state that the adjective or place at `at` says, and its last word: `الكوري الجنوبي` has two."""
        nouns, key = self._lists.nouns, self.words[at].key
        if self._joined(at + 1) and self._agrees(title, key):
            state = nouns.adjectives.get(f"{key} {self.words[at + 1].key}")
            if state is not None:
                return at + 1, state
        return at, nouns.places.get(key) or (nouns.adjectives.get(key) if self._agrees(title, key) else None)

    def _agrees(self, title: Sequence[str], adjective: str) -> bool:
        """False for an adjective without article after a title that has one: `الأمير تركي` is a name."""
        return adjective.startswith("ال") or not any(key.startswith("ال") for key in title)

    def _may_stand_between(self, key: str) -> bool:
        stem = without_article(key)
        if stem in self._lists.nouns.outsiders:
            return False
        return key.startswith("ال") or stem in self._lists.nouns.institutions or key == IN_THE_NAME_OF

    def _is_nationality(self, at: int, end: int) -> bool:
        """False if the adjective at `end` is part of another actor's name, or its holder is gone."""
        if any(self._name(inner, self.words[inner].key, "")[0] > end for inner in range(at + 1, end + 1)):
            return False
        after = {without_article(word.key) for word in self.words[end + 1 : end + 2]}
        return not after & self._lists.nouns.former
