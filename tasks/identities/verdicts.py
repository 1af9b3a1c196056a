"""What users decide about actors: which are one, which entities are another's, what one is called, which to hide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from nabra.tasks.actors.clusters import Cluster, Member
from nabra.tasks.actors.name_words import fullest, name_words
from nabra.tasks.actors.sightings import Sighting
from nabra.tasks.actors.units import PREFIX, Unit
from nabra.tasks.decisions.decisions import Change, Decision, Subject

MERGE: Final = "actor-merge"
SPLIT: Final = "actor-split"
RENAME: Final = "actor-rename"
HIDE: Final = "actor-hide"
_KINDS: Final = (MERGE, SPLIT, RENAME, HIDE)


def merge(actor_id: str, into: str) -> Decision:
    """One actor is another, whose id both have."""
    return Decision.of(MERGE, Subject(actor_id=actor_id), [Change("actor_id", actor_id, into)])


def split(actor_id: str, name: str | None, doc_id: str | None) -> Decision:
    """What of an actor bears a name, or stands in an article, is somebody else."""
    return Decision.of(SPLIT, Subject(actor_id=actor_id, text=name, doc_id=doc_id))


def rename(actor_id: str, old: str, new: str) -> Decision:
    """An actor has another usual name."""
    return Decision.of(RENAME, Subject(actor_id=actor_id), [Change("name", old, new)])


def hide(actor_id: str) -> Decision:
    """An actor is none."""
    return Decision.of(HIDE, Subject(actor_id=actor_id))


def about_actors(made: Iterable[Decision]) -> list[Decision]:
    """The decisions that are about actors."""
    return [decision for decision in made if decision.kind in _KINDS]


def decided(clusters: Iterable[Cluster], made: Sequence[Decision]) -> list[Cluster]:
    """The actors as users want them, by their ids; `made` are their decisions, the oldest first.

    One about an actor whom no article names any more changes nothing.
    """
    actors = _Actors(clusters)
    for decision in about_actors(made):
        actors.apply(decision)
    return actors.left()


class _Actors:
    """The actors by all their ids."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self._all = list(clusters)
        self._by_id = {name: cluster for cluster in self._all for name in cluster.ids}
        self._hidden: set[Cluster] = set()

    def apply(self, decision: Decision) -> None:
        cluster = self._by_id.get(decision.subject.actor_id or "")
        if cluster is None:
            return
        new = next((change.new for change in decision.changes), None)
        if decision.kind == MERGE and new:
            self._merge(cluster, new, f"merged by {decision.by}")
        elif decision.kind == SPLIT:
            self._split(cluster, decision)
        elif decision.kind == RENAME:
            cluster.given_name = new
        else:
            self._hidden.add(cluster)

    def left(self) -> list[Cluster]:
        return sorted((one for one in self._all if one not in self._hidden and one.members), key=lambda one: one.id)

    def _merge(self, cluster: Cluster, into: str, reason: str) -> None:
        other = self._by_id.get(into)
        if other is cluster:
            return
        if other is None:
            if into.startswith(PREFIX):
                return
            other = Cluster(listed=into)  # of the list, and named by no article yet
            self._all.append(other)
        other.kept_id = into
        ids = cluster.ids
        other.take_all(Cluster(units=cluster.units, members=[_again(member, reason) for member in cluster.members]))
        cluster.members = []
        self._by_id |= dict.fromkeys({*ids, into}, other)

    def _split(self, cluster: Cluster, decision: Decision) -> None:
        leaving = [member for member in cluster.members if _is_meant(member.sighting, decision.subject)]
        if not leaving or len(leaving) == len(cluster.members):
            return
        cluster.kept_id = cluster.id
        cluster.members = [member for member in cluster.members if member not in leaving]
        first = leaving[0].sighting
        unit = Unit(
            name_words(fullest(first.names)), first.is_person, [one.sighting for one in leaving], decision.decision_id
        )
        reason = f"split by {decision.by}"
        other = Cluster(units=[unit], members=[_again(member, reason) for member in leaving])
        self._all.append(other)
        self._by_id[other.id] = other


def _is_meant(one: Sighting, subject: Subject) -> bool:
    named = subject.text is None or any(name_words(name) == name_words(subject.text) for name in one.names)
    return bool(one.names) and named and subject.doc_id in (None, one.doc_id)


def _again(member: Member, reason: str) -> Member:
    return Member(member.sighting, f"{reason}; {member.reason}")
