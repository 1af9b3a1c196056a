"""The warehouse: datasets of tables, one file a batch.

A batch has the same file name in every dataset. What a stage still has to do is the set of files it reads less the set
it has written; no database remembers anything. How files are kept whole, where they lie and what is in them say
`files`, `layout` and `parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.config.settings import StoreSettings
from nabra.tasks.errors import BatchError
from nabra.tasks.schemas import DATASETS, REJECTS, SCHEMA_VERSION, check, upgrade
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.files import File, Files
from nabra.tasks.warehouse.layout import DAY, Batch, batch_of, day_folder, file_of

METADATA_PREFIX = "nabra."
# So few batches are asked for by their names, batches of so few days by listing these; else the datasets are listed.
ASKED_ONE_BY_ONE: Final = 4
LISTED_ONE_BY_ONE: Final = 16


@dataclass(frozen=True)
class Provenance:
    """What made a file; written into its metadata under `nabra.*`.

    `stage` is the name of the stage; of what fetch wrote, and of rejects, that of the dataset.
    """

    stage: str
    fingerprint: str
    version: str
    run_id: str
    # What the sources of the rows say about reading their pages, as a hash, or nothing.
    hints: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def metadata(self) -> dict[str, str]:
        """The entries of a file's metadata; without hints there is none of them."""
        items = asdict(self) | {"hints": json.dumps(dict(self.hints), ensure_ascii=False) if self.hints else ""}
        return {f"{METADATA_PREFIX}{key}": value for key, value in items.items() if value}


