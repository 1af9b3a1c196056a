"""Where nabra keeps what it can make anew at any time."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder of nabra in the user's cache, by the XDG base directory specification."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path("~/.cache").expanduser()) / "nabra"
