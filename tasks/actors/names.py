"""All names of a list by their words: whose they are for certain, in which texts, or as a mere surname."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from nabra.tasks.actors.entries import ActorFile, Named
from nabra.tasks.actors.surnames import surnames
from nabra.tasks.arabic.folding import fold, word_keys

_KUNYA: Final = re.compile(r"\b[أا]بو\b")
_SERVANT: Final = re.compile(r"\bعبد ?ال")


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A name that means the actor only in a text that has one of `needs`, and only after these proclitics."""

    actor_id: str
    needs: tuple[str, ...]
    proclitics: frozenset[str] | None


class Names:
    """The phrases that name somebody, each as the keys of its words joined by a blank.

    `certain` has the owner of each name, the last where several lists claim one; `doubtful` those who share one;
    `surnames` all who bear one; `shields` what a phrase needs to mean none of them; `lengths` the words of the longest
    phrase by the first of them; `given` the given names of people.
    """

    def __init__(self, files: Iterable[ActorFile]) -> None:
        self.certain: dict[str, str] = {}
        self.doubtful: dict[str, list[Doubtful]] = defaultdict(list)
        self.surnames: dict[str, list[str]] = defaultdict(list)
        self.shields: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, int] = {}
        self._firsts: dict[str, set[str]] = {}
        for file in files:
            for named in file.named:
                self._add(named)
            for person in file.person:
                names = [word_keys(name) for name in person.names]
                self._firsts[person.id] = {keys[0] for keys in names if len(keys) > 1}
                for surname in dict.fromkeys(one for name in person.names for one in surnames(name)):
                    self.surnames[self._known(surname)].append(person.id)
            for shield in file.shield:
                self.shields |= dict.fromkeys(self._phrases(shield.phrase), tuple(map(fold, shield.needs)))
        self.given = frozenset[str]().union(*self._firsts.values())

    def bears(self, person_id: str, given: str) -> bool:
        """True if the word, a key, is the first of a full name of the person."""
        return given in self._firsts.get(person_id, ())

    def is_person(self, actor_id: str) -> bool:
        """True if the id is that of a person of the list."""
        return actor_id in self._firsts

    def _add(self, named: Named) -> None:
        for name in named.names:
            self.certain |= dict.fromkeys(self._phrases(name), named.id)
        for one in named.ambiguous:
            proclitics = None if one.proclitics is None else frozenset(map(fold, one.proclitics))
            entry = Doubtful(named.id, tuple(map(fold, one.needs)), proclitics)
            for phrase in self._phrases(one.alias):
                self.doubtful[phrase].append(entry)

    def _phrases(self, name: str) -> Iterator[str]:
        for spelling in _spellings(name):
            yield self._known(" ".join(word_keys(spelling)))

    def _known(self, phrase: str) -> str:
        first, *rest = phrase.split()
        self.lengths[first] = max(self.lengths.get(first, 0), 1 + len(rest))
        return phrase


def _spellings(name: str) -> set[str]:
    """The name, with عبد written joined and apart and أبو in its cases: all are common."""
    cases = {name, *(_KUNYA.sub(case, name) for case in ("أبي", "أبا"))}
    return cases | {_SERVANT.sub(form, case) for case in cases for form in ("عبد ال", "عبدال")}
