"""Where subject and object stand close: `اتهمت المعارضة السورية | روسيا`, `واشنطن تتهم | طهران`.

The parser takes the object for a part of the subject, or for another subject; that two actors are named, and where,
or that two nouns have the article, tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.particles import BELONGING_ENDINGS, PLURAL_ENDINGS, TO
from nabra.tasks.quotes.document import EntityMention, Part, Sentence, Token

# Peoples that are adjectives too: المسؤولين الأتراك.
_PEOPLES: Final = frozenset(map(fold, ("الأتراك", "الأكراد", "الروس", "العرب")))
# They go on with the subject, whatever the parse says.
TITLES: Final = frozenset(
    map(
        fold,
        (
            "الدكتور",
            "الدكتورة",
            "السيد",
            "السيدة",
            "الشيخ",
            "المهندس",
            "الأستاذ",
            "الأمير",
            "اللواء",
            "العميد",
            "العقيد",
            "الأمين",
            "الأعضاء",
        ),
    )
)
_SET_APART: Final = frozenset("،,؛.:()\n")


@dataclass(frozen=True)
class _Place:
    """The token `at` in a name that starts at `low`, or after it."""

    part: Part
    sentence: Sentence
    low: int
    at: int

    @property
    def token(self) -> Token:
        return self.sentence.tokens[self.at]

    @property
    def before(self) -> Token:
        return self.sentence.tokens[self.at - 1]

    @cached_property
    def named(self) -> EntityMention | None:
        """The actor whose name starts here."""
        return next((m for m in self.part.mentions if m.actor_id and m.start == self.token.start), None)

    @cached_property
    def earlier(self) -> list[EntityMention]:
        """Who is named in the name before."""
        start = self.sentence.tokens[self.low].start
        return [m for m in self.part.mentions if start <= m.start < self.token.start]

    @property
    def people(self) -> list[EntityMention]:
        return [mention for mention in self.part.mentions if mention.type == "PER"]

    @property
    def follows_person(self) -> bool:
        return any(mention.end == self.before.end for mention in self.people)


def is_object(part: Part, sentence: Sentence, low: int, at: int) -> bool:
    """True if the name of another actor than those before it starts at token `at`, in a subject that starts at `low`.

    What stands before it must be complete: a noun without article (`رئيس روسيا`) or a preposition leads to the name.
    """
    place = _Place(part, sentence, low, at)
    if at <= low or place.named is None or any(refuses(place) for refuses in NO_OBJECTS):
        return False
    return any(completes(place) for completes in COMPLETE_BEFORE_ACTOR)


def _is_joined(place: _Place) -> bool:
    return place.token.letters > 0


def _is_apart(place: _Place) -> bool:
    return not _SET_APART.isdisjoint(place.part.text[place.before.end : place.token.start])


def _is_named_before(place: _Place) -> bool:
    """True if the same actor, or a longer name that holds this one, stands before."""
    actor = place.named.actor_id if place.named else None
    return any(mention.actor_id == actor or place.token.start < mention.end for mention in place.earlier)


def _after_other_actor(place: _Place) -> bool:
    """True after another actor's name, or a definite noun that goes on with it: `المعارضة السورية | روسيا`."""
    actors = any(mention.actor_id for mention in place.earlier)
    return actors and (_is_definite(place.before) or any(m.end == place.before.end for m in place.earlier))


def _after_definite_noun(place: _Place) -> bool:
    """True after a noun with the article, where no actor and no person stands before: `الوزارة | إيران`."""
    start, end = place.sentence.tokens[place.low].start, place.token.start
    named = any(start <= m.start <= end and m.type == "PER" for m in place.part.mentions)
    if named or any(mention.actor_id for mention in place.earlier):
        return False
    return _is_definite(place.before) and not _is_adjective(place.token, place.before)


def is_beyond_name(part: Part, sentence: Sentence, low: int, at: int) -> bool:
    """True if a noun starts at token `at` that can be no part of the name at `low` before it: `دعا المجلس | الحكومات`.

    A noun with the article belongs to none that has it too; only adjectives and names stand so beside it.
    """
    place = _Place(part, sentence, low, at)
    if place.token.upos != "NOUN" or not place.token.key.startswith("ال"):
        return False
    if any(refuses(place) for refuses in NOT_BEYOND):
        return False
    return any(completes(place) for completes in COMPLETE_BEFORE_NOUN)


def _is_belonging(place: _Place) -> bool:
    return _is_adjective(place.token, place.before)


def _is_beyond_mark(place: _Place) -> bool:
    return bool(place.part.text[place.before.end : place.token.start].strip())


def _is_of_person(place: _Place) -> bool:
    """True for a word of a person's name, or right before one."""
    token = place.token
    return any(m.start <= token.start < m.end or m.start == token.end + 1 for m in place.people)


def _is_after_definite(place: _Place) -> bool:
    """True after a noun with the article; after a person stands what he is: `سامر الطيب المدير العام`."""
    return not place.follows_person and _is_definite(place.before)


# An actor's name that is no object, and what is complete before one that is.
NO_OBJECTS: Final = (_is_joined, _is_apart, _is_named_before)
COMPLETE_BEFORE_ACTOR: Final = (_after_other_actor, _after_definite_noun)

# A noun with the article that may go on with the name before it, and what is complete before one that does not.
NOT_BEYOND: Final = (_is_belonging, _is_beyond_mark, _is_of_person)
COMPLETE_BEFORE_NOUN: Final = (_is_after_definite,)


def has_subject_before(part: Part, sentence: Sentence, verb: int) -> bool:
    """True if an actor or a person named right before the verb is its subject: `واشنطن | تتهم طهران`."""
    parsed = any(t.head == verb and t.deprel.startswith("nsubj") for t in sentence.tokens[:verb])
    end = sentence.tokens[verb - 1].end
    return parsed and any(m.end == end and (m.actor_id or m.type == "PER") for m in part.mentions)


def _is_definite(token: Token) -> bool:
    return token.key != TO and (token.key.startswith(("ال", "لل")) or token.stem.startswith("ال"))


def _is_adjective(token: Token, before: Token) -> bool:
    """True if the name of an actor's land or people at `token` can be an adjective of the noun before it."""
    if token.key in _PEOPLES:
        return token.upos == "ADJ" or before.key.endswith(PLURAL_ENDINGS)
    return token.key.endswith(BELONGING_ENDINGS) or (token.key.endswith("يين") and before.key.endswith(PLURAL_ENDINGS))
