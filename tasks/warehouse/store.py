"""The warehouse: datasets of Parquet files, one file a batch, on a local folder or on S3.

A batch has the same file name in every dataset: `<dataset>/ingest_date=YYYY-MM-DD/<batch_id>.parquet`. What a stage
still has to do is the set of files it reads less the set it has written; no database remembers anything. A file
appears whole or not at all: local files are written under `_tmp/`, synced and renamed, objects on S3 are put in one
request. Files whose name starts with `_` or `.` are never data.
"""

from __future__ import annotations

import json
import math
import os
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from nabra.config.settings import StoreSettings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import BatchError, StoreError
from nabra.tasks.schemas import DATASETS, REJECTS, SCHEMA_VERSION, Dataset, check, upgrade
from nabra.tasks.stage import Stage

METADATA_PREFIX = "nabra."
TEMPORARY = "_tmp"
# With exponential back-off between: a request fails when the store has not answered well for some 20 seconds.
S3_ATTEMPTS = 6
WRITE_ADVICE = "make room or mend what is in the way, then run again: what is done is kept"
_FORMAT: Final[dict[str, Any]] = {"compression": "zstd", "compression_level": 3, "write_page_index": True}
ROW_GROUP_BYTES = 32 << 20  # in memory, of a file that is merged
BATCH_FILE = re.compile(r"ingest_date=(\d{4}-\d{2}-\d{2})/([^/_.][^/.]*)\.parquet$")


@dataclass(frozen=True, order=True)
class Batch:
    """A batch: the UTC day it was fetched on, and its name, unique in the warehouse."""

    ingest_date: str
    batch_id: str

    def __str__(self) -> str:
        return f"{self.ingest_date}/{self.batch_id}"

    @classmethod
    def parse(cls, text: str) -> Batch:
        """The batch that `str(batch)` names."""
        ingest_date, batch_id = text.split("/")
        return cls(ingest_date, batch_id)


@dataclass(frozen=True)
class Provenance:
    """What made a file; written into its Parquet metadata under `nabra.*`."""

    fingerprint: str
    version: str
    run_id: str
    # What the sources of the rows say about reading their pages, as a hash, or nothing.
    hints: Mapping[str, str] = field(default_factory=dict, hash=False)


