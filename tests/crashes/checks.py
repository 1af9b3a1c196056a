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
from nabra.tasks.warehouse.removal import removals
from nabra.tasks.warehouse.snapshot import check_snapshot, read_manifest
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.crashes.places import FolderPlace
from tests.crashes.watch import Contents, State, state_of
from tests.workplace import all_rows

Rows = dict[str, list[str]]


@dataclass
class Check:
    """Looks at each warehouse that differs from those before; `wrong` collects what is not as it should be."""

    folder: Path
    right: Contents
    wrong: list[str] = field(default_factory=list)
    ends: set[State] = field(default_factory=set)
    left: set[State] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.expected = rows_of(self._put(self.right))
        self._engines = Engines()

    def look_at_end(self, contents: Contents) -> None:
        """Of what was recovered: the contract is kept, nothing failed, and the rows are those of `right`."""
        state = state_of(contents)
        if state not in self.ends:
            self.ends.add(state)
            store = self._put(contents)
            found = rows_of(store)
            self.wrong += problems(store) + self._engines.problems(store)
            self.wrong += [str(failure) for failure in failures(store)]
            self.wrong += [f"{name}: other rows" for name in self.expected if found[name] != self.expected[name]]

    def look_at_left(self, contents: Contents) -> None:
        """Of what a kill has left, before anything is recovered: the contract is kept, and all engines read it."""
        state = state_of(contents)
        if state not in self.left | self.ends:
            self.left.add(state)
            store = self._put(contents)
            self.wrong += [f"left by a kill: {each}" for each in problems(store) + self._engines.problems(store)]

    def _put(self, contents: Contents) -> Store:
        return store_with(self.folder, contents)


def store_with(folder: Path, contents: Contents) -> Store:
    """A warehouse in the folder with just these files."""
    return Store.open(load_settings(warehouse=FolderPlace(folder).put(contents)).store)


def rows_of(store: Store) -> Rows:
    """The rows of all tables; of pages, which a run that was killed asks for again, the addresses."""
    pages = {repr((row["kind"], row["url"])) for row in store.dataset("pages").to_table().to_pylist()}
    listed = sorted(read_manifest(store).listed)
    return all_rows(store) | {"pages": sorted(pages), "snapshot": listed, "removals": [*map(repr, removals(store))]}


def problems(store: Store) -> list[str]:
    """What `nabra validate` says."""
    return [*map(str, validate(store, tuple(STAGES.values()), Validation())), *map(str, check_snapshot(store))]


@dataclass
class Engines:
    """DuckDB and Polars, which read what PyArrow reads; files that they have read once are not read again."""

    read: set[State] = field(default_factory=set)

    def problems(self, store: Store) -> list[str]:
        """The tables in whose folder, or in the snapshot, they see other rows."""
        listed = read_manifest(store).listed
        seen = {name: {file.name for file in store.batch_files(name).values()} for name in DATASETS}
        seen |= {
            f"{name} of the snapshot": {path for path in listed if path.split("/")[1] == name} for name in DATASETS
        }
        return [
            f"{name}: other engines read other rows" for name, paths in seen.items() if not self._agree(store, paths)
        ]

    def _agree(self, store: Store, names: set[str]) -> bool:
        files: State = frozenset((name, store.files.read(name) or b"") for name in names)
        if not files or files in self.read:
            return True
        paths = [store.files.path(name) for name in sorted(names)]
        expected = sum(map(store.count_rows, names))
        query = duckdb.read_parquet(paths, union_by_name=True).count("*").fetchall()
        polars_sees = polars.concat([polars.scan_parquet(path) for path in paths], how="diagonal").collect().height
        agree = query == [(expected,)] and polars_sees == expected
        if agree:
            self.read.add(files)
        return agree
