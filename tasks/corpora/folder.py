"""The folder of training data, which no release carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nabra.tasks.errors import UsageError


def data_files(data: Path, names: Sequence[str]) -> list[Path]:
    """The data files `names` below the folder `data`, or beside it (`gold/` may lie in either place).

    UsageError with all that are missing.
    """
    found = {name: found_files(data, name) for name in names}
    missing = [str(data / name) for name, paths in found.items() if not paths]
    if missing:
        raise UsageError(f"training data is missing: {', '.join(missing)}; name its folder with --data")
    return [found[name][0] for name in names]


def found_files(data: Path, name: str) -> list[Path]:
    """Where the data file `name` lies, first choice first; empty where it is missing."""
    return [path for path in (data / name, data.parent / name) if path.is_file()]
