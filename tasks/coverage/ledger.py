"""The ledger of a day: what became of the documents of each source, counted in the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from nabra.tasks.fetch.page_states import FAILED, LISTING, NOT_MODIFIED, PAGE
from nabra.tasks.schemas import CLEAN, PAGES, POSTPONED, RAW, REJECTS, RUNS
from nabra.tasks.warehouse.layout import DAY
from nabra.tasks.warehouse.store import Store

# A day and a source.
Key = tuple[str, str]
HOURS: Final = 24
_FIRST_VERSION: Final = ds.field("version").is_null() | (ds.field("version") == 1)


@dataclass
class Entry:
    """What became of the documents of one source on one day; see the table `coverage`."""

    asked: int = 0
    asked_until: datetime | None = None
    named: int | None = None
    fetched: int = 0
    refused: int = 0
    lost: int = 0
    gaps: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    by_hour: list[int] = field(default_factory=lambda: [0] * HOURS)


class Ledger:
    """The entries of some days by day and source; `asked_before` are the sources that were asked on earlier days."""

    def __init__(self, store: Store, days: Collection[str], asked_before: Collection[str]) -> None:
        self._store = store.of_days(days)
        self._asked_before = frozenset(asked_before)
        self.entries: defaultdict[Key, Entry] = defaultdict(Entry)
        self._count_runs()
        self._count_documents()
        self._count_rejects()
        self._count_named()
        self._count_lost()

    def _count_runs(self) -> None:
        self._started: defaultdict[str, list[datetime]] = defaultdict(list)
        for row in self._scan(RUNS.name, ["source", "started_at"]).sort_by("started_at").to_pylist():
            entry = self._entry(row)
            entry.asked += 1
            entry.asked_until = row["started_at"]
            self._started[row["source"]].append(row["started_at"])

    def _count_documents(self) -> None:
        for row in _counted(self._scan(RAW.name, ["source"], _FIRST_VERSION)):
            self._entry(row).fetched += row["count_all"]
        columns = ["source", "published_at", "fetched_at"]
        for row in _counted(_with_hour(self._scan(CLEAN.name, columns, _FIRST_VERSION)), "hour"):
            entry = self._entry(row)
            entry.articles += row["count_all"]
            if row["hour"] is not None:
                entry.by_hour[row["hour"]] += row["count_all"]

    def _count_rejects(self) -> None:
        for row in _counted(self._scan(REJECTS.name, ["source", "stage"]), "stage"):
            if row["stage"] == "fetch":
                self._entry(row).refused += row["count_all"]
            else:
                self._entry(row).rejected[row["stage"]] += row["count_all"]

    def _count_named(self) -> None:
        columns = ["source", "checked_at", "named", "first_named"]
        where = (ds.field("kind") == LISTING) & ds.field("first_named").is_valid()
        for row in self._scan(PAGES.name, columns, where).to_pylist():
            entry = self._entry(row)
            entry.named = (entry.named or 0) + row["first_named"]
            entry.gaps += bool(row["named"]) and row["named"] == row["first_named"] and self._was_asked(row)

    def _was_asked(self, listing: Mapping[str, Any]) -> bool:
        """True if the source of a listing was asked before the run that read it."""
        before = [started for started in self._started[listing["source"]] if started <= listing["checked_at"]]
        return listing["source"] in self._asked_before or len(before) > 1

    def _count_lost(self) -> None:
        """Of the addresses that were left to a later run, those that were not asked though their listing was read."""
        rows = self._scan(POSTPONED.name, ["url", "source", "listed_by", "at"]).sort_by("at").to_pylist()
        if not rows:
            return
        left = {row["url"]: row for row in rows}
        asked = self._last_asked(PAGE, left)
        read = self._last_asked(LISTING, {row["listed_by"] for row in rows})
        for url, row in left.items():
            is_read = read.get(row["listed_by"], row["at"]) > row["at"]
            if is_read and asked.get(url, _NEVER) < row["at"]:
                self._entry(row).lost += 1

    def _last_asked(self, kind: str, urls: Collection[str]) -> dict[str, datetime]:
        """When addresses were asked last; of listings, when one was read last that was another."""
        where = (ds.field("kind") == kind) & ds.field("url").isin(pa.array(sorted(urls), pa.string()))
        if kind == LISTING:
            where &= ~ds.field("outcome").isin([FAILED, NOT_MODIFIED])
        rows = self._scan(PAGES.name, ["url", "checked_at"], where).group_by("url").aggregate([("checked_at", "max")])
        return dict(zip(rows["url"].to_pylist(), rows["checked_at_max"].to_pylist(), strict=True))

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        return self.entries[row[DAY], row["source"]]

    def _scan(self, dataset: str, columns: list[str], where: ds.Expression | None = None) -> pa.Table:
        return self._store.scan(dataset, [*columns, DAY], where)


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _counted(data: pa.Table, *columns: str) -> list[dict[str, Any]]:
    """How many rows there are by day, source and `columns`."""
    rows: list[dict[str, Any]] = data.group_by([DAY, "source", *columns]).aggregate([([], "count_all")]).to_pylist()
    return rows


def _with_hour(articles: pa.Table) -> pa.Table:
    """The articles with the hour in which they were published, or else fetched. A day without a clock is 00:00."""
    published = articles["published_at"]
    has_clock = pc.or_(pc.not_equal(pc.hour(published), 0), pc.not_equal(pc.minute(published), 0))
    moment = pc.if_else(pc.fill_null(has_clock, False), published, articles["fetched_at"])
    return articles.append_column("hour", pc.hour(moment))
