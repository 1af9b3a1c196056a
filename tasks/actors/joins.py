"""Identity across articles: which sightings of entities are sightings of one actor, and why.

A pure function of the set of sightings: their order plays no part, and more sightings keep the ids of actors unless a
briefer name joins them. Conservative: without a sign that two are one they stay two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from nabra.tasks.actors.clusters import Cluster, Clusters, Member
from nabra.tasks.actors.name_words import (
    Words,
    briefer_forms,
    consonants,
    contains,
    is_spelling,
    sound,
    speaks_for_itself,
)
from nabra.tasks.actors.sightings import Evidence, Sighting
from nabra.tasks.actors.units import Unit, by_name, units_of

LISTED: Final = "in the list"
SAME: Final = "same name"
_OFTEN: Final = 3  # articles in which the only bearer of a surname must be named in full
_PLACE: Final = "LOC"


@dataclass(frozen=True)
class Join:
    """Two units that are one actor; `brief` is the one that the reason tells of."""

    brief: Unit
    full: Unit
    reason: str

    @property
    def order(self) -> tuple[object, ...]:
        """The same for all orders of the input: names of more words, which say more, first."""
        return -len(self.brief.words), self.brief.order, self.full.order


def identify(sightings: Iterable[Sighting]) -> list[Cluster]:
    """The actors behind some sightings, by their ids."""
    unlisted: dict[bool, list[Sighting]] = defaultdict(list)
    clusters = Clusters()
    listed: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        if one.actor_id:
            listed[one.actor_id].append(one)
        elif one.names:
            unlisted[one.is_person].append(one)
    for actor_id, found in listed.items():
        clusters.add_listed(actor_id, sorted(found, key=lambda one: one.place), LISTED)
    _join_people(unlisted[True], clusters)
    for words, found in by_name(unlisted[False]).items():
        is_place = all(one.type == _PLACE for one in found)
        for unit in [Unit(words, False, found)] if is_place else units_of(words, found, strict=True):
            clusters.add(unit, SAME)
    return clusters.all()


def _join_people(sightings: Sequence[Sighting], clusters: Clusters) -> None:
    """People by their full names first, then those of whom an article says no more than a surname."""
    brief: dict[Words, list[Sighting]] = {}
    units: list[Unit] = []
    for words, found in by_name(sightings).items():
        made = units_of(words, found, strict=False)
        if made[0].surnames:
            units += made
        else:
            brief[words] = found
    for unit in units:
        clusters.add(unit, SAME)
    for join in sorted({*_spellings(units), *_briefer(units)}, key=lambda join: join.order):
        clusters.join(join.brief, join.full, join.reason)
    bearers = _bearers(clusters)
    for words, found in sorted(brief.items()):
        _place(words, found, bearers.get(sound(words), ()), clusters)


def _spellings(units: Sequence[Unit]) -> Iterator[Join]:
    """Names that are spelled otherwise, where something else agrees."""
    alike: dict[Words, list[Unit]] = defaultdict(list)
    for unit in units:
        alike[consonants(unit.words)].append(unit)
    for group in alike.values():
        for one, other in combinations(sorted(group, key=lambda unit: unit.order), 2):
            agreements = one.evidence.agreements(other.evidence) if is_spelling(one.words, other.words) else []
            if agreements:
                rare, usual = sorted((one, other), key=lambda unit: (len(unit.sightings), unit.order))
                yield Join(rare, usual, f"other spelling of {usual.name}; {agreements[0]}")


def _briefer(units: Sequence[Unit]) -> Iterator[Join]:
    """Names that are briefer forms of longer ones which are not two people's, where something else agrees."""
    named: dict[Words, list[Unit]] = defaultdict(list)
    for unit in units:
        named[unit.words].append(unit)
    for words, forms in _longer_forms(named).items():
        for brief in named[words]:
            fitting = [unit for form in sorted(forms) for unit in named[form] if _may_be(brief, unit)]
            if all(_go_together(one.words, other.words) for one, other in combinations(fitting, 2)):
                yield from (Join(brief, full, f"briefer form of {full.name}{_why(brief, full)}") for full in fitting)


def _longer_forms(named: Mapping[Words, object]) -> Mapping[Words, set[Words]]:
    """The longer names that contain a name, for each that has one."""
    longer: dict[Words, set[Words]] = defaultdict(set)
    ends: dict[tuple[str, str], list[Words]] = defaultdict(list)
    for words in named:
        ends[words[0], words[-1]].append(words)
        for form in briefer_forms(words):
            if form in named:
                longer[form].add(words)
    for group in ends.values():
        for one, other in combinations(sorted(group, key=len), 2):
            if contains(other, one):
                longer[one].add(other)
    return longer


def _may_be(brief: Unit, full: Unit) -> bool:
    if speaks_for_itself(brief.words):
        return not brief.evidence.contradicts(full.evidence)
    return bool(brief.evidence.agreements(full.evidence))


def _why(brief: Unit, full: Unit) -> str:
    agreements = brief.evidence.agreements(full.evidence)
    return f"; {agreements[0]}" if agreements else ""


def _go_together(one: Words, other: Words) -> bool:
    return one == other or contains(one, other) or contains(other, one) or is_spelling(one, other)


@dataclass(frozen=True, eq=False)
class _Bearer:
    """Who bears a surname, as he is known before anybody is taken for him."""

    cluster: Cluster
    name: str
    articles: int
    evidence: Evidence

    @classmethod
    def of(cls, cluster: Cluster) -> _Bearer:
        return cls(cluster, cluster.name, cluster.articles, cluster.evidence)


def _bearers(clusters: Clusters) -> Mapping[Words, Sequence[_Bearer]]:
    """The people who bear a surname, by its sound."""
    found: dict[Words, list[_Bearer]] = defaultdict(list)
    for cluster in sorted(clusters.found(), key=lambda cluster: cluster.id):
        bearer = _Bearer.of(cluster)
        for surname in {sound(surname) for unit in cluster.units for surname in unit.surnames}:
            found[surname].append(bearer)
    return found


def _place(words: Words, sightings: Sequence[Sighting], bearers: Sequence[_Bearer], clusters: Clusters) -> None:
    """Sightings by a surname alone: each to the one bearer with whom it agrees, else among themselves."""
    left: list[Sighting] = []
    apart: list[Sighting] = []
    for one in sightings:
        shown = Evidence.of([one])
        possible = [bearer for bearer in bearers if not bearer.evidence.contradicts(shown)]
        chosen = _meant(shown, possible)
        if chosen:
            bearer, why = chosen
            bearer.cluster.take(Member(one, f"surname of {bearer.name}; {why}"))
        else:
            (apart if len(possible) > 1 else left).append(one)
    units = units_of(words, left, strict=True) if left else []
    for unit in (*units, *(Unit.alone(words, one) for one in apart)):
        clusters.add(unit, SAME)


def _meant(shown: Evidence, possible: Sequence[_Bearer]) -> tuple[_Bearer, str] | None:
    """Whom a surname means, and why: him with whom most agrees, or the only one if he is named in full often."""
    agreements = {bearer: found for bearer in possible if (found := bearer.evidence.agreements(shown))}
    most = max(map(len, agreements.values()), default=0)
    best = [(bearer, found[0]) for bearer, found in agreements.items() if len(found) == most]
    if not best and len(possible) == 1 and possible[0].articles >= _OFTEN:
        best = [(possible[0], "nobody else bears it")]
    return best[0] if len(best) == 1 else None
