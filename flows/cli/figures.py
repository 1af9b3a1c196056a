"""Figures of a warehouse: of its datasets, runs, rejects and stories.

Read by pyarrow alone: they are asked for often, and DuckDB takes longer to start than all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.snapshot import datasets
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded

Row = dict[str, Any]

SHOWN_CHARS: Final = 80  # of an article without a title


class Holding(NamedTuple):
    """What there is of one dataset; `last` is the newest `ingest_date`."""

    dataset: str
    files: int
    rows: int
    bytes: int
    last: str


class Article(NamedTuple):
    """An article that has a date."""

    doc_id: str
    title: str
    published_at: datetime


class Figures:
    """Counts a warehouse as it is when this is made; StoreError on a file that cannot be read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._opened = datasets(store)

    def holdings(self) -> list[Holding]:
        """What there is of each dataset."""
        with ThreadPoolExecutor() as pool:  # each opens hundreds of files
            counts = list(pool.map(self._count, self._opened))
        return [self._holding(name, count) for name, count in zip(self._opened, counts, strict=True)]

    def rejects(self) -> list[Row]:
        """Documents and an example (`detail`) by `stage` and `reason`, the most frequent first."""
        grouped = self._read("rejects", ["stage", "reason", "detail"]).group_by(["stage", "reason"], use_threads=False)
        counted = grouped.aggregate([([], "count_all"), ("detail", "first")])
        order = [("count_all", "descending"), ("stage", "ascending"), ("reason", "ascending")]
        return list(counted.sort_by(order).rename_columns(["stage", "reason", "documents", "detail"]).to_pylist())

    def last_runs(self, columns: Sequence[str]) -> list[Row]:
        """Columns of `runs`, of the last run that asked each source."""
        runs = self._read("runs", ["source", "started_at", *columns])
        last = runs.group_by("source").aggregate([("started_at", "max")])
        newest = runs.join(last, ["source", "started_at"], ["source", "started_at_max"], "left semi")
        return list(newest.sort_by("source").to_pylist())

    def stories(self) -> tuple[int, int]:
        """How many stories there are, copies counted once, and in how many articles."""
        articles = self._articles("story", "duplicate_of")
        stories = pc.coalesce(articles["story"], articles["duplicate_of"], articles["doc_id"])
        return len(stories.unique()), articles.num_rows

    def undated(self) -> list[tuple[str, int, int]]:
        """The sources of articles without a date, with how many of them and of all, the most first."""
        articles = self._articles("source", "published_at")
        counted = articles.group_by("source").aggregate([("published_at", "count"), ([], "count_all")]).to_pylist()
        found = [(row["source"], row["count_all"] - row["published_at_count"], row["count_all"]) for row in counted]
        return sorted((each for each in found if each[1]), key=lambda each: (-each[1], each[0]))

    def newest(self) -> Article | None:
        """The article that was published last."""
        dated = self._articles("published_at").drop_null()
        if not dated.num_rows:
            return None
        order = [("published_at", "descending"), ("doc_id", "ascending")]
        (row,) = dated.take(pc.select_k_unstable(dated, 1, order)).to_pylist()
        where = (ds.field("doc_id") == row["doc_id"]) & (_version() == row["version"])
        (words,) = self._read("clean", ["title", "text"], where).slice(0, 1).to_pylist()
        title = words["text"][:SHOWN_CHARS] if words["title"] is None else words["title"]
        return Article(row["doc_id"], title, row["published_at"])

    def _articles(self, *columns: str) -> pa.Table:
        """Columns of the newest versions of articles, with `doc_id` and `version`."""
        wanted = {"doc_id": ds.field("doc_id"), "version": _version()}
        articles = self._read("clean", wanted | {name: ds.field(name) for name in columns})
        old = superseded(self._store, tuple(STAGES.values()))
        if not old:
            return articles
        names = zip(articles["doc_id"].to_pylist(), articles["version"].to_pylist(), strict=True)
        return articles.filter(pa.array([name not in old for name in names], pa.bool_()))

    def _count(self, name: str) -> int:
        with self._named(name):
            return int(self._opened[name].count_rows())

    def _holding(self, name: str, rows: int) -> Holding:
        files = self._store.batch_files(name)
        last = max((batch.ingest_date for batch in files), default="")
        return Holding(name, len(files), rows, sum(file.size for file in files.values()), last)

    def _read(
        self, name: str, columns: Sequence[str] | Mapping[str, ds.Expression], where: ds.Expression | None = None
    ) -> pa.Table:
        with self._named(name):
            return self._opened[name].to_table(columns=columns, filter=where)

    @contextmanager
    def _named(self, dataset: str) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            raise StoreError(f"{self._store}/{dataset}: {error}; delete the damaged file and run again") from error


def _version() -> ds.Expression:
    return pc.coalesce(ds.field("version"), 1)
