"""What a report shows of others' texts is inert: no character of theirs turns what is read around it.

Escaping is the templates' work; this is about characters that would act by themselves. Each becomes one replacement
character, so that offsets stay true.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

# Controls but tab and line feed; marks that change the direction, isolate, or end a line.
_ACTING: Final = {
    code: "\ufffd"
    for first, last in ((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0x2028, 0x202E), (0x2066, 0x2069))
    for code in range(first, last + 1)
}


def inert(text: str) -> str:
    """The text with replacement characters for those that act."""
    return text.translate(_ACTING)


def link(url: str) -> str:
    """An address that a reader may click; empty for all but http(s), local files among them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return inert(url) if parts.scheme in ("http", "https") and parts.netloc else ""
