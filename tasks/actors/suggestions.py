"""Actors that articles name often and no list has, as entries of a list to paste and correct."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nabra.tasks.actors.name_words import Words, name_words, surnames_of
from nabra.tasks.actors.profiles import PERSON

Row = Mapping[str, Any]
_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_SUGGESTED: Final = (PERSON, "organisation")  # places and things take no sides
_MOST_ALIASES: Final = 5


@dataclass(frozen=True)
class Suggestion:
    """An entry for a list: `names` are in the order of their use, the usual one first."""

    actor_id: str
    actor: Row
    names: Sequence[str]

    def toml(self) -> str:
        """The entry, with what was found as a comment where it is for the user to decide."""
        is_person = self.actor["kind"] == PERSON
        lines = [
            f"# {self.actor['articles']} articles" + (f"; {self.actor['role']}" if self.actor["role"] else ""),
            "[[person]]" if is_person else "[[actor]]",
            f"id = {_quoted(self.actor_id)}",
            *([] if is_person else [f"kind = {_quoted('organisation')}"]),
            f"name = {_quoted(self.names[0])}",
            f"latin = {_quoted(self.actor['latin'])}",
        ]
        if aliases := self.names[1 : _MOST_ALIASES + 1]:
            lines.append(f"aliases = [{', '.join(map(_quoted, aliases))}]")
        if self.actor["side_id"]:
            lines.append(f"{'side' if is_person else 'parent'} = {_quoted(self.actor['side_id'])}")
        return "\n".join(lines) + "\n"


def suggestions(
    actors: Iterable[Row], names: Mapping[str, Sequence[str]], taken: Collection[str], least: int
) -> Iterator[Suggestion]:
    """The actors that are in no list and in so many articles at least, those of most articles first.

    `names` are the names of each actor in the order of their use; `taken` are the ids of the lists. People whom no
    article names in full are left out: a list wants full names.
    """
    used = set(taken)
    found = (row for row in actors if row["known_by"] == "found" and row["kind"] in _SUGGESTED)
    for row in sorted(found, key=lambda row: (-row["articles"], row["actor_id"])):
        wanted = _names(row, names.get(row["actor_id"], ()))
        if row["articles"] >= least and wanted:
            suggested = _free_id(row, used)
            used.add(suggested)
            yield Suggestion(suggested, row, wanted)


def _names(row: Row, names: Sequence[str]) -> list[str]:
    """Its usual name and others that a list can have, each in one spelling."""
    full = [name for name in (row["name"], *names) if row["kind"] != PERSON or surnames_of(name)]
    spelled: dict[Words, str] = {}
    for name in full:
        spelled.setdefault(name_words(name), name)
    return list(spelled.values())


def _free_id(row: Row, used: Collection[str]) -> str:
    letters = _LETTERS.sub("_", row["latin"].lower()).strip("_") or "actor"
    stem = letters if letters[0].isalpha() else f"a_{letters}"
    stem = f"{PERSON}:{stem}" if row["kind"] == PERSON else stem
    numbered = (stem if number == 1 else f"{stem}_{number}" for number in range(1, len(used) + 2))
    return next(name for name in numbered if name not in used)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # of a name, also what TOML calls a string
