"""Whom a stretch of an article names, by the rows of `mentions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Identity(NamedTuple):
    """The name of an entity, and its number in the article; None where no mention says who it is."""

    name: str
    entity: int | None


class MentionedSpans:
    """The mentions of one article, asked for by place and by words."""

    def __init__(self, mentions: Sequence[Row]) -> None:
        self._mentions = sorted(mentions, key=lambda row: row["start"])

    def at(self, part: str, start: int, end: int, words: str) -> Identity:
        """Who the one is whom `[start, end)` of the part names, `words` by name where no mention tells.

        What the stretch begins with goes before what it goes on with: of `المتحدث باسم التحالف` that is the spokesman.
        But a person by name goes before his title.
        """
        inside = [row for row in self._mentions if row["part"] == part and row["start"] < end and start < row["end"]]
        people = [row for row in inside if row["type"] == "PER" and row["kind"] == "name"]
        leading = [row for row in inside[:1] if row["start"] <= start + 1 and row["kind"] != "adjective"]
        named = [row for row in leading if row["kind"] == "name"]
        return next((_identity(row) for row in (*named, *people, *leading)), Identity(words, None))

    def called(self, words: str) -> Identity:
        """Who the one of this name is: of the mention with these words, or in them."""
        same = [row for row in self._mentions if row["text"] == words]
        inside = [row for row in self._mentions if row["kind"] == "name" and row["text"] in words]
        return next((_identity(row) for row in (*same, *inside)), Identity(words, None))


def _identity(row: Row) -> Identity:
    return Identity(row["name"], row["entity"])
