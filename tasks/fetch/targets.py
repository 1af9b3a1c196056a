"""Targets: what one run has to fetch, from the command line or from the sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from nabra.tasks.documents.identity import accepted_url, has_credentials, inert, inert_url
from nabra.tasks.errors import DocumentError, UsageError
from nabra.tasks.fetch.sources import NO_HINTS, ListingHints, Source, source_label

ROW_SUFFIXES: Final = (
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods",
)  # fmt: skip
ACCEPTED_SUFFIXES: Final = (".txt", ".html", ".htm", *ROW_SUFFIXES, ".xml", ".rss", ".atom", ".warc", ".warc.gz")
# The columns of rows, see `local.columns`.
COLUMN_NAMES: Final = ("url", "id", "text", "html", "title", "published_at", "source")
# The source of what the command line names, where nothing says whose it is.
UNNAMED: Final = "cli"
# Prefect takes half a megabyte of parameters, as JSON.
MAX_ARGUMENTS: Final = 500_000
SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Target:
    """An http(s) address or an absolute path (folder or file), and the id of the source that it belongs to.

    `hints` tell how to read its listings; `delay_seconds` is the pause between its pages where the settings have a
    shorter one; `columns` what files of rows call nabra's columns.
    """

    address: str
    source: str
    hints: ListingHints = NO_HINTS
    delay_seconds: float = 0.0
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> Path | None:
        """The path of local input; None for an http(s) address."""
        return None if SCHEME.match(self.address) else Path(self.address)

    @property
    def url(self) -> str:
        """The address by which rows name it."""
        if self.path is not None:
            return self.path.as_uri()
        try:
            return accepted_url(self.address)
        except DocumentError:
            return inert_url(self.address)


def targets_from_arguments(arguments: Sequence[str], source: str = UNNAMED) -> list[Target]:
    """Targets of the command line. Raises UsageError on what cannot be fetched at all, or called so."""
    named = _checked_source(source)
    if len(json.dumps(arguments)) > MAX_ARGUMENTS:
        raise UsageError(
            f"{len(arguments)} inputs are too many to be named one by one; give the folder that holds them"
        )
    return [Target(_checked(argument), named) for argument in arguments]


def parsed_columns(given: Iterable[str]) -> dict[str, str]:
    """Columns of `text=body,published_at=date`, by nabra's names. Raises UsageError."""
    columns: dict[str, str] = {}
    for pair in (pair for one in given for pair in one.split(",")):
        name, separator, column = (part.strip() for part in pair.partition("="))
        if not separator or not column or name not in COLUMN_NAMES:
            allowed = ", ".join(COLUMN_NAMES)
            raise UsageError(f"--map {inert(pair)}: write it like text=body; before = stands one of: {allowed}")
        columns[name] = column
    return columns


def _checked_source(source: str) -> str:
    try:
        label = source_label(source)
    except DocumentError as error:
        raise UsageError(f"--source {inert(source)}: {error.detail}") from error
    if not label:
        raise UsageError("--source: an empty name; write the outlet's, such as bbc_arabic")
    return label


def targets_from_sources(sources: Iterable[Source]) -> list[Target]:
    """Targets of the enabled sources, in their order."""
    return [target for source in sources if source.enabled for target in targets_of(source)]


def targets_of(source: Source) -> list[Target]:
    """The addresses of a source as targets."""
    hints = ListingHints(source.kind, source.link, source.zone)
    return [Target(_local(address), source.id, hints, source.delay_seconds) for address in source.addresses]


def suffix(path: Path) -> str:
    """The end of a file's name that tells its kind, in lower case: `.html`, `.warc.gz`."""
    name = path.name.lower()
    return ".warc.gz" if name.endswith(".warc.gz") else path.suffix.lower()


def _checked(argument: str) -> str:
    if not argument.strip():
        raise UsageError("an empty name among the inputs; write . for the current folder")
    if any("\ud800" <= letter <= "\udfff" for letter in argument):  # so Python gives bytes that are no UTF-8
        raise UsageError(f"{inert(argument)}: the name is no UTF-8; give the folder that holds it")
    scheme = SCHEME.match(argument)
    if scheme and scheme[1].lower() in ("http", "https"):
        return _checked_address(argument)
    if scheme and scheme[1].lower() != "file":
        raise UsageError(f"{inert(argument)}: cannot fetch the scheme {scheme[1]}; give http, https or file")
    try:
        path = Path(_local(argument)).expanduser()
        is_there, is_folder = path.exists(), path.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, no such home, half an address
        said = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{inert(argument)}: cannot be read: {said}") from error
    if not is_there:
        raise UsageError(f"{inert(argument)}: no such file or folder; give a path that exists or an http(s):// address")
    if not is_folder and suffix(path) not in ACCEPTED_SUFFIXES:
        raise UsageError(f"{inert(argument)}: cannot read this kind of file; accepted: {', '.join(ACCEPTED_SUFFIXES)}")
    return str(path.absolute())


def _checked_address(address: str) -> str:
    try:
        credentials, host = has_credentials(address), urlsplit(address).hostname
    except ValueError as error:
        raise UsageError(f"{inert(address)}: not an address: {error}") from error
    if credentials:
        raise UsageError(
            f"{inert(address)}: given with a user name or password; nabra fetches public pages only: leave them out"
        )
    if not host:
        raise UsageError(f"{inert(address)}: no host in the address; write it like https://example.org/news")
    return address


def _local(address: str) -> str:
    """`file://` addresses as paths, everything else unchanged."""
    scheme = SCHEME.match(address)
    if not scheme or scheme[1].lower() != "file":
        return address
    parts = urlsplit(address)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(f"{inert(address)}: names another machine; write file:///path")
    return url2pathname(parts.path)
