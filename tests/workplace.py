"""A place in which the real command is run: a folder with a warehouse and a Prefect home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from nabra.config.settings import StoreSettings
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.store import Store

# A run may begin before midnight and end after it; articles without a date are seen when they are fetched.
CLOCK_COLUMNS = {"fetched_at", "at", "ingest_date", "first_seen", "last_seen"}


# They tell of runs, of which an undisturbed one has fewer.
RUN_DATASETS = {"pages", "postponed", "runs", "coverage"}
USER_DATASETS = {"corrections", "judgements"}


def all_rows(store: Store, without: Collection[str] = CLOCK_COLUMNS) -> dict[str, list[str]]:
    """The rows of every dataset that stages make without the clock times, sorted, to compare two warehouses."""
    names = [name for name in DATASETS if name not in RUN_DATASETS | USER_DATASETS]
    tables = {name: store.dataset(name).to_table().to_pylist() for name in names}
    return {
        name: sorted(repr({k: v for k, v in row.items() if k not in without}) for row in rows)
        for name, rows in tables.items()
    }


NABRA = Path(sys.executable).with_name("nabra")


class Workplace:
    """A folder with a warehouse and a Prefect home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(StoreSettings(warehouse=str(folder / "warehouse"), s3_endpoint="", s3_region=""))
        self.environment = os.environ | {"PREFECT_HOME": str(folder / "prefect")}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [NABRA, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def nabra(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def rows(self) -> dict[str, list[str]]:
        return all_rows(self.store)
