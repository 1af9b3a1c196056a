"""Local input: folders, text and HTML files, files of rows, feed files."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tasks.errors import DocumentError
from tasks.fetch.feeds import FeedItem
from tasks.fetch.fetched import Found, Payload, Refused, refused
from tasks.fetch.identity import document_id
from tasks.fetch.listings import AS_IT_SHOWS, ListingReader, Reading
from tasks.fetch.rows import find_rows
from tasks.fetch.targets import ACCEPTED_SUFFIXES, suffix
from tasks.fetch.warc import find_records

log = logging.getLogger(__name__)

MEDIA_TYPES: Final = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}
ROW_SUFFIXES: Final = (".jsonl", ".csv")
ARCHIVE_SUFFIXES: Final = (".warc", ".warc.gz")


@dataclass(frozen=True)
class WebLink:
    """An http(s) link of a local feed, to be fetched from the web."""

    item: FeedItem


@dataclass(frozen=True)
class LocalInput:
    """How to read local input: the source's id, the most bytes of a payload, and how the source's listings are read."""

    source: str
    max_bytes: int
    listings: ListingReader
    reading: Reading = AS_IT_SHOWS

    def find(self, path: Path) -> Iterator[Found | Refused | WebLink]:
        """Every document of a folder (files sorted by path) or of one file; see `ACCEPTED_SUFFIXES`."""
        if not path.exists():
            yield refused(path.as_uri(), self.source, "unreadable", "no such file or folder")
            return
        if not path.is_dir():
            yield from self._file(path, path.parent)
            return
        root, is_empty = path.resolve(), True
        for file in _walk(root):
            if not file.resolve().is_relative_to(root):
                yield refused(file.as_uri(), self.source, "refused", "a symbolic link that leaves the folder")
            elif suffix(file) in ACCEPTED_SUFFIXES:
                is_empty = False
                yield from self._file(file, root)
            else:
                log.info("%s left out: accepted are %s", file, ", ".join(ACCEPTED_SUFFIXES))
        if is_empty:
            accepted = ", ".join(ACCEPTED_SUFFIXES)
            yield refused(
                path.as_uri(), self.source, "empty", f"no file in the folder that is read; accepted: {accepted}"
            )

    def _file(self, path: Path, root: Path) -> Iterator[Found | Refused | WebLink]:
        kind = suffix(path)
        try:
            if self.reading.kind == "urls":
                yield from self._addresses(path)
            elif kind in MEDIA_TYPES:
                yield self._page(path, root)
            elif kind in ARCHIVE_SUFFIXES:
                yield from find_records(path, self.source, self.max_bytes)
            elif kind in ROW_SUFFIXES:
                key = path.relative_to(root).as_posix()
                yield from find_rows(path, key, self.source, self.max_bytes)
            elif kind in ACCEPTED_SUFFIXES:
                yield from self._feed(path, root)
            else:
                accepted = ", ".join(ACCEPTED_SUFFIXES)
                yield refused(path.as_uri(), self.source, "refused", f"no kind of file that is read: {accepted}")
        except DocumentError as error:
            yield refused(path.as_uri(), self.source, error.reason, error.detail)
        except OSError as error:
            yield refused(path.as_uri(), self.source, "unreadable", f"cannot open the file: {error.strerror}")

    def _page(self, path: Path, root: Path, item: FeedItem | None = None) -> Found:
        return Found(
            document_id(path.relative_to(root).as_posix()),
            path.as_uri(),
            self.source,
            load=lambda: Payload(read_bytes(path, self.max_bytes), MEDIA_TYPES[path.suffix.lower()]),
            hint_title=item.hint_title if item else None,
            hint_published_at=item.published_at if item else None,
        )

    def _addresses(self, path: Path) -> Iterator[Refused | WebLink]:
        """A file with an address of the web on each line; empty lines and those that begin with # say nothing."""
        lines = read_bytes(path, self.max_bytes).decode("utf-8-sig", errors="replace").splitlines()
        for number, address in enumerate(map(str.strip, lines), start=1):
            if address.lower().startswith(("http://", "https://")):
                yield WebLink(FeedItem(address, None, None))
            elif address and not address.startswith("#"):
                yield refused(f"{path.as_uri()}:{number}", self.source, "malformed", "the line is no http(s) address")

    def _feed(self, path: Path, root: Path) -> Iterator[Found | Refused | WebLink]:
        content = read_bytes(path, self.max_bytes)
        listing = self.listings.read(Payload(content), path.as_uri(), self.reading)
        if listing is None:
            raise DocumentError("malformed", "not an RSS, Atom or RDF feed and not a sitemap")
        if listing.sitemaps:
            raise DocumentError(
                "refused", "an index of sitemaps; give its http(s) address, so that they can be fetched"
            )
        for number, item in enumerate(listing.pages, start=1):
            if item.link.startswith(("http://", "https://")):
                yield WebLink(item)
                continue
            try:
                yield self._page(_linked_file(item.link, path), root, item)
            except DocumentError as error:
                where = item.link or f"{path.as_uri()}:item {number}"
                yield refused(where, self.source, error.reason, error.detail)


def read_bytes(path: Path, max_payload_bytes: int) -> bytes:
    """The file's bytes. Raises DocumentError `unreadable`, `empty` or `too_large`."""
    try:
        with path.open("rb") as file:
            content = file.read(max_payload_bytes + 1)
    except OSError as error:
        raise DocumentError("unreadable", f"cannot open the file: {error.strerror}") from error
    if not content:
        raise DocumentError("empty", "the file is empty")
    if len(content) > max_payload_bytes:
        raise DocumentError("too_large", f"the file has more than {max_payload_bytes} bytes")
    return content


def _linked_file(link: str, feed: Path) -> Path:
    """The page that a local feed links to; DocumentError where the link leaves the feed's folder."""
    if not link:
        raise DocumentError("malformed", "the feed's item has no link")
    parts = urlsplit(link)
    if parts.scheme != "file" or parts.netloc:
        raise DocumentError("refused", "a local feed may link to http(s) addresses and to files beside it")
    path = Path(url2pathname(parts.path))
    if not path.resolve().is_relative_to(feed.parent.resolve()):
        raise DocumentError("refused", "the link leaves the folder of the feed")
    if path.suffix.lower() not in MEDIA_TYPES:
        raise DocumentError("refused", f"a local feed may link to {', '.join(MEDIA_TYPES)} files")
    return path


def _walk(root: Path) -> Iterator[Path]:
    """Files below `root` in a fixed order; hidden ones left out, links to folders not followed."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(folder, name)
