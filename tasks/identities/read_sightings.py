"""The sightings of a warehouse, from the tables `mentions` and `clean`, an article at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from nabra.tasks.actors.entries import PERSON
from nabra.tasks.actors.profiles import seen_time
from nabra.tasks.actors.sightings import Sighting
from nabra.tasks.warehouse.store import Store

Row = dict[str, Any]
Article = tuple[str, int]  # doc_id and version
_COLUMNS: Final = ["doc_id", "version", "entity", "kind", "type", "text", "name", "actor_id", "side_id"]
_TIMES: Final = ["doc_id", "version", "published_at", "fetched_at"]
_ADJECTIVE: Final = "adjective"


def read_sightings(store: Store, superseded: Collection[Article]) -> Iterator[Sighting]:
    """The sightings of all articles, without those versions that gave way to another."""
    seen_at = {_article(row): seen_time(row) for row in store.rows("clean", _TIMES)}
    for article, rows in groupby(store.rows("mentions", _COLUMNS), key=_article):
        if article not in superseded:
            yield from article_sightings(article, list(rows), seen_at.get(article))


def article_sightings(article: Article, mentions: Iterable[Row], seen_at: datetime | None) -> Iterator[Sighting]:
    """The entities of one article, from its rows of `mentions`."""
    entities: Mapping[int, list[Row]] = defaultdict(list)
    for row in mentions:
        entities[row["entity"]].append(row)
    ids = {number: _listed(rows) for number, rows in entities.items()}
    present = frozenset(filter(None, ids.values()))
    for number, rows in entities.items():
        side = _usual(row["side_id"] for row in rows)
        yield Sighting(
            article[0],
            number,
            _type(rows),
            _names(rows, ids[number]),
            actor_id=ids[number],
            side_id=side,
            roles=tuple(dict.fromkeys(row["text"] for row in rows if row["kind"] not in ("name", _ADJECTIVE))),
            company=present - {ids[number], side},
            seen_at=seen_at,
            version=article[1],
        )


def _listed(rows: Sequence[Row]) -> str | None:
    """The id in the list: that of the names, or of a title that is one person's; of a body with a name of its own none.

    `الجيش النورلندي` has the id of its state, but is not the state.
    """
    named = _usual(row["actor_id"] for row in rows if row["kind"] == "name")
    person = _usual(row["actor_id"] for row in rows if (row["actor_id"] or "").startswith(f"{PERSON}:"))
    if named or person or any(row["kind"] == "name" for row in rows):
        return named or person
    return None if _is_own_body(rows) else _usual(row["actor_id"] for row in rows)


def _is_own_body(rows: Sequence[Row]) -> bool:
    """True if the entity goes by what one of its titles says, and not by the usual name of a listed actor."""
    return rows[0]["name"] in {row["text"] for row in rows if row["kind"] == "title"}


def _names(rows: Sequence[Row], actor_id: str | None) -> tuple[str, ...]:
    """What it is called; a body without another name by its titles."""
    names = tuple(dict.fromkeys(row["text"] for row in rows if row["kind"] == "name"))
    if names or actor_id:
        return names
    return tuple(dict.fromkeys(row["text"] for row in rows if row["kind"] == "title"))


def _type(rows: Sequence[Row]) -> str:
    return _usual(row["type"] for row in rows if row["kind"] == "name") or "ACTOR"


def _usual(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default=None)


def _article(row: Mapping[str, Any]) -> Article:
    return row["doc_id"], row["version"] or 1
