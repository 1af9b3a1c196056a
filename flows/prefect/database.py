"""The database that a temporary server begins with: migrated once, and kept for the servers to come.

Prefect's migrations take seconds of each start. What is kept holds empty tables, nothing of any run; it lies in the
user's cache, by the release of Prefect, and whoever removes it has it made anew.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from nabra.flows.cache import cache_folder

# Prefect's own name for it, below its home.
NAME: Final = "prefect.db"


def prepare_database(home: Path) -> None:
    """Put a migrated database into Prefect's `home`, which `PREFECT_HOME` must name already."""
    import prefect

    kept = cache_folder() / f"prefect-{prefect.__version__}.db"
    if _is_migrated(kept):
        shutil.copyfile(kept, home / NAME)
        return
    from prefect.server.database import provide_database_interface

    asyncio.run(provide_database_interface().create_db())
    # A cache that cannot be written costs the next start its seconds, and nothing else.
    with suppress(OSError, sqlite3.Error):
        _keep(home / NAME, kept)


def _is_migrated(path: Path) -> bool:
    """Whether the file is there and is what `_keep` left, not a part of it."""
    if not path.is_file():
        return False
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",)) and bool(
            database.execute("SELECT count(*) FROM alembic_version").fetchone()[0]
        )
    return False


def _keep(source: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f"{kept.name}.{os.getpid()}")
    try:
        # Not a copy: the last pages may still lie in the log beside it.
        with closing(sqlite3.connect(source)) as database:
            database.execute("VACUUM INTO ?", (str(partial),))
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)
