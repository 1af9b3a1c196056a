"""The entities of one article: its mentions grouped by whom they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nabra.tasks.actors.coreference import Candidate
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.mentions import Kind
from nabra.tasks.arabic.folding import without_article, word_keys

# Which of the candidates a description means, by number; None if none.
Choose = Callable[[Sequence[Candidate]], int | None]
_ROLE_WORDS: Final = 6  # of a title beside a name
_APPOSED: Final = re.compile(r"\s*(?:[،,]\s*)?")  # between a name and its title, or a title and its name


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention in its article: `text` stands at [start, end) of `part`, in sentence `sent_id`."""

    part: str
    sent_id: int
    start: int
    end: int
    text: str
    type: str
    kind: Kind
    actor_id: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its words, without articles."""
        return tuple(map(without_article, word_keys(self.text)))


@dataclass(eq=False)
class Entity:
    """Whom some mentions of an article mean; `roles` are the words of titles that stand beside the names."""

    number: int
    type: str
    actor_id: str | None
    mentions: list[Placed] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)

    @property
    def is_person(self) -> bool:
        """True for people, listed or not."""
        return self.type == "PER"

    @property
    def names(self) -> list[Placed]:
        """The mentions by name."""
        return [mention for mention in self.mentions if mention.kind == "name"]


@dataclass(frozen=True)
class Asked:
    """A description that no name or title settled, with the candidates among which `Choose` had to choose."""

    mention: Placed
    entities: Sequence[Entity]
    candidates: Sequence[Candidate]


class Entities:
    """The entities of an article in the order in which they are met; `parts` are its texts by name.

    `asked` tells of each description for which `choose` was called.
    """

    def __init__(self, parts: Mapping[str, str], mentions: Sequence[Placed], actors: Actors, choose: Choose) -> None:
        self._parts, self._actors, self._choose = parts, actors, choose
        self.all: list[Entity] = []
        self.of: dict[Placed, Entity] = {}
        self.asked: list[Asked] = []
        self._known: dict[object, Entity] = {}
        for described in (False, True):
            for mention in sorted(mentions, key=lambda one: one.kind != "name"):  # titles after the names beside them
                if self._is_described(mention) is described:
                    self._add(mention, self._described(mention) if described else self._named(mention))

    def name(self, entity: Entity) -> str:
        """The fullest name of an entity in the article; the usual one of a state, and of a person named by one word."""
        full = max((mention.text for mention in entity.names or entity.mentions), key=len)
        listed = self._actors.name(entity.actor_id) if entity.actor_id else None
        brief = len(full.split()) == 1 if entity.is_person else self._actors.governs(entity.actor_id)
        return listed if listed and (brief or not entity.names) else full

    def _add(self, mention: Placed, entity: Entity) -> None:
        entity.mentions.append(mention)
        entity.roles.update(self._role(mention) if mention.kind == "name" else mention.keys)
        self.of[mention] = entity

    def _new(self, kind: str, actor_id: str | None, *keys: object) -> Entity:
        entity = Entity(len(self.all), kind, actor_id)
        self.all.append(entity)
        self._known.update(dict.fromkeys(keys, entity))
        return entity

    def _is_described(self, mention: Placed) -> bool:
        """True for a description, and for a title whose holder the list does not know, unless he stands beside it."""
        if mention.kind != "title" or self._actors.is_person(mention.actor_id or ""):
            return mention.kind == "description"
        return self._actors.nouns.is_body(mention.keys[0])

    def _named(self, mention: Placed) -> Entity:
        if mention.actor_id is None or self._is_body(mention):
            return self._unlisted(mention)
        key = ("actor", mention.actor_id)
        person = self._actors.is_person(mention.actor_id)
        return self._known.get(key) or self._new("PER" if person else "ACTOR", mention.actor_id, key)

    def _is_body(self, mention: Placed) -> bool:
        """True for a part of a state that is named by what it is: `الجيش النورلندي`, but not `الحكومة النورلندية`."""
        return not self._actors.is_person(mention.actor_id or "") and self._actors.nouns.is_body(mention.keys[0])

    def _unlisted(self, mention: Placed) -> Entity:
        kind = mention.type if mention.kind == "name" else "ACTOR"
        for entity in self.all:
            if entity.type == kind and any(_same(kind, mention.keys, name.keys) for name in entity.mentions):
                return entity
        return self._new(kind, None)

    def _beside(self, title: Placed) -> Entity | None:
        """The person whose name stands right after the title, or right before it."""
        text = self._parts[title.part]
        for name, entity in self.of.items():
            if name.part == title.part and name.type == "PER" and name.kind == "name":
                first, second = sorted((name, title), key=lambda mention: mention.start)
                if _APPOSED.fullmatch(text, first.end, second.start):
                    return entity
        return None

    def _role(self, name: Placed) -> Iterator[str]:
        """The words of the title beside a name, as keys without article."""
        text = self._parts[name.part]
        before = re.split(r"[\n.،,؛:!؟()]", text[max(0, name.start - 80) : name.start])[-1]
        keys = [without_article(key) for key in word_keys(before)][-_ROLE_WORDS:]
        heads = [at for at, key in enumerate(keys) if self._actors.nouns.is_described(key)]
        yield from keys[heads[0] :] if heads else ()
        after = re.match(r"\s*[،,(]\s*([^\n.،,؛:!؟()]{3,80})", text[name.end : name.end + 100])
        keys = [without_article(key) for key in word_keys(after[1])][:_ROLE_WORDS] if after else []
        yield from keys if keys and self._actors.nouns.is_described(keys[0]) else ()

    def _described(self, mention: Placed) -> Entity:
        """The entity that a description means most likely; if none is likely, one of its own."""
        if mention.kind == "title" and (beside := self._beside(mention)):
            return beside
        known = [entity for entity in self.all if not self._is_state_for_part(mention, entity)]
        candidates = [self._candidate(mention, entity) for entity in known]
        self.asked.append(Asked(mention, known, candidates))
        chosen = self._choose(candidates)
        if chosen is not None:
            return known[chosen]
        key = (mention.kind, mention.keys)
        return self._known.get(key) or self._new("ACTOR", None, key)

    def _is_state_for_part(self, mention: Placed, entity: Entity) -> bool:
        """True for a state where one of its parts is meant: `وزارة الخارجية النورلندية`."""
        return len(mention.keys) > 1 and self._actors.governs(entity.actor_id)

    def _candidate(self, mention: Placed, entity: Entity) -> Candidate:
        text = self._parts[mention.part]
        before = [one.sent_id for one in entity.mentions if (one.sent_id, one.start) < (mention.sent_id, mention.start)]
        following = [without_article(key) for key in word_keys(text[mention.end : mention.end + 60])][:2]
        return Candidate.of(
            keys=mention.keys,
            following=following,
            roles=entity.roles,
            names={key for name in entity.names for key in name.keys},
            kind=entity.type,
            sentences=mention.sent_id - max(before) if before else None,
            mentions=len(entity.mentions),
            latest=self._is_latest(mention, entity),
        )

    def _is_latest(self, mention: Placed, entity: Entity) -> bool:
        """True if of its type the entity is the one named last before the mention."""
        names = [
            (name.start, other)
            for other in self.all
            if other.type == entity.type
            for name in other.names
            if name.part == mention.part and name.start < mention.start
        ]
        return bool(names) and max(names, key=lambda one: one[0])[1] is entity


def _same(kind: str, one: Sequence[str], other: Sequence[str]) -> bool:
    """True for two names of one: `الحداد` and `سالم الحداد`, by the last word or by two at least."""
    brief, full = sorted((one, other), key=len)
    if not set(brief) <= set(full):
        return False
    return len(brief) == len(full) or len(brief) > 1 or (kind == "PER" and brief[-1] == full[-1]) or brief[0] == full[0]
