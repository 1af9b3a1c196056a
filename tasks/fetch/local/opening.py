"""Opening local input: only what is a file, so that nothing is waited for and nothing is endless."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from nabra.tasks.errors import DocumentError

OTHER_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_file(path: Path) -> BinaryIO:
    """The bytes of a file, or of what a symbolic link leads to.

    Raises DocumentError `refused` where it is no file, `unreadable` where it cannot be opened.
    """
    try:
        # Before: opening a device can do something. After: a file may be replaced meanwhile, and a pipe be waited for.
        _refuse_others(path.stat().st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise DocumentError("unreadable", f"cannot open the file: {error.strerror}") from error
    except ValueError as error:
        raise DocumentError("unreadable", f"no name of a file: {error}") from error
    try:
        _refuse_others(os.fstat(descriptor).st_mode)
    except DocumentError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _refuse_others(mode: int) -> None:
    if not stat.S_ISREG(mode):
        what = next((name for is_kind, name in OTHER_KINDS if is_kind(mode)), "something else")
        raise DocumentError("refused", f"{what}, not a file")


def read_bytes(path: Path, max_payload_bytes: int) -> bytes:
    """The file's bytes. Raises DocumentError `refused`, `unreadable`, `empty` or `too_large`."""
    with open_file(path) as file:
        try:
            content = file.read(max_payload_bytes + 1)
        except OSError as error:
            raise DocumentError("unreadable", f"cannot read the file: {error.strerror}") from error
    if not content:
        raise DocumentError("empty", "the file is empty")
    if len(content) > max_payload_bytes:
        raise DocumentError("too_large", f"the file has more than {max_payload_bytes} bytes")
    return content
