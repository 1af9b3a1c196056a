"""Repair of feeds: what is broken in one item must not cost the others."""

from __future__ import annotations

import re
from typing import Final

# Elements of an item that hold no other of these.
FIELDS: Final = (
    rb"title|link|description|summary|content(?::encoded)?|guid|id|pubDate|published|updated|dc:date|category"
)
TOKEN: Final = re.compile(
    # Of two sections that open, the first is never closed.
    rb"(?P<whole><!\[CDATA\[(?:(?!<!\[CDATA\[).)*?\]\]>|<!--(?:(?!<!--).)*?-->)"
    rb"|(?P<open><!\[CDATA\[|<!--)"
    rb"|<(?P<end>/?)(?P<name>item|entry|" + FIELDS + rb")(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?(?P<empty>/?)>",
    re.DOTALL,
)
ITEMS: Final = (b"item", b"entry")
# A part of these is worth nothing.
ALL_OR_NOTHING: Final = (b"link", b"guid", b"id", b"pubDate", b"published", b"updated", b"dc:date")


def with_closed_elements(feed: bytes) -> bytes:
    """The feed with each item, and each element of an item, closed before the next begins.

    An address or time in which the feed breaks off is cut.
    """
    repair = _Repair()
    position = 0
    for token in TOKEN.finditer(feed):
        repair.out += feed[position : token.start()]
        repair.take(token)
        position = token.end()
    repair.out += feed[position:]
    repair.end()
    return bytes(repair.out)


class _Repair:
    """The feed as far as it is repaired, and which item and field of it are open."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._item: bytes | None = None
        self._field: bytes | None = None
        self._begun = 0  # where the field begins

    def take(self, token: re.Match[bytes]) -> None:
        """Go on with a section or tag."""
        name = token["name"]
        if token["whole"] or (name and name not in ITEMS and self._item is None):
            self.out += token[0]
        elif name in ITEMS:
            self._close_item()
            if not token["end"]:
                self._item = name
                self.out += token[0]
        elif name and token["end"]:
            self._close_field()
        elif name:
            self._close_field()
            self._begin_field(token)

    def _begin_field(self, token: re.Match[bytes]) -> None:
        self._begun = len(self.out)
        self._field = None if token["empty"] else token["name"]
        self.out += token[0]

    def _close_field(self) -> None:
        if self._field:
            self.out += b"</" + self._field + b">"
        self._field = None

    def _close_item(self) -> None:
        self._close_field()
        if self._item:
            self.out += b"</" + self._item + b">"
        self._item = None

    def end(self) -> None:
        """Close what is open where the feed breaks off."""
        if self._field in ALL_OR_NOTHING:
            del self.out[self._begun :]
            self._field = None
        self._close_item()
