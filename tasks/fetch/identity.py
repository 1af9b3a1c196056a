"""Identity of a document: its canonical address and its id, the same in every run and on every machine."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import Annotated, Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pydantic import Field
from w3lib.url import safe_url_string

from config.settings import CONFIG_FOLDER
from tasks.data_files import Entry, read_data_file

PERCENT: Final = re.compile("%[0-9a-fA-F]{2}")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Tracking(Entry):
    """Query parameters that never choose a page: by name, and by how the name begins (lower case)."""

    prefixes: Annotated[tuple[str, ...], Field(strict=False)]
    names: Annotated[frozenset[str], Field(strict=False)]

    def drops(self, parameter: str) -> bool:
        """Whether `name=value` is to be left out."""
        name = parameter.partition("=")[0].lower()
        return name in self.names or name.startswith(self.prefixes)


@cache
def _tracking() -> Tracking:
    """The shipped list. It is no setting, since it takes part in every document id."""
    return read_data_file(CONFIG_FOLDER / "tracking.toml", Tracking)


def canonical_url(url: str) -> str:
    """The address without what does not choose the page: letter case of scheme, host and percent-encoding (WordPress
    writes Arabic slugs in small letters), default port, fragment, tracking parameters. Other parameters keep their
    order, since some sites depend on it. ValueError on no address.
    """
    parts = urlsplit(PERCENT.sub(lambda octet: octet[0].upper(), safe_url_string(url.strip())))
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError(f"no host in the address {url!r}")
    scheme = parts.scheme.lower()
    netloc = f"[{host}]" if ":" in host else host
    if parts.port and parts.port != DEFAULT_PORTS.get(scheme):
        netloc = f"{netloc}:{parts.port}"
    parameters = [each for each in parts.query.split("&") if each and not _tracking().drops(each)]
    return urlunsplit((scheme, netloc, parts.path or "/", "&".join(parameters), ""))


def joined(base: str, link: str) -> str:
    """The link as an absolute address; "" for none; what is no address stays as it is, to be named when refused."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def has_credentials(url: str) -> bool:
    """Whether the address carries a user name or password (ValueError on a broken address)."""
    return "@" in urlsplit(url.strip()).netloc


def without_credentials(url: str) -> str:
    """The address fit for messages and tables: user name and password cut."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"


def document_id(key: str) -> str:
    """32 hex digits for a canonical address, or for a path relative to its folder (`news/a.txt`, `rows.jsonl#17`)."""
    # One file name has two spellings: macOS decomposes letters, others do not.
    composed = unicodedata.normalize("NFC", key)
    return hashlib.sha256(composed.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def row_url(file_url: str, row_id: str) -> str:
    """Address of a row of a file that has no address of its own: `file://…#ID`."""
    return f"{file_url}#{quote(row_id, safe='', errors='surrogateescape')}"
