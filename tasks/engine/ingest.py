"""Ingest: what fetch gives, stored batch by batch, with the state of every address and the numbers of every source."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.config.settings import FetchSettings
from nabra.tasks.engine.days import made
from nabra.tasks.engine.failed_targets import TargetWatch
from nabra.tasks.engine.known_documents import RAW_COLUMNS, KnownDocuments, document_row
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.revisions import SAME, verdicts
from nabra.tasks.fetch.batches import content_id, cut_batches
from nabra.tasks.fetch.documents import fetch_documents
from nabra.tasks.fetch.outcomes import Deferred, Document, Fetched, LeftOut, Polled, Rejected, Seen, Unchanged
from nabra.tasks.fetch.page_states import (
    FAILED,
    NOT_MODIFIED,
    ROBOTS,
    ROBOTS_KEPT,
    UNCHANGED,
    Memory,
    asked_anew,
    newest_pages,
    utc_now,
)
from nabra.tasks.fetch.targets import Target
from nabra.tasks.schemas import PAGES, POSTPONED, RAW, REJECTS, RUNS, table
from nabra.tasks.warehouse.complete import complete_days, forget_complete
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.removal import removals, undone_at
from nabra.tasks.warehouse.store import Provenance, Store

if TYPE_CHECKING:
    from nabra.tasks.stories.stories import Extracted

# The states of addresses that no run asks for any more need not be read: a day more than the longest pause in asking.
PAUSES = 2
# Why something was passed over, in words that follow a number.
ASKED_AGAIN: Final = "asked for again and the same"
CANNOT_BE_HAD: Final = "asked for again in vain, kept as before"
REFUSED_BEFORE: Final = "refused in an earlier run for the same reason"
SAME_ARTICLE: Final = "with the same article on another page"


@dataclass
class SourceNumbers:
    """What a run fetched of one source: a row of `runs`, whose counts are explained in `nabra.tasks.schemas`."""

    seconds: float = 0.0
    numbers: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, event: Fetched, seconds: float) -> None:
        """Count what fetch gave, `seconds` after the run began."""
        self.seconds = seconds
        page = None if isinstance(event, (Seen, Deferred, LeftOut)) else event.page
        if page:
            self.numbers["requests"] += page.reason != "robots"
            self.numbers["bytes"] += page.bytes
        match event:
            case Document(row):
                self.numbers["new" if row["version"] == 1 else "edited"] += 1
                self.numbers["bytes"] += 0 if page else len(row["payload"])
            case Seen():
                self.numbers["known"] += 1
            case Deferred():
                self.numbers["postponed"] += 1
            case Rejected(row):
                self._fail(row["reason"])
            case Unchanged(_, kept) if kept.reason:
                self._fail(kept.reason)
            case Unchanged(_, kept):
                self.numbers["not_modified" if kept.outcome == NOT_MODIFIED else "unchanged"] += 1
        self.numbers["found"] += not isinstance(event, Polled)

    def _fail(self, reason: str) -> None:
        self.failures[reason] += 1
        self.numbers["robots" if reason == "robots" else "failed"] += 1

    def row(self, run_id: str, source: str, started_at: datetime) -> dict[str, Any]:
        """The row of `runs`."""
        told = ", ".join(f"{reason} {count}" for reason, count in self.failures.most_common())
        names = [column.name for column in RUNS.columns if pa.types.is_int64(column.type)]
        known = {"run_id": run_id, "source": source, "started_at": started_at, "seconds": self.seconds}
        return known | {"failures": told or None} | {name: self.numbers[name] for name in names}


def load_memory(store: Store, settings: FetchSettings, now: datetime) -> Memory:
    """The documents of the warehouse, and the newest states of the addresses that a run may ask.

    The time without runs does not count: what was edited meanwhile must be asked for.
    """
    since = min(now, _last_asked(store) or now) - timedelta(days=PAUSES * settings.recheck_days + 1)
    complete = complete_days(store, made())
    recent = store.of_days(set(store.days(RAW.name)) - complete).rows(RAW.name, list(RAW_COLUMNS))
    documents = KnownDocuments(store, map(document_row, recent), complete, since.date().isoformat())
    gone = removals(store)
    sources = {each.value for each in gone if each.kind == "source"}
    removed = {doc_id for each in gone for doc_id in each.doc_ids}
    pages = asked_anew(newest_pages(_states(store, since, now)), undone_at(store))
    return Memory(documents, pages, since, removed, sources, _postponed(store, since))


def _last_asked(store: Store) -> datetime | None:
    """The end of the last day on which the web was asked; None where it never was."""
    last = max(store.days(PAGES.name), default=None)
    return datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(days=1) if last else None


def _states(store: Store, since: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of `pages` that can still matter; the texts of robots.txt only while they hold."""
    recent = store.of_days([day for day in store.days(PAGES.name) if day >= since.date().isoformat()])
    is_robots = ds.field("kind") == ROBOTS
    names = [column.name for column in PAGES.columns]
    asked = [name for name in names if name != "content"]
    kept = ds.field("checked_at") > pa.scalar(now - ROBOTS_KEPT)
    for columns, where in ((asked, ~is_robots), (names, is_robots & kept)):
        yield from recent.rows(PAGES.name, columns, where)