class Store:
    """The datasets among some files."""

    def __init__(self, files: Files) -> None:
        self.files = files

    @classmethod
    def open(cls, settings: StoreSettings) -> Store:
        """The store that the settings name."""
        return cls(Files.open(settings))

    def __str__(self) -> str:
        return str(self.files)

    def days(self, dataset: str) -> list[str]:
        """The days of a dataset, the oldest first."""
        return [name.removeprefix(f"{DAY}=") for name in self.files.folders(dataset) if name.startswith(f"{DAY}=")]

    def of_days(self, days: Collection[str]) -> Store:
        """The same warehouse, of which nothing is seen and listed but what lies in these days."""
        return _DaysOfStore(self.files, days)

    def remembering(self) -> Store:
        """The same, in which each dataset is listed once: good as long as nothing is written."""
        return _RememberingStore(self)

    def batches(self, dataset: str) -> list[Batch]:
        """All batches of a dataset, oldest first."""
        return sorted(self.batch_files(dataset))

    def batch_files(self, dataset: str) -> dict[Batch, File]:
        """The file of each batch of a dataset, oldest day first."""
        return _by_batch(self.files.below(dataset))

    def done(self, stage: Stage, fingerprint: str | None = None, *, among: set[Batch] | None = None) -> set[Batch]:
        """The batches (`among` some, or all) for which the stage has written all its datasets.

        With a `fingerprint`, only those that the stage made under this one, which takes a look into each file.
        """
        if among is not None and len(among) <= ASKED_ONE_BY_ONE:
            done = self._all_there(stage, among)
        else:
            days = {batch.ingest_date for batch in among or ()}
            seen = self.of_days(days) if days and len(days) <= LISTED_ONE_BY_ONE else self
            done = set.intersection(*(set(seen.batches(dataset)) for dataset in stage.makes))
            done = done if among is None else done & among
        if fingerprint is None:
            return done
        return {batch for batch in done if self.fingerprint(stage.makes[-1], batch) == fingerprint}

    def _all_there(self, stage: Stage, batches: set[Batch]) -> set[Batch]:
        """Those of a few batches of which all datasets of the stage are there; nothing is listed."""
        names = {file_of(dataset, batch): batch for batch in batches for dataset in stage.makes}
        there = self.files.present(list(names)) if names else set()
        return batches - {batch for name, batch in names.items() if name not in there}

    def fingerprint(self, dataset: str, batch: Batch) -> str:
        """The fingerprint of what made the file."""
        return self.metadata(dataset, batch).get("fingerprint", "")

    def metadata(self, dataset: str, batch: Batch) -> dict[str, str]:
        """What nabra wrote into the file's metadata, without its prefix."""
        metadata = _own(parquet.read_metadata(self.files, file_of(dataset, batch)))
        return {key.removeprefix(METADATA_PREFIX): value for key, value in metadata.items()}

    def decided(self, batch: Batch) -> str:
        """What changes when users' decisions about a batch do, where they are applied: see `CorrectedStore`."""
        return ""

    def read(self, dataset: str, batch: Batch) -> pa.Table:
        """The rows of one batch; columns that came after the schema version of its file are null."""
        return self._read(dataset, file_of(dataset, batch))[0]

    def _read(self, dataset: str, name: str) -> tuple[pa.Table, dict[str, str]]:
        """The rows of a file under the current schema, and its metadata."""
        data, metadata = parquet.read(self.files, name)
        data = upgrade(DATASETS[dataset], data, self._version(name, metadata))
        return check(DATASETS[dataset], data), _own(metadata)

    def _version(self, name: str, metadata: Mapping[str, str]) -> int:
        version = metadata.get(f"{METADATA_PREFIX}schema_version", str(SCHEMA_VERSION))
        if not version.isdecimal() or not 1 <= int(version) <= SCHEMA_VERSION:
            known = f"this nabra knows 1 to {SCHEMA_VERSION}; upgrade nabra"
            raise BatchError(f"{self.files.path(name)} has schema version {version}, {known}")
        return int(version)

    def scan(
        self, dataset: str, columns: list[str], where: ds.Expression | None = None, files: list[str] | None = None
    ) -> pa.Table:
        """The given columns over all batches, or the files given; `ingest_date` (string) is a column too."""
        try:
            return self.dataset(dataset, files).to_table(columns=columns, filter=where)
        except (OSError, pa.ArrowException) as error:
            raise self.files.failed(dataset, "read", error) from error

    def rows(self, dataset: str, columns: list[str], where: ds.Expression | None = None) -> Iterator[dict[str, Any]]:
        """As `scan`, row by row: a year has millions."""
        try:
            for batch in self.dataset(dataset).to_batches(columns=columns, filter=where):
                yield from batch.to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise self.files.failed(dataset, "read", error) from error

    def located(self, dataset: str, columns: list[str], where: ds.Expression) -> Iterator[tuple[Batch, dict[str, Any]]]:
        """The rows for which `where` holds, each with its batch."""
        for row in self.scan(dataset, [*columns, "__filename"], where).to_pylist():
            batch = batch_of(row.pop("__filename"))
            if batch:
                yield batch, row

    def batches_with(self, dataset: str, where: ds.Expression) -> set[Batch]:
        """The batches of which a row is such that `where` holds."""
        names = self.scan(dataset, ["__filename"], where)["__filename"].unique().to_pylist()
        return {batch for batch in map(batch_of, names) if batch}

    def dataset(self, dataset: str, files: Sequence[str] | None = None) -> ds.Dataset:
        """The files (all, if none are given) as a pyarrow dataset; without any it has the columns and no rows."""
        names = [file.name for file in self.batch_files(dataset).values()] if files is None else files
        return parquet.open_files(self.files, dataset, names, DATASETS[dataset].schema)

    def count_rows(self, name: str) -> int:
        """The rows of a file, as it says itself; StoreError if it is damaged."""
        return parquet.count_rows(self.files, name)

    def write(self, dataset: str, batch: Batch, data: pa.Table, provenance: Provenance) -> None:
        """Publish the rows of one batch, replacing what was there; SchemaError if they are not the dataset's."""
        metadata = {f"{METADATA_PREFIX}schema_version": str(SCHEMA_VERSION)} | provenance.metadata
        self.files.write(file_of(dataset, batch), parquet.encode(check(DATASETS[dataset], data), metadata))

    def remove(self, dataset: str, batch: Batch) -> None:
        """Remove the rows of one batch, if there are any."""
        self.files.remove(file_of(dataset, batch))

    def write_rejects(self, stage: str, batch: Batch, data: pa.Table, provenance: Provenance) -> None:
        """Publish what a stage refused of a batch; without refusals no file is left, nor one of an earlier run."""
        refused = batch.refused_by(stage)
        if data.num_rows:
            self.write(REJECTS.name, refused, data, replace(provenance, stage=REJECTS.name))
        else:
            self.remove(REJECTS.name, refused)

    def merge(self, dataset: str, sources: Sequence[str], name: str) -> None:
        """Publish the rows of some files as one of the current schema version."""
        tables = (self._read(dataset, source)[0] for source in sources)
        metadata = {f"{METADATA_PREFIX}schema_version": str(SCHEMA_VERSION)}
        parquet.write_all(self.files, name, tables, DATASETS[dataset].schema, metadata)

    def outdated(self, dataset: str) -> list[str]:
        """The files of an earlier schema version."""
        names = [file.name for file in self.batch_files(dataset).values()]
        return [name for name in names if self._version(name, parquet.read_metadata(self.files, name)) < SCHEMA_VERSION]

    def rewrite(self, dataset: str, batch: Batch, change: Callable[[pa.Table], pa.Table]) -> None:
        """Publish the rows of a batch as `change` makes them, if they change; what made them stays in the metadata."""
        name = file_of(dataset, batch)
        data, metadata = self._read(dataset, name)
        changed = check(DATASETS[dataset], change(data))
        if not changed.equals(data):
            self._publish(name, changed, metadata)

    def migrate(self, dataset: str, name: str) -> None:
        """Publish the rows of a file anew under the current schema version; what made it stays in its metadata."""
        self._publish(name, *self._read(dataset, name))

    def _publish(self, name: str, data: pa.Table, metadata: dict[str, str]) -> None:
        key, now = f"{METADATA_PREFIX}schema_version", str(SCHEMA_VERSION)
        before = metadata.get(key, now)
        if before != now:  # so that it stays known which tables there were when the rows were made
            metadata.setdefault(f"{METADATA_PREFIX}made_under", before)
        metadata[key] = now
        self.files.write(name, parquet.encode(data, metadata))


