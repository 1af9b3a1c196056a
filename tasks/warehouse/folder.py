"""The primitive operations of a warehouse in a folder of this machine.

Each is one step, which a process that is killed has done or has not. A power cut can undo it until the file, or the
folder that names it, is synced.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.fs as pafs


class Folder:
    """Files of the local filesystem, by their absolute paths."""

    service = ""

    def __init__(self) -> None:
        self.filesystem = pafs.LocalFileSystem()

    def find(self, folder: str) -> list[pafs.FileInfo]:
        """All that lies below a folder; nothing where there is none."""
        found: list[pafs.FileInfo] = self.filesystem.get_file_info(
            pafs.FileSelector(folder, recursive=True, allow_not_found=True)
        )
        return found

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder; none where there is none."""
        found = self.filesystem.get_file_info(pafs.FileSelector(folder, allow_not_found=True))
        return [info.base_name for info in found if info.type == pafs.FileType.Directory]

    def present(self, paths: list[str]) -> list[bool]:
        """Which of these are there."""
        return [info.type == pafs.FileType.File for info in self.filesystem.get_file_info(paths)]

    def open(self, path: str) -> pa.NativeFile:
        """A file, to be read."""
        return self.filesystem.open_input_file(path)

    @contextmanager
    def publishing(self, path: str, temporary: str) -> Iterator[BinaryIO]:
        """A stream whose content is the file's once the block has ended well, written in the folder `temporary` first.

        Written, synced, renamed, and its folder synced: after a crash the file is whole or absent.
        """
        target, part = Path(path), Path(temporary) / f"{uuid.uuid4().hex}.part"
        self.make_folder(target.parent)
        self.make_folder(part.parent)
        try:
            with self.create(part) as file:
                yield file
                self.sync(file)
            self.rename(part, target)
        except BaseException:
            self.unlink(part)
            raise
        self.sync_folder(target.parent)

    def delete(self, path: str) -> None:
        """Remove a file, for good: unsynced, a power cut can bring it back. Nothing happens where there is none."""
        file = Path(path)
        if file.exists():
            self.unlink(file)
            self.sync_folder(file.parent)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it; each is synced into its own, or a power cut can take it with its files."""
        if not folder.is_dir():
            self.make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            self.sync_folder(folder.parent)

    def create(self, path: Path) -> BinaryIO:
        """A new file, to be written."""
        return path.open("wb")

    def sync(self, file: BinaryIO) -> None:
        """Wait until what was written in a file is on the disk."""
        file.flush()
        os.fsync(file.fileno())

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name, taking it from the file that has it."""
        old.replace(new)

    def unlink(self, path: Path) -> None:
        """Take a file out of its folder, if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in a folder are on the disk."""
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