def _postponed(store: Store, since: datetime) -> set[str]:
    """The addresses that runs have left to later ones."""
    recent = store.of_days([day for day in store.days(POSTPONED.name) if day >= since.date().isoformat()])
    return set(recent.scan(POSTPONED.name, ["url"])["url"].to_pylist())


class Ingest:
    """One run's fetching into the warehouse; `counts` has the numbers of each source so far."""

    def __init__(
        self, store: Store, resources: Resources, provenance: Provenance, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._store, self._resources, self._provenance, self._now = store, resources, provenance, now
        self._settings = resources.settings
        self.started_at = now()
        self.counts: dict[str, SourceNumbers] = {}
        self.met = self.new = self.rejected = self.known = 0
        self.passed_over = Counter[str]()
        self.targets = TargetWatch(())

    def run(self, targets: Sequence[Target]) -> Iterator[int]:
        """Fetch what the warehouse does not know yet; yields the number of new documents once a batch is stored.

        A document is known by its id and version, a refusal by its address and reason: a second run of the same input
        adds nothing.
        """
        self.targets = TargetWatch(targets)
        day = self.started_at.date().isoformat()
        number = len(self._store.of_days([day]).batches("raw"))
        memory = load_memory(self._store, self._settings.fetch, self.started_at)
        fetched = fetch_documents(targets, self._settings.fetch, memory, self._now)
        for batch in cut_batches(self._watched(fetched), self._settings.run.batch_articles):
            events = self._without_same_articles(batch)
            self._count(events)
            raw = [event.row for event in events if isinstance(event, Document)]
            pages = [
                event.page.row for event in events if not isinstance(event, (Seen, Deferred, LeftOut)) and event.page
            ]
            rejects = [event.row for event in events if isinstance(event, Rejected)]
            again = [row for row in rejects if (row["url"], row["reason"]) in self._refused]
            rejects = [row for row in rejects if (row["url"], row["reason"]) not in self._refused]
            if rejects:
                self._refused.update((row["url"], row["reason"]) for row in rejects)
            postponed = self._postponed(events)
            name = Batch(day, f"{number:05d}-{content_id(raw) if raw else _name(pages or rejects or postponed)}")
            if rejects:
                self._store.write_rejects("fetch", name, table(REJECTS, rejects), self._provenance)
            if raw:
                # A day that a run noted whose clock was ahead, or on which the clock of this one is behind.
                forget_complete(self._store, {day})
                self._write("raw", name, table(RAW, raw))
                number += 1
            if postponed:
                self._write("postponed", name, table(POSTPONED, postponed))
            # Last: what is not stored must be fetched again.
            if pages:
                self._write("pages", name, table(PAGES, pages))
            documents = sum(not isinstance(event, (Polled, Deferred)) for event in events)
            self.new += len(raw)
            self.rejected += len(rejects)
            self.known += documents - len(raw) - len(rejects)
            self._pass_over(events, len(again))
            yield len(raw)

    def _postponed(self, events: list[Fetched]) -> list[dict[str, Any]]:
        """The rows of `postponed`: of pages that a listing named, as only the next run shows whether they were lost."""
        left = [event for event in events if isinstance(event, Deferred) and event.listed_by]
        return [
            {"url": event.url, "source": event.source, "listed_by": event.listed_by, "at": self._now()}
            for event in left
        ]

    def _pass_over(self, events: list[Fetched], refused_before: int) -> None:
        """Count what was neither taken nor refused, by why."""
        self.passed_over += Counter(REFUSED_BEFORE for _ in range(refused_before))
        for event in events:
            if isinstance(event, Seen):
                self.passed_over[event.why] += 1
            elif isinstance(event, Unchanged):
                self.passed_over[CANNOT_BE_HAD if event.page.reason else ASKED_AGAIN] += 1

    def store_counts(self) -> None:
        """Write the numbers of the sources to `runs`."""
        run_id = self._provenance.run_id
        rows = [count.row(run_id, source, self.started_at) for source, count in self.counts.items()]
        if rows:
            name = Batch(self.started_at.date().isoformat(), f"{self.started_at:%H%M%S%f}-{run_id[:8]}")
            self._write("runs", name, table(RUNS, rows))

    def _write(self, dataset: str, batch: Batch, data: pa.Table) -> None:
        """Publish what fetch made; its files name the dataset as their stage."""
        self._store.write(dataset, batch, data, replace(self._provenance, stage=dataset))

    def _without_same_articles(self, events: list[Fetched]) -> list[Fetched]:
        """The events, in which pages that changed around an article that is the same have not changed."""
        again = [event.row for event in events if isinstance(event, Document) and event.row["version"] > 1]
        found = verdicts(again, self._store, self._cleaned) if again else {}
        return [_judged(event, found) if isinstance(event, Document) else event for event in events]

    def _cleaned(self, raw: pa.Table) -> Extracted:
        """What clean makes of documents, apart from stories. The imports are heavy, and few runs need them."""
        from nabra.tasks.clean.clean import extract_articles

        return extract_articles(raw, self._resources.cleaners)

    def __str__(self) -> str:
        return f"fetch: {self.met} documents met; stored: {self.new} new, {self.known} known, {self.rejected} refused"

    def _watched(self, fetched: Iterator[Fetched]) -> Iterator[Fetched]:
        for event in fetched:
            self._resources.progress.tick()
            self.targets.see(event)
            self.met += isinstance(event, (Document, Rejected, Seen, Unchanged))
            if isinstance(event, LeftOut):
                self.passed_over[event.kind] += 1
            else:
                yield event

    def _count(self, events: list[Fetched]) -> None:
        seconds = (self._now() - self.started_at).total_seconds()
        for event in events:
            self.counts.setdefault(event.source, SourceNumbers()).add(event, seconds)

    @cached_property
    def _refused(self) -> set[tuple[str, str]]:
        """What fetch has refused so far, of all days: read where something is refused, which few runs meet."""
        found = self._store.batch_files("rejects").items()
        files = [file.name for batch, file in found if batch.batch_id.endswith(".fetch")]
        rows = self._store.scan("rejects", ["url", "reason"], ds.field("stage") == "fetch", files).to_pylist()
        return {(row["url"], row["reason"]) for row in rows}


def _judged(event: Document, found: dict[str, str]) -> Document | Unchanged | Seen:
    doc_id, page, before = event.row["doc_id"], event.page, event.before
    verdict = found.get(doc_id)
    if verdict is None:
        return event
    if page is None:  # of a row the time may be another, which clean takes over
        is_same = verdict == SAME and event.row["hint_published_at"] is None
        return Seen(doc_id, event.source, SAME_ARTICLE) if is_same else event
    if verdict == SAME:
        return Unchanged(
            doc_id, replace(page, outcome=UNCHANGED, changed_at=before.changed_at if before else page.changed_at)
        )
    since = before.changed_at if before and before.outcome == FAILED else page.checked_at
    return Unchanged(doc_id, replace(page.without_validators(), outcome=FAILED, reason=verdict, changed_at=since))


def _name(rows: Sequence[dict[str, Any]]) -> str:
    """12 hex digits for rows that tell of no document."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
