"""Charset: bytes as received to text, judged by what the bytes are more than by what the page claims."""

from __future__ import annotations

import re
from typing import Final

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding, to_unicode

from tasks.errors import DocumentError

WINDOWS_1256: Final = "cp1256"
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


def decode(payload: bytes, declared: str | None, content_type: str | None) -> tuple[str, str]:
    """The text of a payload and the Python name of its charset.

    `declared` is the charset of the HTTP header, `content_type` its media type: the page's own declaration is read
    from HTML only. Order: byte order mark, valid UTF-8, then of the declared charsets, windows-1256, ISO 8859-6 and
    UTF-8 the one that gives the most Arabic and the least damage. Raises DocumentError `not_text`.
    """
    mark, mark_bytes = read_bom(payload)
    if mark is not None and mark_bytes is not None:
        return to_unicode(payload[len(mark_bytes) :], mark), mark
    labels = _labels(payload, declared, content_type)
    if labels and labels[0].startswith(("utf-16", "utf-32")):
        return to_unicode(payload, labels[0]), labels[0]
    _refuse_binary(payload)
    try:
        # Text in another charset is practically never valid UTF-8, so this outranks every label.
        return _undo_double_encoding(payload.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _best(payload, labels)


def arabic_score(text: str) -> float:
    """Share of letters of Arabic words among the characters that tell something, less five times the damaged ones."""
    telling = len(text) - len(NEUTRAL.findall(text))
    arabic = sum(map(len, ARABIC_RUN.findall(text)))
    return (arabic - 5 * len(DAMAGE.findall(text))) / telling if telling else 0.0


def _labels(payload: bytes, declared: str | None, content_type: str | None) -> list[str]:
    resolved = [resolve_encoding(declared) if declared else None]
    if content_type != "text/plain":
        resolved.append(html_body_declared_encoding(payload))
    return [label for label in resolved if label]


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


def _undo_double_encoding(text: str) -> str:
    """Undo one wrong round: UTF-8 that was read as windows-1252 or windows-1256 and written as UTF-8 again."""
    for raw in (_as_cp1252(text), _as_cp1256(text)):
        try:
            repaired = raw.decode("utf-8") if raw else text
        except UnicodeDecodeError:
            continue
        if arabic_score(repaired) > max(MIN_ARABIC_SCORE, arabic_score(text)):
            return repaired
    return text


def _as_cp1252(text: str) -> bytes | None:
    try:
        return bytes(_CP1252_BYTES[character] for character in text)
    except KeyError:
        return None


def _as_cp1256(text: str) -> bytes | None:
    try:
        return text.encode(WINDOWS_1256)
    except UnicodeEncodeError:
        return None
