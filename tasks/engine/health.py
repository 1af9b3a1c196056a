"""Health: what somebody should look at though runs succeed, such as a source that has failed for days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.config.settings import RunSettings
from nabra.tasks.coverage.alarms import alarms
from nabra.tasks.documents.identity import canonical_url
from nabra.tasks.engine.attempts import failures
from nabra.tasks.engine.standstill import last_progress
from nabra.tasks.fetch.page_states import FAILED, PageState, newest_pages
from nabra.tasks.fetch.sources import Source
from nabra.tasks.fetch.targets import targets_of
from nabra.tasks.schemas import PAGES
from nabra.tasks.warehouse.lease import seen_holder
from nabra.tasks.warehouse.removal import removals
from nabra.tasks.warehouse.snapshot import datasets
from nabra.tasks.warehouse.store import Store

Runs = Sequence[Mapping[str, Any]]


def problems(store: Store, sources: Iterable[Source], settings: RunSettings, now: datetime) -> Iterator[str]:
    """A sentence for each of what is wrong at present, none where all is well.

    A run that stands still; batches on which a stage failed; no fetching for `max_failing_hours`; of the sources that
    are on and not removed: an address that has failed for as long, a source that has given nothing new for
    `max_silent_days` since it was first asked, and what the table `coverage` says of its last day: too few articles by
    its own rhythm, addresses that it lost.
    """
    yield from _standstill(store, settings, now)
    for failure in failures(store):
        times = failure.attempts + failure.deaths
        yield f"batch {failure.batch}: {failure.stage} failed {times} times: {failure.error}"
    opened = datasets(store)
    runs: Runs = opened["runs"].to_table(columns=["source", "started_at", "new"]).to_pylist()
    broken_before = now - timedelta(hours=settings.max_failing_hours)
    last = max((run["started_at"] for run in runs), default=None)
    if last is not None and last < broken_before:
        yield f"no run has fetched anything since {_shown(last)}"
    away = {removal.value for removal in removals(store) if removal.kind == "source"}
    asked_now = [source for source in sources if source.enabled and source.id not in away]
    addresses = {source.id: list(_addresses(source)) for source in asked_now}
    states = _states(opened["pages"], [address for each in addresses.values() for address in each])
    wrong = dict(alarms(store))
    for name, asked in addresses.items():
        failing = [states[address] for address in asked if address in states and states[address].outcome == FAILED]
        long_failing = [page for page in failing if page.changed_at < broken_before]
        for page in long_failing:
            yield f"source {name}: {page.url} fails since {_shown(page.changed_at)}: {page.reason}"
        since = _silent_since([run for run in runs if run["source"] == name])
        if not long_failing and since is not None and since < now - timedelta(days=settings.max_silent_days):
            yield f"source {name}: nothing new since {_shown(since)}"
        if name in wrong:
            yield wrong[name]


def _standstill(store: Store, settings: RunSettings, now: datetime) -> Iterator[str]:
    """A run at work that has settled nothing for half the time after which it is to end."""
    holder, last = seen_holder(store.files), last_progress(store)
    if holder and last and last < now - timedelta(minutes=settings.max_still_minutes / 2):
        who = f"run {holder.run}, process {holder.pid} on {holder.host}"
        yield f"{who}, has settled nothing since {_shown(last)}; see run.max_still_minutes"


def _addresses(source: Source) -> Iterator[str]:
    for target in targets_of(source):
        if target.path is None:
            yield canonical_url(target.address)


def _states(pages: ds.Dataset, addresses: list[str]) -> Mapping[str, PageState]:
    names = [column.name for column in PAGES.columns]
    return newest_pages(
        pages.to_table(columns=names, filter=ds.field("url").isin(pa.array(addresses, pa.string()))).to_pylist()
    )


def _silent_since(runs: Runs) -> datetime | None:
    """When a source gave a new document last, or else was first asked; None where it never was."""
    new = [run["started_at"] for run in runs if run["new"]]
    return max(new) if new else min((run["started_at"] for run in runs), default=None)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
