"""Local input: folders, text and HTML files, files of rows, archives, feed files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, filterfalse
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from nabra.config.settings import FetchSettings
from nabra.tasks.documents.identity import document_id, inert, link_url
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.guard import guarded, guarded_all
from nabra.tasks.fetch.listings.feeds import FeedItem
from nabra.tasks.fetch.listings.json_feeds import is_json_feed
from nabra.tasks.fetch.listings.reader import ListingReader
from nabra.tasks.fetch.local.columns import ColumnNames
from nabra.tasks.fetch.local.folders import walk
from nabra.tasks.fetch.local.opening import open_file, read_bytes
from nabra.tasks.fetch.local.rows import RowFile
from nabra.tasks.fetch.outcomes import Found, LeftOut, Rejected, rejected
from nabra.tasks.fetch.payload import Payload
from nabra.tasks.fetch.sources import NO_HINTS, ListingHints
from nabra.tasks.fetch.targets import ACCEPTED_SUFFIXES, ROW_SUFFIXES, suffix

MEDIA_TYPES: Final = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}
# In which a feed of JSON says what it is.
FEED_START_BYTES: Final = 4096
LISTING_SUFFIXES: Final = (".xml", ".rss", ".atom")
ARCHIVE_SUFFIXES: Final = (".warc", ".warc.gz")


@dataclass(frozen=True)
class WebLink:
    """An http(s) link of a local feed or list, to be fetched from the web, and where it stands."""

    item: FeedItem
    where: str


Outcome = Found | Rejected | WebLink | LeftOut


class _Succession:
    """Refusals of a file, one after the other."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0

    def add(self, *, is_refusal: bool) -> None:
        self._count = self._count + 1 if is_refusal else 0

    def watch(self, load: Callable[[], Payload]) -> Payload:
        """What `load` returns; that it raises is a refusal. What is not loaded is known already."""
        try:
            payload = load()
        except DocumentError:
            self.add(is_refusal=True)
            raise
        self.add(is_refusal=False)
        return payload

    def check(self) -> None:
        if self._count >= self._most:
            raise DocumentError(
                "malformed", f"{self._most} refusals in succession, see fetch.max_bad_records; the rest is left"
            )


