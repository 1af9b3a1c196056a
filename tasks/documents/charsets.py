"""Charsets that the web has. Python knows codecs besides them that unpack, escape, or take quadratic time."""

from __future__ import annotations

import re
from typing import Final

from w3lib.encoding import html_body_declared_encoding, resolve_encoding

# Python's names of the encodings of https://encoding.spec.whatwg.org, those that w3lib takes instead among them.
WEB_CODECS: Final = frozenset(
    {f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))}
    | {f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"utf-8", "utf-16", "utf-16-be", "utf-16-le", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"}
    | {"gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr"}
)
LABEL: Final = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


def known_charset(label: str | None) -> str | None:
    """Python's name of the charset that a label stands for; None where it stands for none of the web."""
    if label is None or not LABEL.fullmatch(label.strip()):
        return None
    name: str | None = resolve_encoding(label.strip())
    return name if name in WEB_CODECS else None


def declared_charset(content: bytes) -> str | None:
    """Python's name of the charset that a page, or an XML declaration, says it is in; None as for `known_charset`."""
    name: str | None = html_body_declared_encoding(content)
    return name if name in WEB_CODECS else None
