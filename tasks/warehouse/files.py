"""Files below one root, on a local folder or on S3: each is there whole, or not at all.

Whatever the warehouse does with files passes through the operations of a `Storage`: a local file is written under
`_tmp/`, synced and renamed, an object on S3 is put in one request. Another storage needs a class with these operations,
and its address in `Files.open`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import pyarrow as pa
import pyarrow.fs as pafs

from nabra.config.settings import StoreSettings
from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.folder import Folder

TEMPORARY: Final = "_tmp"
WRITE_ADVICE: Final = "make room or mend what is in the way, then run again: what is done is kept"


class Storage(Protocol):
    """The operations that files are read and written by, with whole paths; their errors are OSErrors.

    `filesystem` is for readers that open many files by themselves, `service` what they call an object store.
    """

    filesystem: pafs.FileSystem
    service: str

    def find(self, folder: str) -> list[pafs.FileInfo]:
        """All that lies below a folder."""

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder."""

    def present(self, paths: list[str]) -> list[bool]:
        """Which of these are there."""

    def open(self, path: str) -> pa.NativeFile:
        """A file, to be read; FileNotFoundError if there is none."""

    def publishing(self, path: str, temporary: str) -> AbstractContextManager[BinaryIO]:
        """A stream whose content is the file's once the block has ended well; else all is as before."""

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""


@dataclass(frozen=True)
class File:
    """A file that is there: its path below the root, its bytes, when it was written (nanoseconds since 1970)."""

    name: str
    size: int
    mtime_ns: int

    @property
    def stamp(self) -> tuple[int, int]:
        """Size and time: another stamp where the file was written again.

        Times on S3 are whole seconds: that runs hold the warehouse, and wait two seconds to, keeps two writes apart.
        """
        return self.size, self.mtime_ns

    @property
    def written_at(self) -> datetime:
        """When it was written, by the clock of the store."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC)


class Files:
    """The files below `root` of a storage, named by their path below it; what fails is a StoreError."""

    def __init__(self, storage: Storage, root: str) -> None:
        self.storage = storage
        self.root = root.rstrip("/")

    @classmethod
    def open(cls, settings: StoreSettings) -> Files:
        """The files of the warehouse that the settings name; credentials for S3 come from the standard AWS chain."""
        uri = settings.warehouse
        try:
            if uri.startswith("s3://"):
                return cls(_bucket(settings), uri.removeprefix("s3://"))
            return cls(Folder(), str(Path(uri.removeprefix("file://")).absolute()))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise StoreError(f"warehouse {uri} cannot be opened: {error}") from error

    def __str__(self) -> str:
        return self.root if self.is_local else f"s3://{self.root}"

    @property
    def is_local(self) -> bool:
        """Whether they lie in a folder of this machine."""
        return isinstance(self.storage, Folder)

    def prepare(self) -> None:
        """Make the root if it is not there and see that it can be written."""
        if not isinstance(self.storage, Folder):
            return
        probe = Path(self.path(TEMPORARY)) / f"probe-{uuid.uuid4().hex}"
        try:
            self.storage.make_folder(probe.parent)
            self.storage.create(probe).close()
            self.storage.unlink(probe)
        except OSError as error:
            raise StoreError(
                f"warehouse {self} cannot be written: {error.strerror}; name another with --warehouse"
            ) from error

    def path(self, name: str) -> str:
        """The path by which the filesystem knows a file."""
        return f"{self.root}/{name}"

    def below(self, folder: str) -> dict[str, File]:
        """All files below a folder, by name, in the order of their names."""
        try:
            found = self.storage.find(self.path(folder))
        except OSError as error:
            raise self.failed(folder, "listed", error) from error
        files = (
            File(info.path.removeprefix(f"{self.root}/"), info.size, info.mtime_ns)
            for info in found
            if info.type == pafs.FileType.File
        )
        return {file.name: file for file in sorted(files, key=lambda file: file.name)}

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder, in order."""
        try:
            return sorted(self.storage.folders(self.path(folder)))
        except OSError as error:
            raise self.failed(folder, "listed", error) from error

    def present(self, names: Sequence[str]) -> set[str]:
        """Which of some files are there: each is asked for, nothing is listed."""
        try:
            found = self.storage.present([self.path(name) for name in names])
        except OSError as error:
            raise self.failed(names[0], "read", error) from error
        return {name for name, is_there in zip(names, found, strict=True) if is_there}

    def unfinished(self, older_than: float) -> dict[str, int]:
        """Bytes of the files that writes which were killed left before `older_than` (seconds since 1970), by name."""
        found = self.below(TEMPORARY)
        return {name: file.size for name, file in found.items() if file.written_at.timestamp() < older_than}

    def open_file(self, name: str) -> pa.NativeFile:
        """A file, to be read; OSError if it cannot be."""
        return self.storage.open(self.path(name))

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None if there is none."""
        try:
            return self._content(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.failed(name, "read", error) from error

    def read_all(self, folder: str) -> dict[str, bytes]:
        """The contents of all files below a folder, by name."""
        try:
            return {name: self._content(name) for name in self.below(folder)}
        except OSError as error:
            raise self.failed(folder, "read", error) from error

    def _content(self, name: str) -> bytes:
        with self.open_file(name) as stream:
            content: bytes = stream.read()
        return content

    def write(self, name: str, content: pa.Buffer | bytes) -> None:
        """Publish a file, replacing what was there."""
        with self.sink(name) as sink:
            sink.write(content)

    @contextmanager
    def sink(self, name: str) -> Iterator[Any]:
        """A stream whose content is the file's once the block has ended well."""
        try:
            with self.storage.publishing(self.path(name), self.path(TEMPORARY)) as stream:
                yield stream
        except OSError as error:
            raise self.failed(name, "written", error) from error

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            self.storage.delete(self.path(name))
        except OSError as error:
            raise self.failed(name, "removed", error) from error

    def failed(self, name: str, what: str, error: Exception) -> StoreError:
        """The error to raise where a file or folder cannot be `what` (read, written …)."""
        cause = (error.strerror if isinstance(error, OSError) else None) or error
        advice = f"; {WRITE_ADVICE}" if what == "written" else ""
        if self.storage.service and isinstance(error, OSError):
            advice = f"; see that {self.storage.service} answers and lets you in, then run again: what is done is kept"
        return StoreError(f"{self}/{name} cannot be {what}: {cause}{advice}")


def _bucket(settings: StoreSettings) -> Storage:
    """The library behind it takes half a second to import."""
    from nabra.tasks.warehouse.bucket import Bucket

    return Bucket(settings)
