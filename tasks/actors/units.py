"""Units: the sightings that bear one name and speak for one side, which identity joins or keeps apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nabra.tasks.actors.name_words import Words, fullest, name_words, speaks_for_itself, surnames_of
from nabra.tasks.actors.sightings import Evidence, Sighting

PREFIX = "found:"


@dataclass(frozen=True, eq=False)
class Unit:
    """Sightings of one actor by one name; `apart` tells it from other units of this name, by a side or a document."""

    words: Words
    is_person: bool
    sightings: Sequence[Sighting]
    apart: str = ""

    @classmethod
    def alone(cls, words: Words, sighting: Sighting) -> Unit:
        """A sighting of which nothing tells whose it is."""
        return cls(words, sighting.is_person, [sighting], f"{sighting.doc_id}/{sighting.entity}")

    @cached_property
    def id(self) -> str:
        """The id of the actor if this is the briefest of his names: made of the name alone, so that it stays."""
        said = "|".join(("person" if self.is_person else "other", " ".join(self.words), self.apart))
        return PREFIX + hashlib.sha256(said.encode()).hexdigest()[:12]

    @cached_property
    def evidence(self) -> Evidence:
        """What its sightings show together."""
        return Evidence.of(self.sightings)

    @cached_property
    def surnames(self) -> tuple[Words, ...]:
        """The surnames of its name."""
        return surnames_of(self.name)

    @cached_property
    def name(self) -> str:
        """The name as written most often."""
        return usual_name([fullest(one.names) for one in self.sightings])

    @property
    def order(self) -> tuple[int, Words, str]:
        """The same for all orders of the input; the briefest name first."""
        return len(self.words), self.words, self.apart


def usual_name(names: Sequence[str]) -> str:
    """The most frequent of some spellings; of several the first by their letters."""
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name] += 1
    return min(counts, key=lambda name: (-counts[name], name))


def by_name(sightings: Sequence[Sighting]) -> Mapping[Words, list[Sighting]]:
    """The sightings by the words of their fullest name; what has no letters has none."""
    groups: dict[Words, list[Sighting]] = defaultdict(list)
    for one in sorted(sightings, key=lambda one: one.place):
        words = name_words(fullest(one.names))
        if words:
            groups[words].append(one)
    return groups


def units_of(words: Words, sightings: Sequence[Sighting], *, strict: bool) -> list[Unit]:
    """One unit, or one for each side where a name of one or two words has several.

    What shows no side goes to the side with which it agrees; if it is not one, to the largest, or, if `strict`, to a
    unit of its own.
    """
    is_person = sightings[0].is_person
    parts = _by_side(sightings)
    unsided = parts.pop("", [])
    if len(parts) < 2 or (is_person and speaks_for_itself(words)):
        return [Unit(words, is_person, sightings)]
    main = min(parts, key=lambda side: (-len(parts[side]), side))
    known = {side: Evidence.of(part) for side, part in parts.items()}
    left: list[Sighting] = []
    for one in unsided:
        side = _agreeing(Evidence.of([one]), known) or ("" if strict else main)
        (parts[side] if side else left).append(one)
    units = [Unit(words, is_person, part, "" if side == main else side) for side, part in sorted(parts.items())]
    return units + [Unit.alone(words, one) for one in left]


def _agreeing(shown: Evidence, known: Mapping[str, Evidence]) -> str | None:
    fitting = [side for side, evidence in known.items() if shown.agreements(evidence)]
    return fitting[0] if len(fitting) == 1 else None


def _by_side(sightings: Sequence[Sighting]) -> dict[str, list[Sighting]]:
    parts: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        parts[one.side_id or ""].append(one)
    return parts
