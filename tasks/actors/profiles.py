"""The tables `actors` and `actor_entities` from clusters: a row an actor, a row an entity of an article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from nabra.tasks.actors.clusters import Cluster
from nabra.tasks.actors.entries import Actor, ActorFile, Person, kind_of
from nabra.tasks.actors.latin import Romanizer
from nabra.tasks.actors.name_words import fullest
from nabra.tasks.actors.sightings import Sighting

Row = dict[str, Any]
PERSON: Final = "person"
KINDS: Final = {"PER": PERSON, "ORG": "organisation", "ACTOR": "organisation", "LOC": "place"}
OTHER: Final = "other"


class Profiles:
    """Makes the rows; `files` are the lists, for what they know of an actor."""

    def __init__(self, files: Sequence[ActorFile]) -> None:
        self._listed: Mapping[str, Actor | Person] = {named.id: named for file in files for named in file.named}
        self._romanizer = Romanizer(self._listed.values())

    def actor(self, cluster: Cluster) -> Row:
        """The row of an actor."""
        listed = self._listed.get(cluster.id)
        shown = [member.sighting for member in cluster.members]
        name = cluster.given_name or (listed and self._name(listed)) or cluster.name or cluster.id
        times = sorted(one.seen_at for one in shown if one.seen_at)
        return {
            "actor_id": cluster.id,
            "kind": kind_of(listed) if listed else _kind(shown),
            "name": name,
            "latin": (listed and listed.latin) or self._romanizer.name(name),
            "role": _usual(role for one in shown for role in one.roles),
            "side_id": _last_side(shown),
            "wikidata_id": listed.wikidata if listed else None,
            "first_seen": times[0] if times else None,
            "last_seen": times[-1] if times else None,
            "articles": cluster.articles,
            "known_by": "list" if listed else "found",
            "other_ids": " ".join(sorted(cluster.ids - {cluster.id})) or None,
        }

    def _name(self, listed: Actor | Person) -> str | None:
        return listed.name or next(iter(listed.names), None)


def entity_rows(cluster: Cluster) -> Iterator[Row]:
    """The rows of the entities that are an actor."""
    for member in cluster.members:
        one = member.sighting
        yield {
            "doc_id": one.doc_id,
            "version": one.version,
            "entity": one.entity,
            "actor_id": cluster.id,
            "name": fullest(one.names) if one.names else cluster.id,
            "reason": member.reason,
        }


def _kind(shown: Sequence[Sighting]) -> str:
    return KINDS.get(_usual(one.type for one in shown) or "", OTHER)


def _usual(values: Iterable[str]) -> str | None:
    """The most frequent value; of several the longest, then the first by its letters."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], -len(value), value), default=None)


def _last_side(shown: Sequence[Sighting]) -> str | None:
    sided = [one for one in shown if one.side_id]
    last = max(sided, key=lambda one: (one.seen_at.timestamp() if one.seen_at else 0.0, one.place), default=None)
    return last.side_id if last else None


def seen_time(article: Mapping[str, datetime | None]) -> datetime | None:
    """When an article was seen: its publication, or when it was fetched."""
    return article["published_at"] or article["fetched_at"]