class _DaysOfStore(Store):
    """See `Store.of_days`."""

    def __init__(self, files: Files, days: Collection[str]) -> None:
        super().__init__(files)
        self._days = sorted(days)

    def days(self, dataset: str) -> list[str]:
        return list(self._days)

    def batch_files(self, dataset: str) -> dict[Batch, File]:
        found: dict[Batch, File] = {}
        for day in self._days:
            found |= _by_batch(self.files.below(day_folder(dataset, day)))
        return found


class _RememberingStore(Store):
    """See `Store.remembering`."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.files)
        self._store = store
        self._listed: dict[str, dict[Batch, File]] = {}

    def days(self, dataset: str) -> list[str]:
        return self._store.days(dataset)

    def of_days(self, days: Collection[str]) -> Store:
        return self

    def batch_files(self, dataset: str) -> dict[Batch, File]:
        if dataset not in self._listed:
            self._listed[dataset] = self._store.batch_files(dataset)
        return self._listed[dataset]

    def _all_there(self, stage: Stage, batches: set[Batch]) -> set[Batch]:
        return batches.intersection(*(self.batch_files(dataset) for dataset in stage.makes))


def _by_batch(files: Mapping[str, File]) -> dict[Batch, File]:
    found = ((batch_of(name), file) for name, file in files.items())
    return {batch: file for batch, file in found if batch}


def _own(metadata: Mapping[str, str]) -> dict[str, str]:
    """nabra's own of a file's metadata."""
    return {key: value for key, value in metadata.items() if key.startswith(METADATA_PREFIX)}
