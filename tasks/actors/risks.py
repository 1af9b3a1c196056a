"""What may be wrong with a list of actors that can be used: names that mislead, offices that two held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from nabra.tasks.actors.entries import Actor, ActorFile, Holding, Person
from nabra.tasks.actors.lists import name_key

_SHORT_NAME: Final = 3  # letters; names this short are other words more often than not
_HANDING_OVER: Final = 366  # days that an office may have two holders: often no more than the year is known
Listed = Mapping[str, Actor | Person]


def listed(files: Iterable[ActorFile]) -> dict[str, Actor | Person]:
    """All actors and people of the files by id."""
    return {named.id: named for file in files for named in file.named}


def doubtful_names(own: Listed, used: Listed) -> Iterator[str]:
    """Names of `own` that are words more often than not, that never count among `used`, and who has no name."""
    owners = {name_key(name): named.id for named in used.values() for name in named.names}
    for named in own.values():
        for name in named.names:
            if len(name_key(name)) <= _SHORT_NAME:
                yield f"{named.id}: the name {name} is short; if it is a word too, make it `ambiguous`"
        for doubtful in named.ambiguous:
            owner = owners.get(name_key(doubtful.alias), named.id)
            if owner != named.id:
                yield f"{named.id}: the name {doubtful.alias} never counts, as it is {owner}'s in every text"
        if not named.names and not named.ambiguous:
            yield f"{named.id}: has no name and is never found by one"


def overridden(own: Listed, shipped: Listed) -> Iterator[str]:
    """Which shipped entries `own` replaces, and which of their names it takes."""
    owners = {name_key(name): named.id for named in own.values() for name in named.names}
    for named in shipped.values():
        if named.id in own:
            yield f"{named.id}: overrides the actor that nabra ships"
            continue
        lost = (name for name in named.names if name_key(name) in owners)
        yield from (f"{named.id}: the name {name} is no longer this shipped actor's" for name in lost)


def two_holders(own: Listed, files: Iterable[ActorFile]) -> Iterator[str]:
    """Offices that only one holds at a time and two of `own` held together for more than a year."""
    several = {office.id for file in files for office in file.office if office.several}
    held: dict[tuple[str, str], list[tuple[Holding, str]]] = defaultdict(list)
    for person in own.values():
        for one in person.offices if isinstance(person, Person) else ():
            if one.office not in several:
                held[one.office, one.of].append((one, person.id))
    for (office, of), terms in held.items():
        for (one, holder), (other, next_holder) in pairwise(sorted(terms, key=lambda term: term[0].begins)):
            if holder != next_holder and one.overlap(other) > _HANDING_OVER:
                yield f"{holder} and {next_holder}: both are {office} of {of} {_how_long(one, other)}"


def _how_long(one: Holding, other: Holding) -> str:
    if one.until or other.until:
        return f"for {one.overlap(other)} days; correct a term, or make the office `several`"
    return "without end; end a term with `until`, or make the office `several`"
