"""What one article shows of an entity: all that identity across articles is decided by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from nabra.tasks.arabic.folding import without_article, word_keys

_ROLE_WORDS = 2  # words of a title that two must share: وزير الخارجية, not a mere وزير
_COMPANY = 2  # listed actors that two articles must share
_COMPANY_SHARE = 1 / 3  # of the smaller company


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entity of an article.

    `names` are as written, each once; `roles` its titles and descriptions as written; `actor_id` its id in the list,
    `side_id` the listed actor for whom it speaks, `company` the other listed actors of the article; `type` as in
    `mentions`.
    """

    doc_id: str
    entity: int
    type: str
    names: tuple[str, ...]
    actor_id: str | None = None
    side_id: str | None = None
    roles: tuple[str, ...] = ()
    company: frozenset[str] = frozenset()
    seen_at: datetime | None = None
    version: int = 1

    @property
    def is_person(self) -> bool:
        """True for people."""
        return self.type == "PER"

    @property
    def place(self) -> tuple[str, int]:
        """Where it is: the document and the number in it."""
        return self.doc_id, self.entity


@dataclass(slots=True)
class Evidence:
    """What is known of one actor from some sightings: sides, words of titles, company."""

    sides: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    company: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, sightings: Iterable[Sighting]) -> Evidence:
        """All that these show together."""
        known = cls()
        for one in sightings:
            known.sides |= {one.side_id} if one.side_id else set()
            known.roles |= {without_article(key) for role in one.roles for key in word_keys(role)}
            known.company |= one.company
        return known

    def add(self, other: Evidence) -> None:
        """Take up what another knows."""
        self.sides |= other.sides
        self.roles |= other.roles
        self.company |= other.company

    def contradicts(self, other: Evidence) -> bool:
        """True if both speak for somebody, and not for the same."""
        return bool(self.sides and other.sides) and self.sides.isdisjoint(other.sides)

    def agreements(self, other: Evidence) -> list[str]:
        """What the two have in common, the strongest first, in words for people; nothing where they contradict."""
        if self.contradicts(other):
            return []
        found = []
        roles, company = self.roles & other.roles, self.company & other.company
        if len(roles) >= _ROLE_WORDS:
            found.append(f"title of both: {' '.join(sorted(roles))}")
        if sides := self.sides & other.sides:
            found.append(f"side of both: {', '.join(sorted(sides))}")
        if len(company) >= max(_COMPANY, _COMPANY_SHARE * min(len(self.company), len(other.company))):
            found.append(f"named beside both: {', '.join(sorted(company)[:3])}")
        return found
