"""Charsets that the web has. Python knows codecs besides them that unpack, escape, or take quadratic time."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, Final

from w3lib.encoding import html_body_declared_encoding, resolve_encoding

# Python's names of the encodings of https://encoding.spec.whatwg.org, those that w3lib takes instead among them.
WEB_CODECS: Final = frozenset(
    {f"cp{page}" for page in (866, 874, 932, 949, *range(1250, 1259))}
    | {f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"utf-8", "utf-16", "utf-16-be", "utf-16-le", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"}
    | {"gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "shift_jis", "euc_kr"}
)
LABEL: Final = re.compile(r"[A-Za-z0-9_.:-]{1,40}")

# Of tables that say no charset: those in which Arabic was written before UTF-8.
ARABIC_CODECS: Final = ("cp1256", "iso8859-6", "mac_arabic", "cp720")
ARTICLE: Final = "ال"
UTF8_ARTICLE: Final = ARTICLE.encode()
SNIFFED_BYTES: Final = 262_144
FIRST_BYTES: Final = 32
MIN_NUL_SHARE: Final = 4


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


def table_charset(file: BinaryIO) -> str:
    """Python's name of the charset of a file of rows, by its start: its mark, its NULs, the Arabic article in it.

    A file of UTF-8 with some damaged rows is one of UTF-8. Leaves the file at its start.
    """
    start = file.read(SNIFFED_BYTES)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Beside each Latin letter, digit and comma, of which a first line has many; one alone is damage.
    if start[:FIRST_BYTES].count(0) * MIN_NUL_SHARE > len(start[:FIRST_BYTES]):
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    articles = {codec: start.decode(codec, "ignore").count(ARTICLE) for codec in ARABIC_CODECS}
    best = max(ARABIC_CODECS, key=lambda codec: articles[codec])
    return best if articles[best] > start.count(UTF8_ARTICLE) else "utf-8-sig"