@dataclass(frozen=True)
class LocalInput:
    """How to read local input: the source's id, the bounds, how its listings are read and its columns called.

    `said` are the columns of which the user was told that they are not read.
    """

    source: str
    settings: FetchSettings
    listings: ListingReader
    hints: ListingHints = NO_HINTS
    columns: tuple[tuple[str, str], ...] = ()
    said: set[str] = field(default_factory=set)

    def find(self, path: Path) -> Iterator[Outcome]:
        """Every document of a folder (feeds first, else files sorted by path) or of one file; see `ACCEPTED_SUFFIXES`.

        Whatever is raised while a file is read is a refusal of that file; what was read of it before stays.
        """
        yield from self._guarded(path, self._find(path))

    def _guarded(self, path: Path, found: Iterator[Outcome]) -> Iterator[Outcome]:
        return guarded_all(str(path), found, lambda error: self._rejected(path, error.reason, error.detail))

    def _rejected(self, path: Path, reason: str, detail: str) -> Rejected:
        return rejected(path.as_uri(), self.source, reason, detail)

    def _find(self, path: Path) -> Iterator[Outcome]:
        if not path.exists():
            yield self._rejected(path, "unreadable", "no such file or folder")
        elif path.is_dir():
            yield from self._folder(path)
        else:
            yield from self._file(path, path.parent)

    def _folder(self, path: Path) -> Iterator[Outcome]:
        root, is_empty = path.resolve(), True
        # Feeds before the files that they name, since they say when these were published.
        for file in chain(filter(_is_listing, walk(root)), filterfalse(_is_listing, walk(root))):
            if isinstance(file, tuple):
                folder, error = file
                is_empty = False
                yield self._rejected(folder, "unreadable", f"the folder cannot be listed: {error.strerror}")
            elif suffix(file) in ACCEPTED_SUFFIXES:
                is_empty = False
                yield from self._guarded(file, self._file_inside(file, root))
            else:
                yield LeftOut(f"of a kind that is not read ({inert(file.suffix.lower()) or 'no suffix'})", self.source)
        if is_empty:
            accepted = ", ".join(ACCEPTED_SUFFIXES)
            yield self._rejected(path, "empty", f"no file in the folder that is read; accepted: {accepted}")

    def _file_inside(self, path: Path, root: Path) -> Iterator[Outcome]:
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            yield self._rejected(path, "refused", "a symbolic link that leaves the folder")
        else:
            yield from self._file(path, root)

    def _file(self, path: Path, root: Path) -> Iterator[Outcome]:
        kind = suffix(path)
        if self.hints.kind == "urls":
            yield from self._bounded(self._addresses(path))
        elif kind in MEDIA_TYPES:
            yield self._page(path, path.relative_to(root).as_posix())
        elif kind in ARCHIVE_SUFFIXES:
            from nabra.tasks.fetch.local.warc import find_records  # slow to import

            yield from self._bounded(find_records(path, self.source, self.settings))
        elif kind in ROW_SUFFIXES and not (kind == ".json" and self._is_feed(path)):
            yield from self._rows(path, path.relative_to(root).as_posix())
        elif kind in ACCEPTED_SUFFIXES:
            yield from self._feed(path, root)
        else:
            accepted = ", ".join(ACCEPTED_SUFFIXES)
            yield self._rejected(path, "refused", f"no kind of file that is read: {accepted}")

    def _rows(self, path: Path, key: str) -> Iterator[Outcome]:
        names = ColumnNames(dict(self.columns))
        rows = RowFile(path, key, self.source, names, self.listings.apart, self.hints.zone)
        try:
            yield from self._bounded(rows.find(self.settings))
        finally:
            names.say_unread(str(path), self.said)

    def _is_feed(self, path: Path) -> bool:
        with open_file(path) as file:
            return is_json_feed(file.read(FEED_START_BYTES), None)

    def _bounded(self, found: Iterator[Outcome]) -> Iterator[Outcome]:
        """What a file holds, until it has been seen that it is something else."""
        most, bad = self.settings.max_records, _Succession(self.settings.max_bad_records)
        number = 0
        for number, one in enumerate(found, start=1):
            if number > most:
                raise DocumentError("too_large", f"more than {most} records, see fetch.max_records; the rest is left")
            if isinstance(one, Found):
                yield replace(one, load=partial(bad.watch, one.load))
            else:
                bad.add(is_refusal=isinstance(one, Rejected) and one.row["reason"] != "http_error")
                yield one
            bad.check()
        if not number:
            raise DocumentError("empty", "it holds no row, page or address that is read")

    def _page(self, path: Path, key: str, item: FeedItem | None = None) -> Found:
        return Found(
            document_id(key),
            path.as_uri(),
            self.source,
            load=lambda: Payload(read_bytes(path, self.settings.max_payload_bytes), MEDIA_TYPES[path.suffix.lower()]),
            hint_title=item.hint_title if item else None,
            hint_published_at=item.published_at if item else None,
        )

    def _addresses(self, path: Path) -> Iterator[Rejected | WebLink]:
        """A file with an address of the web on each line; empty lines and those that begin with # say nothing."""
        lines = read_bytes(path, self.settings.max_payload_bytes).decode("utf-8-sig", errors="replace").splitlines()
        for number, address in enumerate(map(str.strip, lines), start=1):
            where = f"{path.as_uri()}:{number}"
            if address.lower().startswith(("http://", "https://")):
                yield WebLink(FeedItem(address, None, None), where)
            elif address and not address.startswith("#"):
                yield rejected(where, self.source, "malformed", "the line is no http(s) address")

    def _feed(self, path: Path, root: Path) -> Iterator[Outcome]:
        content = read_bytes(path, self.settings.max_payload_bytes)
        listing = self.listings.read(Payload(content), path.as_uri(), self.hints)
        if listing is None:
            raise DocumentError("malformed", "not an RSS, Atom or RDF feed and not a sitemap")
        if listing.sitemaps:
            raise DocumentError(
                "refused", "an index of sitemaps; give its http(s) address, so that they can be fetched"
            )
        if not listing.pages:
            raise DocumentError("empty", "it names no page")
        for number, item in enumerate(listing.pages, start=1):
            if item.link.lower().startswith(("http://", "https://")):
                yield WebLink(item, path.as_uri())
                continue
            page = guarded(item.link, partial(self._linked_page, item, path, root))
            if isinstance(page, Found):
                yield page
            else:
                where = link_url(path.as_uri(), item.link) if item.link else f"{path.as_uri()}:item {number}"
                yield rejected(where, self.source, page.reason, page.detail)

    def _linked_page(self, item: FeedItem, feed: Path, root: Path) -> Found:
        """The page that a local feed links to; DocumentError where the link leads elsewhere than beside the feed."""
        path = _linked_path(item.link)
        real = path.resolve()
        if not real.is_relative_to(feed.parent.resolve()):
            raise DocumentError("refused", "the link leaves the folder of the feed")
        # The same page has the same id, by whatever way through symbolic links the feed names it.
        seen = path.is_relative_to(root)
        key = path.relative_to(root) if seen else real.relative_to(root.resolve())
        return self._page(path if seen else root / key, key.as_posix(), item)


def _is_listing(found: Path | tuple[Path, OSError]) -> bool:
    return isinstance(found, Path) and suffix(found) in LISTING_SUFFIXES


def _linked_path(link: str) -> Path:
    if not link:
        raise DocumentError("malformed", "the feed's item has no link")
    parts = urlsplit(link)
    if parts.scheme != "file":
        raise DocumentError("refused", "a local feed may link to http(s) addresses and to files beside it")
    # feedparser takes two of the slashes of `file:///folder` and leaves a folder in the host's place.
    first = f"/{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
    name = url2pathname(first + parts.path)
    if "\0" in name:
        raise DocumentError("malformed", "the link has a NUL in the name of its file")
    path = Path(os.path.normpath(name))  # `%2e%2e` is `..`, too
    if path.suffix.lower() not in MEDIA_TYPES:
        raise DocumentError("refused", f"a local feed may link to {', '.join(MEDIA_TYPES)} files")
    return path
