"""What a run needs beside its settings: worker processes, and what is known of the articles before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.config.settings import Settings
from nabra.tasks.engine.repeats import Originals
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.engine.tools import prepare_tools
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.processes.pool import WorkerPool
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

if TYPE_CHECKING:
    from nabra.tasks.stories.stories import StoryIndex


class Resources:
    """What a run needs, each made when first asked for.

    `stale` are the batches of `clean` that this run makes anew: their old rows are part of no story. `progress` hears
    of all that is settled.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        stale: frozenset[Batch] = frozenset(),
        progress: Progress | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.stale = stale
        self.progress = progress or Progress()

    def close(self) -> None:
        """End the worker processes, if any were started."""
        for name in ("cleaners", "workers"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @cached_property
    def cleaners(self) -> WorkerPool:
        """The processes that clean documents."""
        from nabra.tasks.clean.cleaner import cleaner_pool, load_cleaner
        from nabra.tasks.clean.selectors import Hints

        hints = {source.id: Hints.of(source) for source in load_sources(Path(self.settings.fetch.sources))}
        return cleaner_pool(load_cleaner(self.settings.clean, hints), tick=self.progress.tick)

    @cached_property
    def workers(self) -> WorkerPool:
        """The process that has the models, for the stages after clean."""
        settings = self.settings.run
        bounds = settings.deadline_seconds, settings.worker_memory_mib
        return WorkerPool("analysis", 1, *bounds, partial(prepare_tools, self.settings), self.progress.tick)

    @cached_property
    def stories(self) -> StoryIndex:
        """The index of the articles of the `recent` batches."""
        from nabra.tasks.stories.stories import StoryIndex

        return StoryIndex.from_signed((articles for _, articles in self._recent()), self.settings.clean)

    @cached_property
    def originals(self) -> Originals:
        """The articles of these days which others may repeat word for word."""
        originals = Originals()
        for batch, articles in self._recent():
            originals.add(batch, articles)
        return originals

    @cached_property
    def named(self) -> set[str]:
        """The articles that others name as their story, or as its earliest."""
        names = ["story", "duplicate_of"]
        is_copy = (ds.field("story") != ds.field("doc_id")) | ds.field("duplicate_of").is_valid()
        return {row[name] for row in self.store.rows("clean", names, is_copy) for name in names} - {None}

    @cached_property
    def recent(self) -> set[Batch]:
        """The batches that copies are looked for in, but those that this run makes anew.

        They are those of the last `clean.duplicate_days`, and of as many days before each batch that is made anew: a
        run that was killed among these leaves its part to the next.
        """
        days = timedelta(days=self.settings.clean.duplicate_days)
        anew = {date.fromisoformat(batch.ingest_date) for batch in self.stale}
        # Without an end after today: a clock that was ahead has left batches of days to come.
        spans = [(datetime.now(UTC).date() - days, date.max), *((day - days, day) for day in anew)]
        written = [(first.isoformat(), last.isoformat()) for first, last in spans]
        in_reach = [day for day in self.store.days("clean") if _in_any(day, written)]
        return self.store.of_days(in_reach).done(STAGES["clean"]) - self.stale

    def _recent(self) -> Iterator[tuple[Batch, pa.Table]]:
        from nabra.tasks.engine.signature_cache import signed_batches

        days = {batch.ingest_date for batch in self.recent}
        return signed_batches(self.store.of_days(days), self.recent, self.settings.clean)


def _in_any(day: str, spans: Collection[tuple[str, str]]) -> bool:
    return any(first <= day <= last for first, last in spans)
