"""The files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def walk(root: Path) -> Iterator[Path | tuple[Path, OSError]]:
    """Files below `root` in a fixed order; hidden ones left out, links to folders not followed.

    A folder that cannot be listed comes with the reason. As deep as it goes: os.walk ends at 1,000 folders.
    """
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                seen = sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
        except OSError as error:
            yield folder, error
            continue
        yield from (Path(entry.path) for entry in seen if not _is_folder(entry))
        below = [Path(entry.path) for entry in seen if entry.is_dir(follow_symlinks=False)]
        folders.extend(reversed(below))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """True if it is a folder, or leads to one; what cannot be told is tried as a file, and refused by name."""
    try:
        return entry.is_dir()
    except OSError:
        return False
