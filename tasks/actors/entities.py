"""The entities of one article: its mentions grouped by whom they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from nabra.tasks.actors.coreference import Candidate, Scorer
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.mentions import Kind
from nabra.tasks.arabic.folding import without_article, word_keys

_ROLE_WORDS: Final = 6  # of a title beside a name
_APPOSED: Final = re.compile(r"\s*[،,]?\s*")  # between a name and its title, or a title and its name


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


class Entities:
    """The entities of an article in the order in which they are met; `parts` are its texts by name."""

    def __init__(self, parts: Mapping[str, str], mentions: Sequence[Placed], actors: Actors, scorer: Scorer) -> None:
        self._parts, self._actors, self._scorer = parts, actors, scorer
        self.all: list[Entity] = []
        self.of: dict[Placed, Entity] = {}
        self._known: dict[object, Entity] = {}
        self._titles: dict[object, Entity] = {}
        named = [mention for mention in mentions if mention.kind != "description"]
        for mention in sorted(named, key=lambda m: m.kind != "name"):  # titles after the names beside them
            self._add(mention, self._named(mention))
        for mention in mentions:
            if mention.kind == "description":
                self._add(mention, self._described(mention))

    def name(self, entity: Entity) -> str:
        """The name of an entity: the usual one of a listed actor, else the fullest in the article."""
        listed = self._actors.name(entity.actor_id) if entity.actor_id else None
        texts = [mention.text for mention in entity.names or entity.mentions]
        return listed or max(texts, key=len)

    def _add(self, mention: Placed, entity: Entity) -> None:
        entity.mentions.append(mention)
        entity.roles.update(self._role(mention) if mention.kind == "name" else mention.keys)
        self.of[mention] = entity

    def _new(self, mention: Placed, kind: str, actor_id: str | None, *keys: object) -> Entity:
        entity = Entity(len(self.all), kind, actor_id)
        self.all.append(entity)
        self._known.update(dict.fromkeys(keys, entity))
        return entity

    def _named(self, mention: Placed) -> Entity:
        if mention.kind == "title" and (beside := self._beside(mention)):
            self._titles[mention.keys] = beside
        if mention.actor_id is None or self._is_body(mention):
            return self._titles.get(mention.keys) or self._unlisted(mention)
        key = ("actor", mention.actor_id)
        person = self._actors.is_person(mention.actor_id)
        return self._known.get(key) or self._new(mention, "PER" if person else "ACTOR", mention.actor_id, key)

    def _is_body(self, mention: Placed) -> bool:
        """True for a part of a state that is named by what it is: `الجيش النورلندي`, but not `الحكومة النورلندية`."""
        return not self._actors.is_person(mention.actor_id or "") and self._actors.nouns.is_body(mention.keys[0])

    def _unlisted(self, mention: Placed) -> Entity:
        kind = mention.type if mention.kind == "name" else "ACTOR"
        for entity in self.all:
            if entity.type == kind and any(_same(kind, mention.keys, name.keys) for name in entity.mentions):
                return entity
        return self._new(mention, kind, None)

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
        """The entity named before that a description means most likely; if none is likely, one of its own."""
        known = [entity for entity in self.all if entity.mentions[0].start < mention.start or mention.part == "title"]
        chosen = self._scorer.choose([self._candidate(mention, entity) for entity in known])
        if chosen is not None:
            return known[chosen]
        key = ("description", mention.keys)
        return self._known.get(key) or self._new(mention, "ACTOR", None, key)

    def _candidate(self, mention: Placed, entity: Entity) -> Candidate:
        text = self._parts[mention.part]
        before = [other for other in entity.mentions if other.part == mention.part and other.start < mention.start]
        last = before[-1].sent_id if before else None
        following = [without_article(key) for key in word_keys(text[mention.end : mention.end + 60])][:2]
        names = {key for name in entity.names for key in name.keys}
        return Candidate.of(
            head=mention.keys[0],
            following=following,
            roles=entity.roles,
            names=names,
            kind=entity.type,
            sentences=None if last is None else mention.sent_id - last,
            mentions=len(entity.mentions),
        )


def _same(kind: str, one: Sequence[str], other: Sequence[str]) -> bool:
    """True for two names of one: `الحداد` and `سالم الحداد`, by the last word or by two at least."""
    brief, full = sorted((one, other), key=len)
    if not set(brief) <= set(full):
        return False
    return len(brief) == len(full) or len(brief) > 1 or (kind == "PER" and brief[-1] == full[-1]) or brief[0] == full[0]
