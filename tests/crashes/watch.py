"""What is done with the files of a warehouse, and what a kill or a power cut at each moment leaves of them."""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow.fs as pafs

from nabra.tasks.engine.standstill import NOTE
from nabra.tasks.warehouse import bucket
from nabra.tasks.warehouse.bucket_lease import NOW
from nabra.tasks.warehouse.folder import Folder
from nabra.tasks.warehouse.holder import FOLDER as LEASE

Contents = Mapping[str, bytes]
State = frozenset[tuple[str, bytes]]
PASSING: Final = ("_tmp/", f"{LEASE}/", NOTE)
# What another operation does is seen by nobody: it reads, or works on what has no lasting name yet.
CHANGING: Final = ("rename", "unlink", "sync_folder", "PUT", "DELETE")


def state_of(contents: Contents) -> State:
    """What counts of the files that are there."""
    return frozenset((name, content) for name, content in contents.items() if not name.startswith(PASSING))


@cache
def folders_of(name: str) -> frozenset[str]:
    """The folders below the root that a file lies in."""
    return frozenset(map(str, Path(name).parents)) - {"."}


@dataclass
class Watch:
    """What lies below `root`, as the operations on it tell: seen by all, and, of that, kept by a power cut."""

    root: str
    seen: dict[str, bytes]
    kept: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    synced: set[str] = field(default_factory=set)
    operations: Counter[str] = field(default_factory=Counter)
    left: dict[State, Contents] = field(default_factory=dict)
    before: Callable[[int], None] = lambda number: None
    has_changed: bool = True

    def __post_init__(self) -> None:
        self.kept = dict(self.seen)
        self.synced = set(self.seen)
        self.folders = {"", *(str(folder) for name in self.seen for folder in Path(name).parents)}
        self._lock = threading.RLock()

    def name(self, path: str | Path) -> str:
        return str(path).removeprefix(self.root).lstrip("/")

    def do(self, operation: str) -> None:
        """An operation is about to be done: what is left where it is not."""
        with self._lock:
            self.operations[operation] += 1
            for contents in (self.seen, self.after_power_cut()) if self.has_changed else ():
                self.left.setdefault(state_of(contents), dict(contents))
            self.has_changed = operation in CHANGING
            self.before(self.operations.total())

    def after_power_cut(self) -> dict[str, bytes]:
        return {name: content for name, content in self.kept.items() if self.folders >= folders_of(name)}

    def sync_folder(self, folder: str) -> None:
        """From now on the names in it are kept."""

        def lies_in(name: str) -> bool:
            return name.rpartition("/")[0] == folder

        self.kept = {name: content for name, content in self.kept.items() if not lies_in(name)}
        self.kept |= {
            name: content if name in self.synced else b"" for name, content in self.seen.items() if lies_in(name)
        }


class WatchedFolder(Folder):
    """A folder, each operation on which is told to a watch."""

    watch: Watch

    def find(self, folder):
        self.watch.do("find")
        return [self._stamped(info) for info in super().find(folder)]

    def _stamped(self, info: pafs.FileInfo) -> pafs.FileInfo:
        return stamped(info, self.watch)

    def open(self, path):
        self.watch.do("open")
        return super().open(path)

    def make_folder(self, folder: Path) -> None:
        self.watch.do("make_folder")
        super().make_folder(folder)

    def create(self, path: Path) -> BinaryIO:
        self.watch.do("create")
        self.watch.seen[self.watch.name(path)] = b""
        return _WatchedFile(self.watch, path)

    def sync(self, file: Any) -> None:
        self.watch.do("sync")
        file.flush()
        self.watch.synced.add(file.name_below)

    def rename(self, old: Path, new: Path) -> None:
        self.watch.do("rename")
        super().rename(old, new)
        was, now = self.watch.name(old), self.watch.name(new)
        self.watch.seen[now] = self.watch.seen.pop(was)
        (self.watch.synced.add if was in self.watch.synced else self.watch.synced.discard)(now)

    def unlink(self, path: Path) -> None:
        self.watch.do("unlink")
        super().unlink(path)
        self.watch.seen.pop(self.watch.name(path), None)

    def sync_folder(self, folder: Path) -> None:
        self.watch.do("sync_folder")
        name = self.watch.name(folder)
        self.watch.sync_folder(name)
        self.watch.folders |= {self.watch.name(each) for each in folder.glob("*/")}


class _WatchedFile:
    """A new file, each write to which is an operation."""

    def __init__(self, watch: Watch, path: Path) -> None:
        self._watch, self._file, self.name_below = watch, path.open("wb"), watch.name(path)

    def write(self, content: Any) -> int:
        self._watch.do("write")
        self._watch.seen[self.name_below] += bytes(content)
        return self._file.write(content)

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class WatchedBucket(bucket.Bucket):
    """A bucket, each request to which is told to a watch."""

    watch: Watch

    def find(self, folder):
        self.watch.do("LIST")
        return [stamped(info, self.watch) for info in super().find(folder)]

    def open(self, path):
        self.watch.do("GET")
        return super().open(path)

    def get(self, path):
        self.watch.do("GET")
        return super().get(path)

    def put(self, path, content) -> None:
        self.watch.do("PUT")
        body = content if isinstance(content, bytes) else content.read()
        super().put(path, body)
        self.watch.seen[self.watch.name(path)] = body

    def put_if(self, path, content, etag):
        self.watch.do("PUT")
        put = super().put_if(path, content, etag)
        if put:
            self.watch.seen[self.watch.name(path)] = content
        return put

    def delete(self, path) -> None:
        self.watch.do("DELETE")
        super().delete(path)
        self.watch.seen.pop(self.watch.name(path), None)


def stamped(info: pafs.FileInfo, watch: Watch) -> pafs.FileInfo:
    """What is there, written at a time that its content decides; the marks that tell the time were written just now."""
    name = watch.name(info.path)
    if info.type != pafs.FileType.File or name == NOW:
        return info
    written = 1_600_000_000 + zlib.crc32(watch.seen.get(name, b"")) % 100_000_000
    return pafs.FileInfo(info.path, info.type, size=info.size, mtime_ns=written * 10**9)
