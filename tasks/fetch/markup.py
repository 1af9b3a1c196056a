"""XML from strangers: what can be read is read, and nothing that it refers to is opened or expanded."""

from __future__ import annotations

import codecs
import re
from typing import Final

from lxml import etree

from nabra.tasks.documents.charsets import known_charset
from nabra.tasks.errors import DocumentError

AMPERSANDS: Final = re.compile(rb"<!\[CDATA\[|\]\]>|&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
FIRST_ELEMENT: Final = re.compile(
    rb"(?:[^<]++|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>|<![^\[<>]*+(?:\[[^\]]*+\]\s*+)?>)*+<([A-Za-z_][\w.:-]*+)",
    re.DOTALL,
)
DECLARED: Final = re.compile(
    rb"""\A((?:\xef\xbb\xbf)?\s{0,99}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["'])([^"'<>]*)"""
)


# Numbers of signs, however often the ampersand was escaped; some leave out the semicolon.
REFERENCES: Final = re.compile(rb"(?:&(?:amp;){0,3}#(?:\d+|[xX][0-9a-fA-F]+);?)+")
REFERENCE: Final = re.compile(rb"&((?:amp;)*)#(\d+|[xX][0-9a-fA-F]+);?")
# What XML may not hold, in UTF-8.
CONTROLS: Final = bytes(set(range(0x20)) - {9, 10, 13})
MAX_DIGITS: Final = 10


def first_element(content: bytes) -> bytes:
    """The name of the first element of XML or HTML in small letters; empty where there is none.

    What stands before it, comments of any length and declarations, is passed over, and so is what stands in these.
    """
    text = content.replace(b"\0", b"") if content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")) else content
    found = FIRST_ELEMENT.match(text)
    return found[1].lower() if found else b""


def clean_xml(content: bytes) -> bytes:
    """The XML in UTF-8, with that in its declaration, and without references and signs that no text can hold.

    Its charset is the one its bytes show, then the declared one, if that is one of the web.
    """
    text = _text(content).encode("utf-8", "replace")
    return REFERENCES.sub(_readable, DECLARED.sub(rb"\1utf-8", text).translate(None, CONTROLS))


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    for errors in ("strict", "surrogatepass"):  # Java writes emoji as two halves
        try:
            halves = content.decode("utf-8-sig", errors).encode("utf-16", "surrogatepass")
            return halves.decode("utf-16", "replace")
        except UnicodeDecodeError:
            continue
    declared = DECLARED.match(content)
    name = known_charset(declared[2].decode("latin-1")) if declared else None
    return content.decode(name if name and not name.startswith("utf-16") else "utf-8", "replace")


def _readable(run: re.Match[bytes]) -> bytes:
    """References as they are, but a pair of surrogates as the one sign that it means; those of no sign are left out."""
    out, high = bytearray(), 0
    for amps, number in REFERENCE.findall(run[0]):
        code = _code(number)
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + (high - 0xD800) * 0x400 + code - 0xDC00
        high = code if 0xD800 <= code < 0xDC00 else 0
        if is_sign(code):
            # Escaped twice, they would be shown as they are written.
            out += chr(code).encode() if amps and code > 0x7F else b"&%s#%d;" % (amps, code)
    return bytes(out)


def _code(number: bytes) -> int:
    digits = number.lstrip(b"xX0")
    return int(digits or b"0", 16 if number[:1] in b"xX" else 10) if len(digits) <= MAX_DIGITS else -1


def is_sign(code: int) -> bool:
    """True if XML may hold the sign of this number."""
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def parse_xml(content: bytes) -> etree._Element | None:
    """The root of the document, broken places passed over; None where there is no element.

    Raises DocumentError `malformed` where it declares entities: no feed or sitemap needs any, and they are how a few
    lines are made to grow into gigabytes or to name files of this machine.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(_with_plain_ampersands(clean_xml(content)), parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        return None
    # With `recover`, lxml gives None for what holds no element.
    document_type = root.getroottree().docinfo.internalDTD if root is not None else None
    if document_type is not None and document_type.entities():
        raise DocumentError("malformed", "the XML declares entities, which nabra does not expand")
    return root


def _with_plain_ampersands(content: bytes) -> bytes:
    """The content with the bare `&` of addresses escaped, which lxml would drop with the word after it."""
    in_cdata = False

    def escape(match: re.Match[bytes]) -> bytes:
        nonlocal in_cdata
        if match[0] == b"&":
            return b"&" if in_cdata else b"&amp;"
        in_cdata = match[0] != b"]]>"
        return match[0]

    return AMPERSANDS.sub(escape, content)
