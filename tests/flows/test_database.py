"""The database of temporary servers: migrated once, kept in the user's cache, never trusted when it is damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nabra.flows.prefect.database import NAME, _is_migrated

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PREPARE = """
import sys
from pathlib import Path
from nabra.flows.prefect.database import prepare_database
prepare_database(Path(sys.argv[1]))
"""


def prepare(home: Path, cache: Path) -> Path:
    """The database that a temporary server finds in `home`."""
    home.mkdir()
    variables = {"PREFECT_HOME": str(home), "XDG_CACHE_HOME": str(cache), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    subprocess.run([sys.executable, "-c", PREPARE, str(home)], env=os.environ | variables, check=True)
    return home / NAME


def rows(path: Path) -> dict[str, int]:
    """The number of rows of each table."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first server left in the cache."""
    folder = tmp_path_factory.mktemp("database")
    prepare(folder / "home", folder / "cache")
    (kept,) = (folder / "cache" / "nabra").iterdir()
    return kept


def test_what_is_kept_has_prefects_tables_and_no_row_of_a_run(kept: Path) -> None:
    counts = rows(kept)
    assert {"flow", "flow_run", "task_run", "log"} <= counts.keys()
    assert {name: count for name, count in counts.items() if count} == {"alembic_version": 1}


def test_the_next_server_begins_with_what_was_kept(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "cache" / "nabra").mkdir(parents=True)
    marked = shutil.copy(kept, tmp_path / "cache" / "nabra")
    with closing(sqlite3.connect(marked)) as database:
        database.execute("PRAGMA user_version = 7")
    with closing(sqlite3.connect(prepare(tmp_path / "home", tmp_path / "cache"))) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_part_of_it_or_another_file_is_not_used(kept: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.db"
    for content in (b"", b"of another version", kept.read_bytes()[:8192], kept.read_bytes()[:-4096]):
        part.write_bytes(content)
        assert not _is_migrated(part)
    assert _is_migrated(kept)


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    assert "flow_run" in rows(prepare(tmp_path / "home", tmp_path / "cache"))
