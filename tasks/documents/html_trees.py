"""Trees of HTML, whole however deep a page nests its elements."""

from __future__ import annotations

import re
from typing import Final

from lxml.etree import ErrorTypes
from lxml.html import HtmlElement, HTMLParser, document_fromstring

# What pages forget to close by the hundred, and what stands between paragraphs. lxml leaves out what lies below 256
# elements; as a huge tree it may be deeper, which those who walk through it do not bear.
INLINE: Final = re.compile(rb"</?(?:font|b|i|u|s|em|strong|span|small|big|tt|nobr)\b[^<>]*>", re.IGNORECASE)
BLOCKS: Final = re.compile(
    rb"(?:</?(?:div|center|section|article|blockquote|table|tbody|tr|td|th|ul|ol|li|dl|dt|dd)\b[^<>]*>\s*+)++",
    re.IGNORECASE,
)
ALL: Final = re.compile(rb"(?:</?\w[^<>]*>\s*+)++")


def parse_html(page: bytes, *, bare: bool = False) -> HtmlElement:
    """The tree of a page in UTF-8; `bare`: without comments and processing instructions.

    A page nested too deep is read without the elements that only say how it looks. Raises what lxml raises.
    """
    tree, is_whole = _parsed(page, bare=bare)
    for pattern, instead in ((INLINE, b""), (BLOCKS, b"<br>"), (ALL, b"<br>")):
        if not is_whole:
            page = pattern.sub(instead, page)
            tree, is_whole = _parsed(page, bare=bare)
    return tree


def _parsed(page: bytes, *, bare: bool) -> tuple[HtmlElement, bool]:
    """The tree, and whether all of the page is in it."""
    parser = HTMLParser(encoding="utf-8", remove_comments=bare, remove_pis=bare)
    # As bytes, since lxml refuses text that declares a charset.
    tree = document_fromstring(page, parser=parser)
    return tree, all(error.type != ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
