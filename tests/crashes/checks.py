"""What is wrong with a warehouse that was recovered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars

from nabra.config.settings import load_settings
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.snapshot import check_snapshot, read_manifest
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.crashes.places import FolderPlace
from tests.crashes.watch import Contents, State, state_of
from tests.workplace import all_rows

Rows = dict[str, list[str]]


@dataclass
class Check:
    """Looks at each warehouse that differs from those before; `wrong` collects what is not as in `right`."""

    folder: Path
    right: Contents
    wrong: list[str] = field(default_factory=list)
    looked_at: set[State] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.expected = rows_of(self._put(self.right))

    def __call__(self, contents: Contents) -> None:
        state = state_of(contents)
        if state in self.looked_at:
            return
        self.looked_at.add(state)
        store = self._put(contents)
        self.wrong += [str(problem) for problem in validate(store, tuple(STAGES.values()), Validation())]
        self.wrong += [str(problem) for problem in check_snapshot(store)]
        self.wrong += [str(failure) for failure in failures(store)]
        found = rows_of(store)
        self.wrong += [f"{name}: other rows" for name in self.expected if found[name] != self.expected[name]]
        self.wrong += [f"{name}: other engines read other rows" for name in DATASETS if not is_read_by_all(store, name)]

    def _put(self, contents: Contents) -> Store:
        address = FolderPlace(self.folder).put(contents)
        return Store.open(load_settings(warehouse=address).store)


def rows_of(store: Store) -> Rows:
    """The rows of all tables; of pages, which a run that was killed asks for again, the addresses."""
    pages = {repr((row["kind"], row["url"])) for row in store.dataset("pages").to_table().to_pylist()}
    listed = sorted(read_manifest(store).listed)
    return all_rows(store) | {"pages": sorted(pages), "snapshot": listed}


def is_read_by_all(store: Store, name: str) -> bool:
    """Whether DuckDB and Polars see as many rows in a table as PyArrow, from the folders and from the snapshot."""
    listed = {path for path in read_manifest(store).listed if path.split("/")[1] == name}
    for found in ({file.name for file in store.batch_files(name).values()}, listed):
        paths = [store.files.path(path) for path in sorted(found)]
        if paths:
            expected = store.dataset(name, sorted(found)).count_rows()
            query = duckdb.read_parquet(paths, union_by_name=True).count("*").fetchall()
            seen = polars.concat([polars.scan_parquet(path) for path in paths], how="diagonal").collect().height
            if query != [(expected,)] or seen != expected:
                return False
    return True
