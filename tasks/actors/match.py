"""Political actors and how the press names them: read from `config/actors`, found in text, resolved from a name.

Three things name an actor: an alias (`الأمم المتحدة`), an ambiguous alias in a text that speaks of the right matters
(`صالح` where Yemen is the topic), and an institution with a nationality (`وزير الخارجية الروسي`). All are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.actors.entries import ActorFile, read_actor_files
from nabra.tasks.arabic.folding import Word, after_letters, fold, readings, without_article, words
from nabra.tasks.arabic.particles import IN, IN_THE_NAME_OF, NAME_LINKS, PARTING_PREPOSITIONS

_GAP: Final = re.compile(r"[ \t\u00a0_-]{1,3}")  # a line feed or punctuation ends a name
_MAX_INSTITUTION_WORDS: Final = 6  # نائب المتحدث باسم وزارة الدفاع الروسية
_MAX_PLACE_WORDS: Final = 3
# An adjective of belonging, most often a nationality: المرساني, المرسانية.
_NISBA: Final = re.compile(r"ال\w{3,}يه?")


@dataclass(frozen=True, slots=True)
class ActorMatch:
    """`text[start:end]` names the actor; proclitics are outside, but in للـ, where article and preposition are one."""

    start: int
    end: int
    actor_id: str


@dataclass(frozen=True, slots=True)
class _Alias:
    actor_id: str
    needs: tuple[str, ...] = ()
    proclitics: frozenset[str] | None = None


@dataclass
class _Node:
    aliases: list[_Alias] = field(default_factory=list)
    next: dict[str, _Node] = field(default_factory=dict)


class Actors:
    """The actor list, ready for searching.

    `kinds` maps every id to its kind, `principals` to the id for which it speaks and acts: its parent, or itself.
    """

    def __init__(self, files: Iterable[ActorFile]) -> None:
        self._files = list(files)
        actors = [actor for file in self._files for actor in file.actor]
        kinds = {kind.id: kind for file in self._files for kind in file.kind}
        self.kinds = {actor.id: kinds[actor.kind] for actor in actors}
        self.principals = {actor.id: actor.parent or actor.id for actor in actors}
        self._root = _Node()
        self._adjectives: dict[str, str] = {}
        for actor in actors:
            for alias in actor.aliases:
                self._add(alias, _Alias(actor.id))
            for doubtful in actor.ambiguous:
                limits = None if doubtful.proclitics is None else frozenset(map(fold, doubtful.proclitics))
                self._add(doubtful.alias, _Alias(actor.id, tuple(map(fold, doubtful.needs)), limits))
            for adjective in actor.adjectives:
                self._adjectives |= dict.fromkeys(_adjective_forms(fold(adjective)), actor.id)
            for place in map(fold, actor.places):
                self._adjectives |= dict.fromkeys((place, "ب" + place), actor.id)
        self._institutions = self._keys("institutions")
        self._outsiders = self._keys("outsiders")
        self._former = self._keys("former")
        self._sympathisers = self._keys("sympathisers")
        self._officials = self._keys("officials")
        self._domestic = self._keys("domestic")
        foreign = (adjective for file in self._files for adjective in file.foreign)
        forms = frozenset(form for adjective in foreign for form in _adjective_forms(fold(adjective)))
        self._foreign = forms - self._adjectives.keys()  # a list of one's own may have the state

    def _keys(self, name: str) -> frozenset[str]:
        return frozenset(without_article(fold(noun)) for file in self._files for noun in getattr(file, name))

    def _add(self, alias: str, entry: _Alias) -> None:
        for spelling in _spellings(alias):
            node = self._root
            for word in words(spelling):
                node = node.next.setdefault(word.key, _Node())
            if entry not in node.aliases:
                node.aliases.append(entry)

    def find(self, text: str, context: str | None = None) -> list[ActorMatch]:
        """All mentions in `text`, in order, longest first where they overlap.

        `context` is what decides on ambiguous aliases, if not `text` itself: the whole article, say, for one sentence.
        """
        return _Search(self, text, context).mentions()

    def resolve(self, name: str, context: str | None = None) -> str | None:
        """The id of the principal that a speaker of this name speaks for; None where that is no listed actor.

        The earliest actor in the name governs it (`المتحدث باسم وزارة الدفاع الروسية`), unless the name belongs to an
        outsider or a former official, or the actor stands after a preposition of place or sympathy.
        """
        tokens = list(words(name))
        stems = [without_article(token.key) for token in tokens]
        if self._former & {*stems}:
            return None
        mentions = self.find(name, context)
        # مصدر مسؤول في وزارة … speaks for it, a mere مصدر does not.
        outside = stems[:1] != [] and stems[0] in self._outsiders and not self._institutions & {*stems[1:2]}
        for mention in mentions:
            before = [stem for stem, token in zip(stems, tokens, strict=True) if token.start < mention.start]
            titled = all(token.key.startswith("ال") for token in tokens[: len(before)])
            if titled and not name[mention.end :].strip():
                return self.principals[mention.actor_id]  # the name itself, or it after a title: المدرب كريم الحداد
            if not before or (not outside and self._governs(before, name[: mention.start], name[mention.start :])):
                return self.principals[mention.actor_id]
        return None

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
        return without_article(fold(noun)) in self._institutions | self._outsiders

    def is_outsider(self, noun: str) -> bool:
        """True if the noun is that of a voice of nobody listed, such as a newspaper."""
        return without_article(fold(noun)) in self._outsiders

    def _governs(self, before: Sequence[str], prefix: str, rest: str) -> bool:
        """True if an actor after these words, with this text up to it and from it on, is the one spoken for."""
        if self._sympathisers & {*before[-2:]}:
            return False
        if prefix.endswith("ب") or before[-1] == IN:
            # A place, unless it is where officials sit: مسؤولين في واشنطن, وكيل بوزارة الدفاع الروسية.
            seat = without_article(next(words(rest)).key) in self._institutions
            return seat or (len(before) <= _MAX_PLACE_WORDS and before[0] in self._institutions)
        return not prefix[-1:].isspace() or before[-1] not in PARTING_PREPOSITIONS


@dataclass
class _Search:
    """One search through one text."""

    actors: Actors
    text: str
    context: str | None
    counts: dict[str, int] = field(default_factory=dict)

    @cached_property
    def words(self) -> list[Word]:
        return list(words(self.text))

    @cached_property
    def topic(self) -> str:
        """The keys of the context, in which the needs of ambiguous aliases are looked up."""
        return _keys_of(self.text if self.context is None else self.context)

    def mentions(self) -> list[ActorMatch]:
        found: list[ActorMatch] = []
        at = 0
        while at < len(self.words):
            end, mention = self._longest(at)
            if mention is not None:
                found.append(mention)
            at = end
        return found

    def _longest(self, at: int) -> tuple[int, ActorMatch | None]:
        best: tuple[int, ActorMatch | None] = (at + 1, None)
        word = self.words[at]
        for letters, key in readings(word.key):
            for reader in (self._alias, self._institution):
                end, actor_id = reader(at, key, word.key[:letters])
                if actor_id is not None and (best[1] is None or end > best[0]):
                    start = after_letters(self.text, word.start, letters)
                    best = end, ActorMatch(start, self.words[end - 1].end, actor_id)
        return best

    def _alias(self, at: int, key: str, proclitics: str) -> tuple[int, str | None]:
        """The longest alias from word `at` read as `key`: the word after it, and its actor."""
        node = self.actors._root.next.get(key)
        best: tuple[int, str | None] = (at, None)
        end = at + 1
        while node is not None:
            actor_id = self._decide(node.aliases, at, end, proclitics)
            if actor_id is not None:
                best = end, actor_id
            if not self._joined(end):
                break
            node = node.next.get(self.words[end].key)
            end += 1
        return best

    def _decide(self, aliases: Sequence[_Alias], at: int, end: int, proclitics: str) -> str | None:
        scores = {alias.actor_id: self._support(alias, at, end, proclitics) for alias in aliases}
        best = max(scores, key=scores.__getitem__, default=None)
        return best if best is not None and scores[best] else None

    def _support(self, alias: _Alias, at: int, end: int, proclitics: str) -> int:
        """How much the text speaks for this reading: 0 excludes it."""
        if alias.proclitics is not None and proclitics not in alias.proclitics:
            return 0
        if not alias.needs:
            return 1_000_000
        if end == at + 1 and self._in_longer_name(at):
            return 0
        return sum(map(self._times, alias.needs))

    def _times(self, need: str) -> int:
        """How often the context has the words; counted once, however often the text has the name that needs them."""
        if need not in self.counts:
            self.counts[need] = self.topic.count(need)
        return self.counts[need]

    def _in_longer_name(self, at: int) -> bool:
        around = [self.words[i].key for i in (at - 1, at + 1) if 0 <= i < len(self.words)]
        return not NAME_LINKS.isdisjoint(around)

    def _joined(self, index: int) -> bool:
        """True if word `index` exists and follows the word before it with nothing but space between."""
        if index >= len(self.words):
            return False
        return _GAP.fullmatch(self.text, self.words[index - 1].end, self.words[index].start) is not None

    def _institution(self, at: int, key: str, proclitics: str) -> tuple[int, str | None]:
        """An institution of a nationality from word `at` on: `وزير الخارجية الروسي`."""
        if without_article(key) not in self.actors._institutions:
            return at, None
        for end in range(at + 1, at + _MAX_INSTITUTION_WORDS):
            if not self._joined(end):
                break
            other = self.words[end].key
            if other in self.actors._adjectives:
                return end + 1, self._nationality(at, end)
            if not self._may_stand_between(other):
                break
        return at, None

    def _may_stand_between(self, key: str) -> bool:
        stem = without_article(key)
        if stem in self.actors._outsiders:
            return False
        return key.startswith("ال") or stem in self.actors._institutions or key == IN_THE_NAME_OF

    def _nationality(self, at: int, end: int) -> str | None:
        """The state of the adjective at `end`, unless it is part of another actor's name or its holder is gone."""
        for inner in range(at + 1, end + 1):
            if self._alias(inner, self.words[inner].key, "")[0] > end:
                return None
        after = {without_article(word.key) for word in self.words[end + 1 : end + 2]}
        return None if after & self.actors._former else self.actors._adjectives[self.words[end].key]


@lru_cache(maxsize=4)
def _keys_of(text: str) -> str:
    """Kept for a few texts, as the sentences and names of one article are searched one after the other."""
    return " ".join(word.key for word in words(text))


def _adjective_forms(stem: str) -> Iterable[str]:
    for ending in ("", "ه", "ين", "ون", "ات"):
        yield stem + ending
        yield "ال" + stem + ending


def _spellings(alias: str) -> set[str]:
    """The alias, and with عبد written joined and apart: both are common."""
    return {alias, re.sub(r"\bعبد ?ال", "عبد ال", alias), re.sub(r"\bعبد ?ال", "عبدال", alias)}


def load_actors(*folders: Path) -> Actors:
    """The actors of the folders, later ones overriding earlier ones; ConfigError as `read_actor_files` says."""
    return Actors(read_actor_files(*folders))


def actors(settings: Settings) -> Actors:
    """The actor list of the settings."""
    return load_actors(*settings.parse.actor_folders)
