"""Charset: bytes as received to text, judged by what the bytes are more than by what the page claims."""

from __future__ import annotations

import codecs
import re
from typing import Final

from w3lib.encoding import read_bom, to_unicode

from nabra.tasks.documents.charsets import declared_charset, known_charset
from nabra.tasks.errors import DocumentError

WINDOWS_1256: Final = "cp1256"
UTF16: Final = "utf-16"
# Servers send these by default, whatever the page is written in; Arabic text cannot be written in the Latin ones.
DISTRUSTED: Final = frozenset({"cp1252", "iso8859-1", "latin-1", "ascii", "us-ascii", "iso8859-6"})
# Bytes that no text has: C0 controls but tab, line feed, vertical tab, form feed, carriage return.
CONTROL_BYTES: Final = bytes(set(range(0x20)) - {9, 10, 11, 12, 13} | {0x7F})
MAX_CONTROL_SHARE: Final = 0.05
MIN_ARABIC_SCORE: Final = 0.5
# A letter alone tells nothing: in ISO 8859-6 the accents of French are Arabic letters.
ARABIC_RUN: Final = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]{2,}")
DAMAGE: Final = re.compile("[\u0080-\u009f\ufffd]")
NEUTRAL: Final = re.compile("[\x00-\x7f\u00a0\u00ab\u00bb\u2010-\u2027\u2030-\u203a\u200b-\u200f]")
# Three Arabic letters in UTF-8: in windows-1256 every other one would be a sign.
UTF8_WORD: Final = re.compile(rb"(?:[\xd8-\xdb][\x80-\xbf]){3,}")
ISLAND: Final = re.compile(rb"(?:(?!(?:[\xd8-\xdb][\x80-\xbf]){2})[\x80-\xff])++")
ISLANDS: Final = "windows-1256 islands"


def _read_island(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8: a word in windows-1256, such as و between spaces, or one damaged character."""
    assert isinstance(error, UnicodeDecodeError)
    island = ISLAND.match(error.object, error.start)
    between_spaces = error.object[error.start - 1 : error.start] == b" " == error.object[error.end : error.end + 1]
    if island is None or (len(island[0]) < 2 and not between_spaces):
        return "\ufffd", error.end
    return island[0].decode(WINDOWS_1256), island.end()


codecs.register_error(ISLANDS, _read_island)


def decode(payload: bytes, declared: str | None, content_type: str | None) -> tuple[str, str]:
    """The text of a payload and the Python name of its charset.

    `declared` is the charset of the HTTP header, `content_type` its media type: the page's own declaration is read
    from HTML only. A name that the web does not have declares nothing. Order: byte order mark, valid UTF-8, then of the
    declared charsets, windows-1256, ISO 8859-6 and UTF-8 the one that gives the most Arabic and the least damage. A
    page of UTF-8 with parts in windows-1256 counts as UTF-8, and both are read; UTF-8 that was encoded twice, the page
    or parts of it, is undone once. Raises DocumentError `not_text`.
    """
    mark, mark_bytes = read_bom(payload)
    if mark is not None and mark_bytes is not None:
        return to_unicode(payload[len(mark_bytes) :], mark), mark
    labels = _labels(payload, declared, content_type)
    if labels and labels[0].startswith(UTF16):
        return to_unicode(payload, labels[0]), labels[0]
    _refuse_binary(payload)
    try:
        # Text in another charset is practically never valid UTF-8, so this outranks every label.
        return _undo_double_encoding(payload.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        if UTF8_WORD.search(payload):
            return _undo_double_encoding(payload.decode("utf-8", errors=ISLANDS)), "utf-8"
        return _best(payload, labels)


def arabic_score(text: str) -> float:
    """Share of letters of Arabic words among the characters that tell something, less five times the damaged ones."""
    telling = len(text) - len(NEUTRAL.findall(text))
    arabic = sum(map(len, ARABIC_RUN.findall(text)))
    return (arabic - 5 * len(DAMAGE.findall(text))) / telling if telling else 0.0


def _labels(payload: bytes, declared: str | None, content_type: str | None) -> list[str]:
    named = [known_charset(declared)]
    if content_type != "text/plain":
        named.append(declared_charset(payload))
    # Whatever the label says: in UTF-16 each Latin letter, digit and space has a NUL.
    return [label for label in named if label and (b"\0" in payload or not label.startswith(UTF16))]


def _best(payload: bytes, labels: list[str]) -> tuple[str, str]:
    trusted = [label for label in labels if label not in DISTRUSTED]
    distrusted = [label for label in labels if label in DISTRUSTED]
    candidates = list(dict.fromkeys([*trusted, WINDOWS_1256, "iso8859-6", "utf-8", *distrusted]))
    decoded = [(to_unicode(payload, candidate), candidate) for candidate in candidates]
    # max keeps the first of equals: a trusted label before our guesses.
    best = max(decoded, key=lambda pair: arabic_score(pair[0]))
    if labels and arabic_score(best[0]) < MIN_ARABIC_SCORE:
        return to_unicode(payload, labels[0]), labels[0]
    return best


def _refuse_binary(payload: bytes) -> None:
    if b"\0" in payload:
        raise DocumentError("not_text", "the payload has NUL bytes: a binary file, not an article")
    controls = len(payload) - len(payload.translate(None, CONTROL_BYTES))
    if controls > MAX_CONTROL_SHARE * len(payload):
        raise DocumentError("not_text", f"{controls} of {len(payload)} bytes are control characters: not an article")


# C1 controls stand for their own bytes: so browsers read what windows-1252 leaves undefined, and ISO 8859-1 them all.
_CP1252_BYTES: Final = {bytes([b]).decode("cp1252", errors="ignore"): b for b in range(256)} | {
    chr(b): b for b in range(0x80, 0xA0)
}


_CP1256_BYTES: Final = {bytes([b]).decode(WINDOWS_1256): b for b in range(256)}


def _misread(table: dict[str, int]) -> re.Pattern[str]:
    """Runs of UTF-8 that was read by a table, three Arabic letters at least: words, with what stands between them."""

    def those(first: int, last: int) -> str:
        return "[" + "".join(re.escape(letter) for letter, byte in table.items() if first <= byte <= last) + "]"

    trail = those(0x80, 0xBF)
    letter = those(0xD8, 0xDB) + trail
    sign = f"{those(0xC2, 0xC3)}{trail}|{those(0xE2, 0xE2)}{trail}{trail}"
    between = f"{sign}|[\\x00-\\x7f]{{1,3}}(?={letter}|{sign})"
    # Bounded, since a long run of signs without a letter would be tried from each of them.
    return re.compile(f"(?:{sign}){{0,99}}{letter}(?:(?:{between}){{0,99}}{letter}){{2,}}(?:{between})*")


_MISREAD: Final = tuple((_misread(table), table) for table in (_CP1252_BYTES, _CP1256_BYTES))


def _undo_double_encoding(text: str) -> str:
    """Undo one wrong round, wherever it was made: UTF-8 read as windows-1252 or 1256 and written as UTF-8 again.

    ftfy does so for windows-1252, but does not know 1256.
    """
    for pattern, table in _MISREAD:
        text = pattern.sub(lambda run, table=table: _read_right(run[0], table), text)  # type: ignore[misc]
    return text


def _read_right(run: str, table: dict[str, int]) -> str:
    try:
        return bytes(table[letter] for letter in run).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return run
