"""Whom a stretch of an article names: the mention that counts of those in it."""

from __future__ import annotations

from collections.abc import Sequence

from nabra.tasks.actors.entities import Placed


def counting(mentions: Sequence[Placed], part: str, start: int, end: int) -> Placed | None:
    """The mention that says who the one is whom `[start, end)` of the part names; None where none does.

    A person by name goes before his title, and what the stretch begins with before what it goes on with: of
    `المتحدث باسم التحالف` that is the spokesman.
    """
    inside = [one for one in mentions if one.part == part and one.start < end and start < one.end]
    inside.sort(key=lambda one: one.start)
    if not inside:
        return None
    first = inside[0]
    if first.kind == "name" and first.start <= start + 1:
        return first
    people = [one for one in inside if one.type == "PER" and one.kind == "name"]
    if people:
        return people[0]
    return first if first.start <= start + 1 and first.kind != "adjective" else None
