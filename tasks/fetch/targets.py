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

from nabra.tasks.documents.identity import has_credentials, inert
from nabra.tasks.errors import UsageError
from nabra.tasks.fetch.sources import NO_HINTS, ListingHints, Source

ACCEPTED_SUFFIXES: Final = (".txt", ".html", ".htm", ".jsonl", ".csv", ".xml", ".rss", ".atom", ".warc", ".warc.gz")
# Prefect takes half a megabyte of parameters, as JSON.
MAX_ARGUMENTS: Final = 500_000
SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Target:
    """An http(s) address or an absolute path (folder or file), and the id of the source that it belongs to.

    `hints` tell how to read its listings; `delay_seconds` is the pause between its pages where the settings have a
    shorter one.
    """

    address: str
    source: str
    hints: ListingHints = NO_HINTS
    delay_seconds: float = 0.0

    @property
    def path(self) -> Path | None:
        """The path of local input; None for an http(s) address."""
        return None if SCHEME.match(self.address) else Path(self.address)


def targets_from_arguments(arguments: Sequence[str]) -> list[Target]:
    """Targets of the command line, source `cli`. Raises UsageError on what cannot be fetched at all."""
    if len(json.dumps(arguments)) > MAX_ARGUMENTS:
        raise UsageError(
            f"{len(arguments)} inputs are too many to be named one by one; give the folder that holds them"
        )
    return [Target(_checked(argument), "cli") for argument in arguments]


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
