"""Which articles a command is to take: the filters as options, and the views with the articles that pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from nabra.flows.cli.topics import chosen_topics, found_topics, listed_topics
from nabra.flows.cli.views import open_views
from nabra.tasks.report.scope import Scope, ask, choose_articles
from nabra.tasks.warehouse.store import Store

Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC), as 2026-04-12.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC).")]
Outlets = Annotated[list[str] | None, typer.Option("--outlet", help="Id of a source; may be given several times.")]


@dataclass(frozen=True)
class Chosen:
    """The values of the options by which a command takes some of the articles."""

    since: datetime | None = None
    until: datetime | None = None
    outlets: list[str] | None = None
    topics: list[str] | None = None
    queries: list[str] | None = None


def chosen_articles(store: Store, config: Path | None, chosen: Chosen) -> set[str] | None:
    """The ids of the articles that pass; None where nothing is to be filtered. UsageError where none passes."""
    if chosen == Chosen():
        return None
    with chosen_views(store, config, chosen, all_topics=False) as views:
        return {row["doc_id"] for row in ask(views, "select doc_id from article")}


@contextmanager
def chosen_views(
    store: Store, config: Path | None, chosen: Chosen, *, all_topics: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The views, with the table `article` of the articles that pass, and in `topics` those that are asked for.

    Where none is and `all_topics`, all of the file: finding their articles takes an index. UsageError where no article
    passes.
    """
    topics = chosen_topics(config, chosen.topics, chosen.queries)
    since, until = (moment.date() if moment else None for moment in (chosen.since, chosen.until))
    scope = Scope(since, until, tuple(chosen.outlets or ()), topics=tuple(topics))
    shown = topics or (listed_topics(config) if all_topics else {})
    with open_views(store, topics=found_topics(store, shown) if shown else None) as views:
        choose_articles(views, scope)
        yield views
