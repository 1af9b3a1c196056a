"""Outlet: whose a document is that is named on the command line alone, as far as it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from nabra.tasks.documents.charsets import declared_charset, known_charset
from nabra.tasks.documents.identity import accepted_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.outcomes import Found
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.sources import source_label
from nabra.tasks.fetch.targets import UNNAMED

# The head of a page; what stands below is about other things.
HEAD_BYTES: Final = 200_000
TAG: Final = re.compile(r"<(?:meta|link)\b([^<>]{1,4000})>", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(r"""(?<![\w:-])([\w:-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def outlet_of(found: Found, payload: Payload) -> str:
    """The name that a page gives its site, else the host of its address, else `cli`."""
    head = dict(_said(payload)) if payload.content_type == "text/html" else {}
    try:
        name = source_label(head.get("og:site_name", ""))
    except DocumentError:  # too long for a name
        name = ""
    return name or _host(head.get("canonical") or head.get("og:url") or "") or _host(found.url) or UNNAMED


def _said(payload: Payload) -> Iterator[tuple[str, str]]:
    """What the head of a page says, the last first, so that in a dict the first counts."""
    head = payload.content[:HEAD_BYTES]
    text = head.decode(known_charset(payload.charset) or declared_charset(head) or "utf-8", "replace")
    for tag in reversed(TAG.findall(text)):
        said = {name.lower(): unescape("".join(values)).strip() for name, *values in ATTRIBUTE.findall(tag)}
        key = said.get("property") or said.get("name") or said.get("rel")
        value = said.get("content") or said.get("href")
        if key and value and "\ufffd" not in value:
            yield key.lower(), value


def _host(address: str) -> str:
    try:
        return (urlsplit(accepted_url(address)).hostname or "").removeprefix("www.")
    except DocumentError:
        return ""
