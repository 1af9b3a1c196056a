"""Sources: the outlets, folders and archives that a run without arguments fetches, data in `config/sources.toml`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from nabra.tasks.data_files import Entry, read_data_file, refuse_repeated_ids
from nabra.tasks.documents.identity import has_credentials, shown
from nabra.tasks.errors import DocumentError

Kind = Literal["feed", "sitemap", "news-sitemap", "list", "urls", "folder", "warc"]
LOCAL_KINDS: Final = ("folder", "warc")
SCHEMES: Final = ("http", "https", "file")
MAX_ID_CHARS: Final = 64
MAX_NAME_CHARS: Final = 200  # before it has the form of an id


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no zone of the IANA list; write it like Africa/Cairo") from error
    return name


def _checked_selector(selector: str) -> str:
    from lxml.cssselect import CSSSelector, SelectorError  # few sources have one

    try:
        CSSSelector(selector, translator="html")
    except SelectorError as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error
    return selector


def _checked_address(address: str) -> str:
    scheme, separator, _ = address.partition("://")
    if separator and scheme.lower() not in SCHEMES:
        raise ValueError(f"an address has the scheme {scheme}; allowed: {', '.join(SCHEMES)}, or a path")
    if separator and has_credentials(address):
        raise ValueError("an address holds a user name or password; nabra fetches public pages only")
    if not address or (separator and scheme.lower() != "file" and not urlsplit(address).hostname):
        raise ValueError(f"{address!r} is no address; write it like https://example.org/feed")
    return address


Address = Annotated[str, AfterValidator(_checked_address)]
Selector = Annotated[str, AfterValidator(_checked_selector)]
Zone = Annotated[str, AfterValidator(_checked_zone)]


class Source(Entry):
    """One source; the keys are explained in `config/sources.toml`. `id` goes into every table.

    After loading, `addresses` are http(s) or file addresses and absolute paths.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=MAX_ID_CHARS)
    name: str = Field(min_length=1)
    kind: Kind
    addresses: list[Address] = Field(min_length=1)
    enabled: bool
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    zone: Zone | None = None
    delay_seconds: float = Field(0.0, ge=0)
    link: Selector | None = None
    keep: list[Selector] = Field(default_factory=list)
    drop: list[Selector] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Source:
        local = [not _is_web(address) for address in self.addresses]
        if self.kind in LOCAL_KINDS and not all(local):
            raise ValueError(f"kind {self.kind} takes paths, not addresses of the web")
        if self.kind == "list" and any(local):
            raise ValueError("kind list takes addresses of the web, not paths")
        if self.link is not None and self.kind != "list":
            raise ValueError(f"link finds the articles of kind list; kind {self.kind} has no use for it")
        return self


class SourceFile(Entry):
    """A file of sources."""

    source: list[Source] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_each_id_once(self) -> SourceFile:
        refuse_repeated_ids("sources", (source.id for source in self.source))
        return self


@dataclass(frozen=True)
class ListingHints:
    """What a source says of its listings.

    `kind` is what they are; None where their content shows it. `link` is the CSS selector of the article links of a
    list page, `zone` that of times written without one.
    """

    kind: Kind | None = None
    link: str | None = None
    zone: str | None = None


NO_HINTS: Final = ListingHints()


def load_sources(path: Path) -> list[Source]:
    """The sources of a TOML file of `[[source]]` tables, in its order; relative paths are meant from beside the file.

    Raises ConfigError naming the file, the source, the key and what is allowed.
    """
    sources = read_data_file(path, SourceFile).source
    return [s.model_copy(update={"addresses": [_absolute(path.parent, a) for a in s.addresses]}) for s in sources]


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _absolute(folder: Path, address: str) -> str:
    return address if "://" in address else str((folder / Path(address).expanduser()).resolve())


def source_label(name: str) -> str:
    """What a row calls its source, in a form that acts nowhere: an id, or words of any script, as `BBC News عربي`.

    All but letters, digits and what stands in ids is a space. "" for nothing; DocumentError `malformed` where the name
    is longer than an id, or has neither letter nor digit.
    """
    kept = (each if each in "_-." or unicodedata.category(each)[0] in "LMN" else " " for each in name[:MAX_NAME_CHARS])
    label = " ".join("".join(kept).split()).strip("_-. ")
    if len(name) > MAX_NAME_CHARS or len(label) > MAX_ID_CHARS:
        raise DocumentError("malformed", f"`source` has more than {MAX_ID_CHARS} characters: {shown(name)}")
    if name.strip() and not label:
        raise DocumentError("malformed", f"`source` has neither letter nor digit: {shown(name)}")
    return label