class Store:
    """The datasets below `root` of a pyarrow filesystem. All errors of the filesystem are raised as StoreError.

    `service` is what they call an object store.
    """

    def __init__(self, filesystem: pafs.FileSystem, root: str, service: str = "") -> None:
        self.filesystem = filesystem
        self.root = root.rstrip("/")
        self.service = service

    @classmethod
    def open(cls, settings: StoreSettings) -> Store:
        """The store that the settings name; credentials for S3 come from the standard AWS chain."""
        uri = settings.warehouse
        try:
            if uri.startswith("s3://"):
                # Without the delay every write, however small, is a multipart upload: three requests for one.
                options: dict[str, Any] = {
                    "allow_delayed_open": True,
                    "retry_strategy": pafs.AwsStandardS3RetryStrategy(max_attempts=S3_ATTEMPTS),
                }
                if settings.s3_region:
                    options["region"] = settings.s3_region
                if settings.s3_endpoint:
                    scheme, _, host = settings.s3_endpoint.rpartition("://")
                    options |= {"endpoint_override": host, "scheme": scheme or "https"}
                service = settings.s3_endpoint or "AWS"
                return cls(pafs.S3FileSystem(**options), uri.removeprefix("s3://"), service)
            return cls(pafs.LocalFileSystem(), str(Path(uri.removeprefix("file://")).absolute()))
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"warehouse {uri} cannot be opened: {error}") from error

    def __str__(self) -> str:
        return self.root if self.is_local else f"s3://{self.root}"

    @property
    def is_local(self) -> bool:
        """Whether the warehouse is a folder of this machine."""
        return isinstance(self.filesystem, pafs.LocalFileSystem)

    def prepare(self) -> None:
        """Make the warehouse if it is not there and see that it can be written."""
        if not self.is_local:
            return
        try:
            probe = Path(self.root) / TEMPORARY / f"probe-{uuid.uuid4().hex}"
            probe.parent.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise StoreError(
                f"warehouse {self} cannot be written: {error.strerror}; name another with --warehouse"
            ) from error

    def batches(self, dataset: str) -> list[Batch]:
        """All batches of a dataset, oldest first."""
        return sorted(self.batch_files(dataset))

    def batch_files(self, dataset: str) -> dict[Batch, pafs.FileInfo]:
        """The file of each batch of a dataset."""
        found = ((BATCH_FILE.search(info.path), info) for info in self.data_files(dataset))
        return {Batch(match[1], match[2]): info for match, info in found if match}

    def done(self, stage: Stage, fingerprint: str | None = None, *, among: set[Batch] | None = None) -> set[Batch]:
        """The batches (`among` some, or all) for which the stage has written all its datasets.

        With a `fingerprint`, only those that the stage made under this one, which takes a look into each file.
        """
        done = set.intersection(*(set(self.batches(dataset)) for dataset in stage.makes))
        done = done if among is None else done & among
        if fingerprint is None:
            return done
        return {batch for batch in done if self.fingerprint(stage.makes[-1], batch) == fingerprint}

    def fingerprint(self, dataset: str, batch: Batch) -> str:
        """The fingerprint of what made the file."""
        return self.metadata(dataset, batch).get("fingerprint", "")

    def metadata(self, dataset: str, batch: Batch) -> dict[str, str]:
        """What nabra wrote into the file's metadata, without its prefix."""
        metadata = self._metadata(self._path(dataset, batch.batch_id, batch.ingest_date))
        return {key.removeprefix(METADATA_PREFIX): value for key, value in metadata.items()}

    def read(self, dataset: str, batch: Batch) -> pa.Table:
        """The rows of one batch; columns that came after the schema version of its file are null."""
        return self._read(dataset, self._path(dataset, batch.batch_id, batch.ingest_date))[0]

    def count_rows(self, path: str) -> int:
        """The rows of the file at `path`, as its footer tells; StoreError where it has none."""
        try:
            rows: int = pq.read_metadata(path, filesystem=self.filesystem).num_rows
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, "read", error) from error
        return rows

    def outdated(self, dataset: str) -> list[str]:
        """The paths of the files of an earlier schema version."""
        return [path for path in self._files(dataset) if _version(path, self._metadata(path)) < SCHEMA_VERSION]

    def migrate(self, dataset: str, path: str) -> None:
        """Publish the rows of a file anew under the current schema version; what made it stays in its metadata."""
        data, metadata = self._read(dataset, path)
        self._put(path, data, metadata | {f"{METADATA_PREFIX}schema_version": str(SCHEMA_VERSION)})

    def _read(self, dataset: str, path: str) -> tuple[pa.Table, dict[str, str]]:
        """The rows of a file under the current schema, and its metadata."""
        try:
            data = pq.read_table(path, filesystem=self.filesystem, partitioning=None)
        except pa.ArrowInvalid as error:
            raise BatchError(f"{path} cannot be read: {error}") from error
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, "read", error) from error
        metadata = _texts(data.schema.metadata)
        data = upgrade(DATASETS[dataset], data.replace_schema_metadata(None), _version(path, metadata))
        return check(DATASETS[dataset], data), metadata

    def scan(
        self, dataset: str, columns: list[str], where: ds.Expression | None = None, files: list[str] | None = None
    ) -> pa.Table:
        """The given columns over all batches, or the files given; `ingest_date` (string) is a column too."""
        try:
            return self.dataset(dataset, files).to_table(columns=columns, filter=where)
        except (OSError, pa.ArrowException) as error:
            raise self._failed(f"{self.root}/{dataset}", "read", error) from error

    def rows(self, dataset: str, columns: list[str], where: ds.Expression | None = None) -> Iterator[dict[str, Any]]:
        """As `scan`, row by row: a year has millions."""
        try:
            for batch in self.dataset(dataset).to_batches(columns=columns, filter=where):
                yield from batch.to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise self._failed(f"{self.root}/{dataset}", "read", error) from error

    def located(self, dataset: str, columns: list[str], where: ds.Expression) -> Iterator[tuple[Batch, dict[str, Any]]]:
        """The rows for which `where` holds, each with its batch."""
        for row in self.scan(dataset, [*columns, "__filename"], where).to_pylist():
            match = BATCH_FILE.search(row.pop("__filename"))
            if match:
                yield Batch(match[1], match[2]), row

    def dataset(self, dataset: str, files: list[str] | None = None) -> ds.Dataset:
        """The files (all, if none are given) as a pyarrow dataset; without any it has the columns and no rows."""
        partitioning = ds.partitioning(pa.schema([("ingest_date", pa.string())]), flavor="hive")
        schema = DATASETS[dataset].schema.append(pa.field("ingest_date", pa.string()))
        return ds.dataset(
            self._files(dataset) if files is None else files,
            schema=schema,
            format="parquet",
            filesystem=self.filesystem,
            partitioning=partitioning,
            partition_base_dir=f"{self.root}/{dataset}",
        )

    def superseded(self) -> set[tuple[str, int]]:
        """The versions (doc_id, number) of articles that give way to another: to the newest that all stages have taken.

        While a stage has yet to take an edited article, or where one has refused it, the version before stays the one
        to read: the tables of one version belong together.
        """
        versions: defaultdict[str, list[tuple[bool, int]]] = defaultdict(list)
        is_edit = ds.field("version") > 1
        self._add_versions(versions, is_edit)
        # Of most articles an edit was taken: the versions before it need not be looked for, which takes longer.
        waiting = [doc_id for doc_id, found in versions.items() if not max(found)[0]]
        if waiting:
            self._add_versions(versions, ds.field("doc_id").isin(waiting) & (~is_edit | ds.field("version").is_null()))
        return {
            (doc_id, number)
            for doc_id, found in versions.items()
            for number in range(1, max(number for _, number in found) + 1)
            if number != max(found)[1]
        }

    def _add_versions(self, versions: defaultdict[str, list[tuple[bool, int]]], where: ds.Expression) -> None:
        """Add the versions in `clean`, by doc_id: whether all stages have taken it, and its number."""
        found = list(self.located("clean", ["doc_id", "version"], where))
        is_one = ds.field("doc_id").isin([row["doc_id"] for _, row in found])
        done = self.done(list(STAGES.values())[-1]) if found else set()
        rejects = self.scan("rejects", ["doc_id", "__filename"], is_one).to_pylist() if found else []
        refused = {(row["doc_id"], row["__filename"]) for row in rejects}
        for batch, row in found:
            is_refused = any((row["doc_id"], self._rejects_path(stage, batch)) in refused for stage in STAGES)
            versions[row["doc_id"]].append((batch in done and not is_refused, row["version"] or 1))

    def write(self, dataset: str, batch: Batch, data: pa.Table, provenance: Provenance) -> None:
        """Publish the rows of one batch, replacing what was there; SchemaError if they are not the dataset's."""
        self._write(DATASETS[dataset], batch.batch_id, batch, data, provenance)

    def write_rejects(self, stage: str, batch: Batch, data: pa.Table, provenance: Provenance) -> None:
        """Publish what a stage refused of a batch; without refusals no file is left, nor one of an earlier run."""
        if data.num_rows:
            self._write(REJECTS, f"{batch.batch_id}.{stage}", batch, data, provenance)
            return
        self.remove(self._rejects_path(stage, batch).removeprefix(f"{self.root}/"))

    def _write(self, dataset: Dataset, name: str, batch: Batch, data: pa.Table, provenance: Provenance) -> None:
        metadata = {
            "stage": next((s.name for s in STAGES.values() if dataset.name in s.makes), dataset.name),
            "schema_version": str(SCHEMA_VERSION),
            "fingerprint": provenance.fingerprint,
            "version": provenance.version,
            "run_id": provenance.run_id,
        }
        if provenance.hints:
            metadata["hints"] = json.dumps(dict(provenance.hints), ensure_ascii=False)
        path = self._path(dataset.name, name, batch.ingest_date)
        self._put(path, check(dataset, data), {f"{METADATA_PREFIX}{key}": value for key, value in metadata.items()})

    def _put(self, path: str, data: pa.Table, metadata: dict[str, str]) -> None:
        sink = pa.BufferOutputStream()
        pq.write_table(data.replace_schema_metadata(metadata), sink, **_FORMAT)
        self._publish(path, sink.getvalue())

    def merge(self, dataset: str, paths: Sequence[str], name: str) -> None:
        """Publish the rows of the files at `paths` as one of the current schema version; `name` as in `put_note`.

        In memory are one file and one row group at a time. On S3 an error may leave a part of the rows under the name:
        only what this has returned from counts.
        """
        metadata = {f"{METADATA_PREFIX}schema_version": str(SCHEMA_VERSION)}
        schema = DATASETS[dataset].schema.with_metadata(metadata)
        with self._sink(f"{self.root}/{name}") as sink, pq.ParquetWriter(sink, schema, **_FORMAT) as writer:
            for group in _row_groups(self._read(dataset, path)[0] for path in paths):
                writer.write_table(group)

    def put_note(self, name: str, content: bytes) -> None:
        """Publish a small file that is no data; `name` is its path below the root and begins with `_`."""
        self._publish(f"{self.root}/{name}", content)

    def notes(self, folder: str) -> dict[str, bytes]:
        """The notes below a folder, by name."""
        try:
            return {name: self._content(info.path) for name, info in self.files(folder).items()}
        except OSError as error:
            raise self._failed(f"{self.root}/{folder}", "read", error) from error

    def age(self, name: str) -> float:
        """Seconds since a note was published, by the clock of the store, which another machine's may not agree with."""
        now = f"_now/{uuid.uuid4().hex}"
        self.put_note(now, b"")
        try:
            written, latest = self.filesystem.get_file_info([f"{self.root}/{name}", f"{self.root}/{now}"])
        except OSError as error:
            raise self._failed(f"{self.root}/{name}", "read", error) from error
        self.remove(now)
        if written.mtime is None:
            return math.inf
        age: float = (latest.mtime - written.mtime).total_seconds()
        return age

    def note(self, name: str) -> bytes | None:
        """One note by its name, or None if there is none."""
        path = f"{self.root}/{name}"
        try:
            found = self.filesystem.get_file_info(path).type == pafs.FileType.File
            return self._content(path) if found else None
        except OSError as error:
            raise self._failed(path, "read", error) from error

    def remove(self, name: str) -> None:
        """Remove a file below the root; nothing happens where there is none."""
        path = f"{self.root}/{name}"
        try:
            if self.filesystem.get_file_info(path).type == pafs.FileType.File:
                self.filesystem.delete_file(path)
        except FileNotFoundError:
            return  # another process was faster
        except OSError as error:
            raise self._failed(path, "removed", error) from error

    def temporary(self, older_than: float) -> dict[str, int]:
        """Bytes of the files that unfinished writes left before `older_than` (seconds since 1970), by name."""
        found = self.files(TEMPORARY)
        return {name: info.size for name, info in found.items() if info.mtime.timestamp() < older_than}

    def files(self, folder: str) -> dict[str, pafs.FileInfo]:
        """All files below a folder of the root, by their path below the root, in its order."""
        selector = pafs.FileSelector(f"{self.root}/{folder}", recursive=True, allow_not_found=True)
        try:
            found: Iterable[pafs.FileInfo] = self.filesystem.get_file_info(selector)
        except OSError as error:
            raise self._failed(f"{self.root}/{folder}", "listed", error) from error
        files = {info.path.removeprefix(f"{self.root}/"): info for info in found if info.type == pafs.FileType.File}
        return dict(sorted(files.items()))

    def data_files(self, dataset: str) -> list[pafs.FileInfo]:
        """The files of a dataset, oldest day first."""
        found = self.files(dataset).values()
        return [info for info in found if info.extension == "parquet" and info.base_name[0] not in "_."]

    def _publish(self, path: str, content: pa.Buffer | bytes) -> None:
        with self._sink(path) as sink:
            sink.write(content)

    @contextmanager
    def _sink(self, path: str) -> Iterator[Any]:
        """A stream whose content is at `path` once the block has ended well."""
        local = _sink_local(Path(self.root), Path(path)) if self.is_local else None
        try:
            with local or self.filesystem.open_output_stream(path) as stream:
                yield stream
        except OSError as error:
            raise self._failed(path, "written", error) from error

    def _failed(self, path: str, what: str, error: Exception) -> StoreError:
        """The error to raise where `path` cannot be `what` (read, written …)."""
        cause = (error.strerror if isinstance(error, OSError) else None) or error
        advice = f"; {WRITE_ADVICE}" if what == "written" else ""
        if self.service and isinstance(error, OSError):
            advice = f"; see that {self.service} answers and lets you in, then run again: what is done is kept"
        return StoreError(f"{'' if self.is_local else 's3://'}{path} cannot be {what}: {cause}{advice}")

    def _content(self, path: str) -> bytes:
        with self.filesystem.open_input_stream(path) as stream:
            content: bytes = stream.read()
        return content

    def _path(self, dataset: str, name: str, ingest_date: str) -> str:
        return f"{self.root}/{dataset}/ingest_date={ingest_date}/{name}.parquet"

    def _rejects_path(self, stage: str, batch: Batch) -> str:
        return self._path(REJECTS.name, f"{batch.batch_id}.{stage}", batch.ingest_date)

    def _files(self, dataset: str) -> list[str]:
        return [info.path for info in self.data_files(dataset)]

    def _metadata(self, path: str) -> dict[str, str]:
        try:
            return _texts(pq.read_schema(path, filesystem=self.filesystem).metadata)
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, "read", error) from error


def _texts(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """nabra's own of a file's metadata."""
    texts = {key.decode(): value.decode(errors="replace") for key, value in (metadata or {}).items()}
    return {key: value for key, value in texts.items() if key.startswith(METADATA_PREFIX)}


def _version(path: str, metadata: Mapping[str, str]) -> int:
    version = metadata.get(f"{METADATA_PREFIX}schema_version", str(SCHEMA_VERSION))
    if not version.isdecimal() or not 1 <= int(version) <= SCHEMA_VERSION:
        raise BatchError(f"{path} has schema version {version}, this nabra knows 1 to {SCHEMA_VERSION}; upgrade nabra")
    return int(version)


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows of all tables, in tables of about `ROW_GROUP_BYTES`."""
    waiting: list[pa.Table] = []
    for data in tables:
        waiting.append(data)
        if sum(part.nbytes for part in waiting) >= ROW_GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


@contextmanager
def _sink_local(root: Path, path: Path) -> Iterator[BinaryIO]:
    """Write, sync and rename within one filesystem, then sync the folder: after a crash the file is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = root / TEMPORARY / f"{uuid.uuid4().hex}.part"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
