"""A snapshot for consumers: the batch files of each day merged into one, listed in a manifest that is replaced whole.

What the pipeline works on stays as it is. Who reads the manifest and then the files that it lists sees the warehouse as
it was when the manifest was made: a merged file never changes, and stays for a while when it is no longer listed. Only
days of which a batch file came, went or was written again are merged anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import pyarrow.dataset as ds

from nabra.tasks.errors import StoreError
from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION
from nabra.tasks.warehouse.files import File
from nabra.tasks.warehouse.layout import Batch, batch_of, file_of
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Problem

FOLDER: Final = "_compact"
MANIFEST: Final = f"{FOLDER}/manifest.json"
# The files of `raw` are large as they are, and never change: its folder is read as safely as a snapshot.
COMPACTED: Final = tuple(name for name in DATASETS if name != "raw")
# Of a table without rows: a file of this day that has the columns, as most engines refuse to read no file at all.
NO_DAY: Final = "1970-01-01"


@dataclass(frozen=True)
class Manifest:
    """When a snapshot was made, its files by dataset, and files of earlier ones with the time since when they are out.

    Files are named by their path below the warehouse; times are ISO 8601, UTC.
    """

    made_at: str = ""
    files: dict[str, list[str]] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> set[str]:
        """The files of all datasets."""
        return {name for names in self.files.values() for name in names}


def read_manifest(store: Store) -> Manifest:
    """The manifest; one without files where there is none yet."""
    content = store.files.read(MANIFEST)
    return Manifest(**json.loads(content)) if content else Manifest()


def compact(store: Store, check: Callable[[], None]) -> tuple[int, int]:
    """Merge what changed since the last snapshot, publish a new one; how many files became how many.

    `check` is called before each merge and raises where the warehouse is no longer held. Killed at any moment, this
    leaves the last snapshot as it was.
    """
    last = read_manifest(store)
    sources_merged = files_made = 0
    files: defaultdict[str, list[str]] = defaultdict(list)
    for dataset in COMPACTED:
        for day, sources in (_days(store, dataset) or {NO_DAY: []}).items():
            name = _name_of_merged(dataset, day, sources)
            files[dataset].append(name)
            if name not in last.listed:
                check()
                store.merge(dataset, [source.name for source in sources], name)
                files_made += bool(sources)
                sources_merged += len(sources)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = Manifest(now, {dataset: files[dataset] for dataset in COMPACTED}, dict.fromkeys(last.listed, now) | last.out)
    check()
    _publish(store, replace(new, out={name: since for name, since in new.out.items() if name not in new.listed}))
    return sources_merged, files_made


def datasets(store: Store) -> dict[str, ds.Dataset]:
    """All datasets as they are now, in the fewest files: of days that have not changed since, that of the snapshot."""
    listed = read_manifest(store).listed
    return {name: store.dataset(name, list(_fewest(store, name, listed))) for name in DATASETS}


def _fewest(store: Store, dataset: str, listed: set[str]) -> Iterator[str]:
    for day, sources in _days(store, dataset).items():
        merged = _name_of_merged(dataset, day, sources)
        yield from [merged] if merged in listed else [source.name for source in sources]


def check_snapshot(store: Store) -> Iterator[Problem]:
    """Yield each file of the snapshot that cannot be read, or has not the rows of its sources, unchanged since."""
    current = {
        _name_of_merged(dataset, day, sources): sources
        for dataset in COMPACTED
        for day, sources in _days(store, dataset).items()
    }
    for name in sorted(read_manifest(store).listed):
        wrong, batch = _wrong(store, name, current.get(name)), batch_of(name)
        if wrong and batch:
            yield Problem(name.split("/")[1], Batch(batch.ingest_date, FOLDER), f"{wrong}; delete {FOLDER}/")


def _wrong(store: Store, merged: str, sources: Sequence[File] | None) -> str:
    try:
        rows = store.count_rows(merged)
        expected = sum(store.count_rows(source.name) for source in sources) if sources else rows
    except StoreError as error:
        return str(error)
    return "" if rows == expected else f"{store.files.path(merged)} has {rows} rows, its batches have {expected}"


def stale(store: Store, older_than: float) -> dict[str, int]:
    """Bytes of the files that no snapshot since `older_than` (seconds since 1970) has or had, by name."""
    manifest = read_manifest(store)
    out = {name: datetime.fromisoformat(since).timestamp() for name, since in manifest.out.items()}
    there = store.files.below(FOLDER)
    others = {name: file for name, file in there.items() if name not in {MANIFEST, *manifest.listed}}
    return {name: file.size for name, file in others.items() if out.get(name, file.written_at.timestamp()) < older_than}


def forget_removed(store: Store) -> None:
    """Take files that are no longer there out of the manifest."""
    manifest, there = read_manifest(store), store.files.below(FOLDER)
    if manifest.out.keys() - there.keys():
        _publish(store, replace(manifest, out={name: at for name, at in manifest.out.items() if name in there}))


def _days(store: Store, dataset: str) -> dict[str, list[File]]:
    """The files of a dataset by the day on which their batch was fetched."""
    days: defaultdict[str, list[File]] = defaultdict(list)
    for batch, file in store.batch_files(dataset).items():
        days[batch.ingest_date].append(file)
    return days


def _name_of_merged(dataset: str, ingest_date: str, sources: Sequence[File]) -> str:
    """The name of a merged file: another one if a source came, went or was written again, or the columns are others."""
    seen = [(source.name.rpartition("/")[2], *source.stamp) for source in sources]
    digest = hashlib.sha256(repr((SCHEMA_VERSION, seen)).encode()).hexdigest()[:32]
    return file_of(f"{FOLDER}/{dataset}", Batch(ingest_date, digest))


def _publish(store: Store, manifest: Manifest) -> None:
    store.files.write(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
