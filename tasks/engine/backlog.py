"""What stages have yet to do of articles that were cleaned before: under `--refresh`, or with a new stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nabra.tasks.errors import StoreError
from nabra.tasks.schemas import CLEAN
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Store


@dataclass(frozen=True)
class Backlog:
    """How many batches, with how many articles, wait for a stage."""

    stage: str
    batches: int
    articles: int

    def __str__(self) -> str:
        named = "batch" if self.batches == 1 else "batches"
        return f"{self.stage} has {self.batches} {named} of earlier runs to do, with {self.articles} articles"


def backlogs(store: Store, todo: Mapping[str, set[Batch]]) -> Iterator[Backlog]:
    """Those of `todo`, the batches that each stage has yet to do, which lie in `clean` already."""
    cleaned = set(store.batches(CLEAN.name)) if any(todo.values()) else set()
    articles = {batch: _articles(store, batch) for batch in cleaned & set().union(*todo.values())}
    for stage, batches in todo.items():
        waiting = batches & cleaned
        if waiting:
            yield Backlog(stage, len(waiting), sum(map(articles.__getitem__, waiting)))


def _articles(store: Store, batch: Batch) -> int:
    """The rows of a batch; 0 of a damaged file, of which the stage that reads it tells."""
    try:
        return store.count_rows(file_of(CLEAN.name, batch))
    except StoreError:
        return 0
