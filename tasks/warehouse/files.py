"""Files below one root, on a local folder or on S3: each is there whole, or not at all.

Local files are written under `_tmp/`, synced and renamed, objects on S3 are put in one request. All that knows of a
storage is here; another one that pyarrow's filesystems know needs its address in `Files.open`.
"""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.fs as pafs

from nabra.config.settings import StoreSettings
from nabra.tasks.errors import StoreError

TEMPORARY: Final = "_tmp"
# With exponential back-off between: a request fails when the store has not answered well for some 20 seconds.
S3_ATTEMPTS = 6
WRITE_ADVICE: Final = "make room or mend what is in the way, then run again: what is done is kept"


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
    """The files below `root` of a pyarrow filesystem, named by their path below it; its errors are StoreErrors.

    `service` is what they call an object store.
    """

    def __init__(self, filesystem: pafs.FileSystem, root: str, service: str = "") -> None:
        self.filesystem = filesystem
        self.root = root.rstrip("/")
        self.service = service

    @classmethod
    def open(cls, settings: StoreSettings) -> Files:
        """The files of the warehouse that the settings name; credentials for S3 come from the standard AWS chain."""
        uri = settings.warehouse
        try:
            if uri.startswith("s3://"):
                filesystem = pafs.S3FileSystem(**_s3_options(settings))
                return cls(filesystem, uri.removeprefix("s3://"), settings.s3_endpoint or "AWS")
            return cls(pafs.LocalFileSystem(), str(Path(uri.removeprefix("file://")).absolute()))
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"warehouse {uri} cannot be opened: {error}") from error

    def __str__(self) -> str:
        return self.root if self.is_local else f"s3://{self.root}"

    @property
    def is_local(self) -> bool:
        """Whether they lie in a folder of this machine."""
        return isinstance(self.filesystem, pafs.LocalFileSystem)

    def prepare(self) -> None:
        """Make the root if it is not there and see that it can be written."""
        if not self.is_local:
            return
        try:
            probe = Path(self.root) / TEMPORARY / f"probe-{uuid.uuid4().hex}"
            probe.parent.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StoreError(
                f"warehouse {self} cannot be written: {error.strerror}; name another with --warehouse"
            ) from error

    def path(self, name: str) -> str:
        """The path by which the filesystem knows a file."""
        return f"{self.root}/{name}"

    def below(self, folder: str) -> dict[str, File]:
        """All files below a folder, by name, in the order of their names."""
        selector = pafs.FileSelector(self.path(folder), recursive=True, allow_not_found=True)
        try:
            found: Iterable[pafs.FileInfo] = self.filesystem.get_file_info(selector)
        except OSError as error:
            raise self.failed(folder, "listed", error) from error
        files = (
            File(info.path.removeprefix(f"{self.root}/"), info.size, info.mtime_ns)
            for info in found
            if info.type == pafs.FileType.File
        )
        return {file.name: file for file in sorted(files, key=lambda file: file.name)}

    def temporary(self, older_than: float) -> dict[str, int]:
        """Bytes of the files that unfinished writes left before `older_than` (seconds since 1970), by name."""
        found = self.below(TEMPORARY)
        return {name: file.size for name, file in found.items() if file.written_at.timestamp() < older_than}

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None if there is none."""
        try:
            found = self.filesystem.get_file_info(self.path(name)).type == pafs.FileType.File
            return self._content(name) if found else None
        except OSError as error:
            raise self.failed(name, "read", error) from error

    def read_all(self, folder: str) -> dict[str, bytes]:
        """The contents of all files below a folder, by name."""
        try:
            return {name: self._content(name) for name in self.below(folder)}
        except OSError as error:
            raise self.failed(folder, "read", error) from error

    def _content(self, name: str) -> bytes:
        with self.filesystem.open_input_stream(self.path(name)) as stream:
            content: bytes = stream.read()
        return content

    def write(self, name: str, content: pa.Buffer | bytes) -> None:
        """Publish a file, replacing what was there."""
        with self.sink(name) as sink:
            sink.write(content)

    @contextmanager
    def sink(self, name: str) -> Iterator[Any]:
        """A stream whose content is the file's once the block has ended well.

        On S3 an error may leave a part of what was written in it in more than one request.
        """
        path = self.path(name)
        local = _local_sink(Path(self.root), Path(path)) if self.is_local else None
        try:
            with local or self.filesystem.open_output_stream(path) as stream:
                yield stream
        except OSError as error:
            raise self.failed(name, "written", error) from error

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none."""
        path = self.path(name)
        try:
            if self.filesystem.get_file_info(path).type == pafs.FileType.File:
                self.filesystem.delete_file(path)
        except FileNotFoundError:
            return  # another process was faster
        except OSError as error:
            raise self.failed(name, "removed", error) from error

    def age(self, name: str) -> float:
        """Seconds since a file was published, by the clock of the store, which another machine's may not agree with."""
        now = f"_now/{uuid.uuid4().hex}"
        self.write(now, b"")
        try:
            written, latest = self.filesystem.get_file_info([self.path(name), self.path(now)])
        except OSError as error:
            raise self.failed(name, "read", error) from error
        self.remove(now)
        if written.mtime is None:
            return math.inf
        age: float = (latest.mtime - written.mtime).total_seconds()
        return age

    def failed(self, name: str, what: str, error: Exception) -> StoreError:
        """The error to raise where a file or folder cannot be `what` (read, written …)."""
        cause = (error.strerror if isinstance(error, OSError) else None) or error
        advice = f"; {WRITE_ADVICE}" if what == "written" else ""
        if self.service and isinstance(error, OSError):
            advice = f"; see that {self.service} answers and lets you in, then run again: what is done is kept"
        return StoreError(f"{self}/{name} cannot be {what}: {cause}{advice}")


def _s3_options(settings: StoreSettings) -> dict[str, Any]:
    # Without the delay every write, however small, is a multipart upload: three requests for one.
    options: dict[str, Any] = {
        "allow_delayed_open": True,
        "retry_strategy": pafs.AwsStandardS3RetryStrategy(max_attempts=S3_ATTEMPTS),
    }
    if settings.s3_region:
        options["region"] = settings.s3_region
    if settings.s3_endpoint:
        scheme, _, host = settings.s3_endpoint.rpartition("://")
        options |= {"endpoint_override": host, "scheme": scheme or "https"}
    return options


@contextmanager
def _local_sink(root: Path, path: Path) -> Iterator[BinaryIO]:
    """Write, sync and rename within one filesystem, then sync the folder: after a crash the file is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = root / TEMPORARY / f"{uuid.uuid4().hex}.part"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
