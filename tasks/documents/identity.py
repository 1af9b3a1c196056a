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

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.data_files import Entry, read_data_file
from nabra.tasks.errors import DocumentError

PERCENT: Final = re.compile("%[0-9a-fA-F]{2}")
# The schemes of the web; nothing else is the address of a page, in whatever input it stands.
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# RFC 9110, 4.1: what all should support at least.
MAX_ADDRESS_CHARS: Final = 8_000
MAX_SHOWN_CHARS: Final = 200
# Tabs and line breaks are dropped, as browsers do.
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# As https://url.spec.whatwg.org has it, and what cannot be seen.
NO_HOST: Final = re.compile(r"[\s#/<>?@\\^|%\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Tracking(Entry):
    """Query parameters that never choose a page: by name, and by how the name begins (lower case)."""

    prefixes: Annotated[tuple[str, ...], Field(strict=False)]
    names: Annotated[frozenset[str], Field(strict=False)]

    def drops(self, parameter: str) -> bool:
        """True if `name=value` is to be left out."""
        name = parameter.partition("=")[0].lower()
        return name in self.names or name.startswith(self.prefixes)


@cache
def _tracking() -> Tracking:
    """The shipped list. It is no setting, since it takes part in every document id."""
    return read_data_file(CONFIG_FOLDER / "tracking.toml", Tracking)


def canonical_url(url: str) -> str:
    """The address without what does not choose the page: letter case of scheme, host and percent-encoding (WordPress
    writes Arabic slugs in small letters), default port, fragment, tracking parameters. Other parameters keep their
    order, since some sites depend on it. ValueError on what is no http(s) address.
    """
    given = url.strip()
    if len(given) > MAX_ADDRESS_CHARS:
        raise ValueError(f"more than {MAX_ADDRESS_CHARS} characters: {shown(url)}")
    if CONTROL.search(given):
        raise ValueError(f"a control character in {shown(url)}")
    parts = urlsplit(PERCENT.sub(lambda octet: octet[0].upper(), safe_url_string(given)))
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"neither http nor https in {shown(url)}")
    if not host or NO_HOST.search(host):
        raise ValueError(f"no host in the address {shown(url)}")
    netloc = f"[{host}]" if ":" in host else host
    if parts.port and parts.port != DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{parts.port}"
    parameters = [each for each in parts.query.split("&") if each and not _tracking().drops(each)]
    return urlunsplit((scheme, netloc, parts.path or "/", "&".join(parameters), ""))


def accepted_url(url: str, called: str = "the address") -> str:
    """The canonical address of a page that nabra may take, wherever the address comes from.

    Raises DocumentError `refused` where it is of another scheme than http(s) or holds a password, `malformed` where it
    is none; the detail says what the address is `called`.
    """
    scheme = SCHEME.match(url.strip())
    if not url or (scheme and scheme[0][:-1].lower() not in DEFAULT_PORTS):
        raise DocumentError("refused", f"{called} is not an http(s) address: {shown(url)}")
    try:
        if has_credentials(url):
            raise DocumentError("refused", f"{called} holds a user name or password")
        return canonical_url(url)
    except ValueError as error:
        raise DocumentError("malformed", f"{called} is no address: {error}") from error


def shown(text: str) -> str:
    """The start of what a stranger wrote, in quotes, fit for messages: nothing in it acts, nor does a password show."""
    return repr(without_credentials(text)[:MAX_SHOWN_CHARS])


def inert(text: str) -> str:
    """The same without quotes."""
    return shown(text)[1:-1]


def joined(base: str, link: str) -> str:
    """The link as an absolute address; "" for none; what is no address stays as it is, to be named when refused."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def has_credentials(url: str) -> bool:
    """True if the address carries a user name or password (ValueError on a broken address)."""
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


def inert_url(address: str) -> str:
    """What was given as an address and is none, without a password and with all percent-encoded that might act."""
    return quote(without_credentials(address)[:MAX_ADDRESS_CHARS], safe="%/:?#[]@!$&'()*+,;=", errors="replace")


def link_url(listing: str, link: str) -> str:
    """Where a link stands that is no address to go to: `LISTING#LINK`, nothing of which acts."""
    return row_url(listing, inert(link))
