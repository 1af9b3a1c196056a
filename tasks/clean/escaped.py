"""Texts that were written as something else: HTML in a column of text, signs escaped once too often."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from nabra.tasks.clean.page import plain_text

# Only what is HTML: a text may set other things in angle brackets.
TAG: Final = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|h[1-6]|ul|ol|li|img|table|tbody|tr|td|th|blockquote|font|figure|figcaption"
    r"|iframe|hr|center|section|article|body|html|head|script|style|svg|small|sup|sub)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# Data in an attribute can hold tags.
ATTRIBUTE_DATA: Final = re.compile(r"""=\s*(?:"data:[^"]*"|'data:[^']*')""", re.IGNORECASE)
# What no reader sees begins so, and ends so.
UNSHOWN: Final = re.compile(r"<(script|style|head|svg)\b[^<>]*>|<!--", re.IGNORECASE)
SHOWN_AGAIN: Final = {
    None: re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "svg": re.compile(r"</svg\s*>", re.IGNORECASE),
    "head": re.compile(r"</head\s*>", re.IGNORECASE),
}
REFERENCE: Final = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,7}|#[xX][0-9a-fA-F]{2,6});")
# Not in `C:\new`: in such names small letters follow.
BREAK: Final = re.compile(r"\\r\\n|\\[rn](?![a-z])")
TAB: Final = re.compile(r"\\t(?![a-z])")
# Signs as JSON may write them, and the Arabic ones among them, without which they are something else.
LETTER: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
ARABIC_LETTER: Final = re.compile(r"\\u0[67][0-9a-fA-F]{2}")
MARK: Final = re.compile(r"\\([\"'/])")


def as_meant(text: str) -> str:
    """The text without the tags, references and escapes that somebody left in it."""
    if ARABIC_LETTER.search(text):
        halves = LETTER.sub(lambda letter: chr(int(letter[1], 16)), text)
        text = halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = ATTRIBUTE_DATA.sub('=""', MARK.sub(r"\1", TAB.sub(" ", BREAK.sub("\n", text))))
    if TAG.search(text):
        return plain_text(_shown(text))
    return REFERENCE.sub(lambda reference: unescape(reference[0]), text)


def _shown(text: str) -> str:
    """The text without what no reader sees; what begins so and does not end stays."""
    kept, begin, at = [], 0, 0
    endless: set[str | None] = set()
    while opening := UNSHOWN.search(text, at):
        name = opening[1] and opening[1].lower()
        ending = None if name in endless else SHOWN_AGAIN[name].search(text, opening.end())
        if ending:
            kept.append(text[begin : opening.start()])
            begin = at = ending.end()
        else:
            endless.add(name)
            at = opening.end()
    return " ".join([*kept, text[begin:]])
