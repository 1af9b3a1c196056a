"""Clusters: the units and sightings that were found to be one actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nabra.tasks.actors.name_words import fullest, name_words
from nabra.tasks.actors.sightings import Evidence, Sighting
from nabra.tasks.actors.units import PREFIX, Unit, usual_name


@dataclass(frozen=True)
class Member:
    """A sighting of an actor, and why it is one."""

    sighting: Sighting
    reason: str


@dataclass(eq=False)
class Cluster:
    """One actor: `listed` is its id in the list; `kept_id` and `given_name` are from a user's decision."""

    listed: str | None = None
    kept_id: str | None = None
    given_name: str | None = None
    units: list[Unit] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id: that of the list, or the one of its briefest name."""
        return self.kept_id or self.listed or min(self.units, key=lambda unit: unit.order).id

    @property
    def ids(self) -> set[str]:
        """All ids that mean it: when names join, none of their ids is lost."""
        return {self.id, *([self.listed] if self.listed else []), *(unit.id for unit in self.units)}

    @property
    def is_found(self) -> bool:
        """True for one that no list has."""
        return self.id.startswith(PREFIX)

    @property
    def is_person(self) -> bool:
        """True for people."""
        return any(member.sighting.is_person for member in self.members)

    @property
    def evidence(self) -> Evidence:
        """What its members show together."""
        return Evidence.of(member.sighting for member in self.members)

    @property
    def articles(self) -> int:
        """In how many documents it is."""
        return len({member.sighting.doc_id for member in self.members})

    @property
    def name(self) -> str:
        """Its usual name: of its full names, if it has any, the one used most; nothing where no article names it."""
        names = [fullest(member.sighting.names) for member in self.members if member.sighting.names]
        full = [name for name in names if len(name_words(name)) > 1]
        return usual_name(full or names) if names else ""

    def take(self, member: Member) -> None:
        """Add one sighting."""
        self.members.append(member)

    def take_all(self, other: Cluster) -> None:
        """Add all that another has."""
        self.units += other.units
        self.members += other.members


@dataclass
class Clusters:
    """All clusters while they are made."""

    _of: dict[Unit, Cluster] = field(default_factory=dict)
    _listed: list[Cluster] = field(default_factory=list)
    _evidence: dict[Cluster, Evidence] = field(default_factory=dict)

    def add_listed(self, actor_id: str, sightings: Sequence[Sighting], reason: str) -> None:
        """Add an actor of the list."""
        self._listed.append(Cluster(actor_id, members=[Member(one, reason) for one in sightings]))

    def add(self, unit: Unit, reason: str) -> None:
        """Add a unit as an actor of its own."""
        cluster = Cluster(units=[unit], members=[Member(one, reason) for one in unit.sightings])
        self._of[unit] = cluster
        self._evidence[cluster] = Evidence.of(unit.sightings)

    def join(self, brief: Unit, full: Unit, reason: str) -> None:
        """Make two units one actor, unless what they were joined to before contradicts."""
        one, other = self._of[brief], self._of[full]
        if one is other or self._evidence[one].contradicts(self._evidence[other]):
            return
        told = {sighting.place for sighting in brief.sightings}
        one.members = [Member(m.sighting, reason if m.sighting.place in told else m.reason) for m in one.members]
        other.take_all(one)
        self._evidence[other].add(self._evidence[one])
        for unit in one.units:
            self._of[unit] = other

    def found(self) -> list[Cluster]:
        """Those that no list has."""
        return list(dict.fromkeys(self._of.values()))

    def all(self) -> list[Cluster]:
        """All of them, by their ids."""
        return sorted([*self._listed, *self.found()], key=lambda cluster: cluster.id)
