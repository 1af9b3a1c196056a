"""XML from strangers: what can be read is read, and nothing that it refers to is opened or expanded."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from nabra.tasks.documents.charsets import known_charset
from nabra.tasks.errors import DocumentError

AMPERSANDS: Final = re.compile(rb"<!\[CDATA\[|\]\]>|&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
DECLARED: Final = re.compile(
    rb"""\A((?:\xef\xbb\xbf)?\s{0,99}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["'])([^"'<>]*)"""
)


def with_web_charset(content: bytes) -> bytes:
    """The XML with UTF-8 in its declaration for a charset that is none of the web: parsers would take any of Python's.

    UTF-16 is wrong, too, where the declaration can be read without knowing of it, as .NET writes.
    """

    def checked(match: re.Match[bytes]) -> bytes:
        name = known_charset(match[2].decode("latin-1"))
        return match[0] if name and not name.startswith("utf-16") else match[1] + b"utf-8"

    return DECLARED.sub(checked, content)


def parse_xml(content: bytes) -> etree._Element | None:
    """The root of the document, broken places passed over; None where there is no element.

    Raises DocumentError `malformed` where it declares entities: no feed or sitemap needs any, and they are how a few
    lines are made to grow into gigabytes or to name files of this machine.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(_with_plain_ampersands(with_web_charset(content)), parser)
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
    if b"\0" in content:  # UTF-16, where this would tear letters apart
        return content
    in_cdata = False

    def escape(match: re.Match[bytes]) -> bytes:
        nonlocal in_cdata
        if match[0] == b"&":
            return b"&" if in_cdata else b"&amp;"
        in_cdata = match[0] != b"]]>"
        return match[0]

    return AMPERSANDS.sub(escape, content)
