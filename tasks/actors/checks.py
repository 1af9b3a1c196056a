"""Checks over all files of actors at once: what they name is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from nabra.config.settings import known_or_close
from nabra.tasks.actors.entries import Actor, ActorFile, Person
from nabra.tasks.errors import ConfigError


def check_references(files: Mapping[Path, ActorFile]) -> None:
    """Raise ConfigError, a line for each, where a kind, a parent, a side or an office is not there."""
    lists = _Lists(files)
    for find in (lists.wrong_kinds, lists.wrong_parents, lists.wrong_people):
        wrong = list(find())
        if wrong:
            raise ConfigError("\n".join(wrong))


class _Lists:
    def __init__(self, files: Mapping[Path, ActorFile]) -> None:
        self.files = files
        self.kinds = [kind.id for file in files.values() for kind in file.kind]
        self.offices = {office.id: path for path, file in files.items() for office in file.office}
        self.parents = {actor.id: actor.parent for file in files.values() for actor in file.actor}

    def wrong_kinds(self) -> Iterator[str]:
        for path, actor in self._actors():
            if actor.kind not in self.kinds:
                close = known_or_close(actor.kind, self.kinds)
                yield (
                    f"{path}: actor {actor.id}: kind = {actor.kind!r} is no kind; {close}; "
                    f"a [[kind]] with the id {actor.kind!r} in a file of the list makes it one"
                )

    def wrong_parents(self) -> Iterator[str]:
        for path, actor in self._actors():
            parent = actor.parent
            if parent is not None and self.parents.get(parent, parent) is not None:
                absent = f"the list has no actor {parent}" if parent not in self.parents else ""
                yield f"{path}: actor {actor.id}: parent = {parent!r}, but {absent or f'{parent} has a parent itself'}"

    def wrong_people(self) -> Iterator[str]:
        for path, file in self.files.items():
            for person in file.person:
                yield from (f"{path}: {person.id}: {wrong}" for wrong in self._wrong_of(person))

    def _wrong_of(self, person: Person) -> Iterator[str]:
        if person.side is not None:
            yield from _unknown("side", person.side, self.parents)
        for held in person.offices:
            yield from _unknown("office", held.office, self.offices)
            yield from _unknown("of", held.of, self.parents)

    def _actors(self) -> Iterator[tuple[Path, Actor]]:
        return ((path, actor) for path, file in self.files.items() for actor in file.actor)


def _unknown(key: str, value: str, known: Mapping[str, object]) -> Iterator[str]:
    if value not in known:
        what = "office" if key == "office" else "actor"
        close = difflib.get_close_matches(value, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        yield f"{key} = {value!r}, but the list has no {what} of this id{hint}"
