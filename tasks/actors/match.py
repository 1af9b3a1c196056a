"""Who a name means: actors found in a text, and the one for whom a speaker of a name speaks.

An actor is named by an alias (`الأمم المتحدة`), by an ambiguous alias in a text that speaks of the right matters
(`صالح` where Yemen is the topic), by an institution with a nationality (`وزير الخارجية الروسي`), a person by his full
name, or by his surname where the article or his office leave no doubt. All are data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.actors.dating import likely_day
from nabra.tasks.actors.entries import PERSON, ActorFile, Kind, kind_of
from nabra.tasks.actors.lists import read_actor_files
from nabra.tasks.actors.search import ActorMatch, Article, Lists, Search
from nabra.tasks.arabic.folding import fold, without_article, words
from nabra.tasks.arabic.particles import IN, PARTING_PREPOSITIONS

_MAX_PLACE_WORDS: Final = 3


class Actors:
    """The actor list, ready for searching; `kinds` maps every id to its kind, `nouns` has what speaks and for whom.

    A `day` is that on which the article was published, on which its people held offices; None where nobody knows it.
    """

    def __init__(self, files: Sequence[ActorFile]) -> None:
        kinds = {kind.id: kind for file in files for kind in file.kind}
        self.kinds: dict[str, Kind] = {named.id: kinds[kind_of(named)] for file in files for named in file.named}
        self._usual = {named.id: named.name for file in files for named in file.named if named.name}
        self._lists = Lists(files)
        self.nouns = self._lists.nouns

    def day_of(self, text: str, published: date | None) -> date | None:
        """The day on which to read an article: that of its publication, or what its titles tell of its time."""
        return published or likely_day(self._lists, text)

    def find(self, text: str, context: str | None = None, day: date | None = None) -> list[ActorMatch]:
        """All mentions in `text`, in order, longest first where they overlap.

        `context` is what decides on ambiguous names, if not `text` itself: the whole article, say, for one sentence.
        """
        article = _article(self._lists, text if context is None else context, day)
        return list(Search(article, text).matches())

    def is_person(self, actor_id: str) -> bool:
        """True if it is the id of a person."""
        return actor_id in self.kinds and self.kinds[actor_id].id == PERSON

    def governs(self, actor_id: str | None) -> bool:
        """True for a state."""
        return actor_id in self.kinds and self.kinds[actor_id].governs

    def name(self, actor_id: str) -> str | None:
        """The usual name of an actor, if the list has it."""
        return self._usual.get(actor_id)

    def bears(self, person_id: str, given: str) -> bool:
        """True if a full name of the person begins with the word."""
        return self._lists.names.bears(person_id, fold(given))

    def side(self, actor_id: str, day: date | None = None) -> str:
        """The id for which an actor speaks and acts on that day: whose office a person holds, a parent, or its own."""
        return self._lists.offices.side(actor_id, day)

    def resolve(self, name: str, context: str | None = None, day: date | None = None) -> str | None:
        """The id of the one for whom a speaker of this name speaks on that day; None where that is no listed actor.

        The earliest actor in the name governs it (`المتحدث باسم وزارة الدفاع الروسية`), unless the name belongs to an
        outsider or a former official, or the actor stands after a preposition of place or sympathy.
        """
        tokens = list(words(name))
        stems = [without_article(token.key) for token in tokens]
        mentions = self.find(name, context, day)
        if self.nouns.former & {*stems}:
            people = (m.actor_id for m in mentions if self.kinds[m.actor_id].id == PERSON)
            former = next(people, None)
            return former if former is None or day is None else self.side(former, day)
        # مصدر مسؤول في وزارة … speaks for it, a mere مصدر does not.
        outside = stems[:1] != [] and stems[0] in self.nouns.outsiders and not self.nouns.institutions & {*stems[1:2]}
        for mention in mentions:
            before = [stem for stem, token in zip(stems, tokens, strict=True) if token.start < mention.start]
            titled = all(token.key.startswith("ال") for token in tokens[: len(before)])
            if titled and not name[mention.end :].strip():
                return self.side(mention.actor_id, day)  # the name itself, or it after a title: المدرب كريم الحداد
            if not before or (not outside and self._governs(before, name[: mention.start], name[mention.start :])):
                return self.side(mention.actor_id, day)
        return None

    def _governs(self, before: Sequence[str], prefix: str, rest: str) -> bool:
        """True if an actor after these words, with this text up to it and from it on, is the one spoken for."""
        if self.nouns.sympathisers & {*before[-2:]}:
            return False
        if prefix.endswith("ب") or before[-1] == IN:
            # A place, unless it is where officials sit: مسؤولين في واشنطن, وكيل بوزارة الدفاع الروسية.
            seat = without_article(next(words(rest)).key) in self.nouns.institutions
            return seat or (len(before) <= _MAX_PLACE_WORDS and before[0] in self.nouns.institutions)
        return not prefix[-1:].isspace() or before[-1] not in PARTING_PREPOSITIONS


@lru_cache(maxsize=4, typed=True)  # a likely day is another than the same day for certain
def _article(lists: Lists, text: str, day: date | None) -> Article:
    """Kept for a few texts, as the sentences and names of one article are searched one after the other."""
    return Article(lists, text, day)


def load_actors(*folders: Path) -> Actors:
    """The actors of the folders, later ones overriding earlier ones; ConfigError as `read_actor_files` says."""
    return Actors(read_actor_files(*folders))


def actors(settings: Settings) -> Actors:
    """The actor list of the settings."""
    return load_actors(*settings.parse.actor_folders)
