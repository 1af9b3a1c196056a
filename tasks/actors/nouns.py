"""The nouns and nationalities of a list: what speaks for a state, what for nobody listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from nabra.tasks.actors.entries import ActorFile
from nabra.tasks.arabic.folding import fold, without_article, words

_ENDINGS: Final = ("", "ه", "ين", "ون", "ات")
_COMPASS: Final = frozenset(map(fold, ("شمال", "جنوب", "شرق", "غرب", "وسط")))
# An adjective of belonging, most often a nationality: المرساني, المرسانية.
_NISBA: Final = re.compile(r"ال\w{3,}يه?")


class Nouns:
    """The nouns as keys without article, see `ActorFile`; `adjectives` and `places` by form with the actor's id."""

    def __init__(self, files: Sequence[ActorFile]) -> None:
        self._files = files
        self.adjectives: dict[str, str] = {}
        self.places: dict[str, str] = {}
        for actor in (actor for file in files for actor in file.actor):
            for adjective in actor.adjectives:
                self.adjectives |= dict.fromkeys(adjective_forms(adjective), actor.id)
            for place in map(fold, actor.places):
                self.places |= dict.fromkeys((place, "ب" + place), actor.id)
        self.institutions = self._keys("institutions")
        self.outsiders = self._keys("outsiders")
        self.former = self._keys("former")
        self.sympathisers = self._keys("sympathisers")
        self._governments = self._keys("governments")
        self.bodies = self._keys("bodies")
        self.words = self._keys("words")
        self._particles = self._keys("particles")
        self._officials = self._keys("officials")
        self._domestic = self._keys("domestic")
        foreign = frozenset(form for file in files for noun in file.foreign for form in adjective_forms(noun))
        self._foreign = foreign - self.adjectives.keys()  # a list of one's own may have the state

    def _keys(self, name: str) -> frozenset[str]:
        return frozenset(without_article(fold(noun)) for file in self._files for noun in getattr(file, name))

    def is_no_surname(self, key: str) -> bool:
        """True for a word that is nobody's name where it stands alone: a nationality, or too common a word."""
        stem = without_article(key)
        return key in self.adjectives or stem in self._domestic or stem in self._particles

    def is_official(self, name: str) -> bool:
        """True if the name is that of an official whose state is left unsaid: `وزير الخارجية`, not `… المرساني`."""
        keys = [word.key for word in words(name)]
        if not keys or without_article(keys[0]) not in self._officials or not self._foreign.isdisjoint(keys):
            return False
        return all(without_article(key) in self._domestic for key in keys[1:] if _NISBA.fullmatch(key))

    def foreigners(self, text: str) -> int:
        """How often nationalities that no listed actor has are met in the text."""
        return sum(word.key in self._foreign for word in words(text))

    def is_voice(self, noun: str) -> bool:
        """True if the noun is one of those that speak: an office or institution, or an outsider such as a newspaper."""
        return without_article(fold(noun)) in self.institutions | self.outsiders

    def is_body(self, noun: str) -> bool:
        """True for a noun of a part of a state that is named by what it is, not of its government."""
        stem = without_article(noun)
        return stem in self.institutions and stem not in self._governments

    def is_described(self, key: str) -> bool:
        """True for a noun that means somebody named elsewhere: an office, a body, a voice."""
        stem = without_article(key)
        return stem in self.institutions or stem in self.outsiders or stem in self.bodies

    def is_outsider(self, noun: str) -> bool:
        """True if the noun is that of a voice of nobody listed, such as a newspaper."""
        return without_article(fold(noun)) in self.outsiders


def adjective_forms(adjective: str) -> Iterable[str]:
    """The keys of a masculine adjective without article in gender, number and definiteness.

    Of two words both inflect (`الكورية الجنوبية`), but after a point of the compass the last alone (`الجنوب أفريقية`).
    """
    *first, last = fold(adjective).split()
    fixed = not _COMPASS.isdisjoint(first)
    for ending in _ENDINGS:
        for article in ("", "ال"):
            before = (article + word + ("" if fixed else ending) for word in first)
            yield " ".join([*before, last + ending if fixed else article + last + ending])
