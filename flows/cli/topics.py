"""Topics as commands take them: of the user's file by their ids, or a query; and the table that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.index import ask_index
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.search.topics import checked_query, read_topics, topic_table
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded

TopicId = Annotated[
    list[str] | None,
    typer.Option("--topic", help="Id of a topic of config/topics.toml: only its articles; may be given several times."),
]
Match = Annotated[
    list[str] | None,
    typer.Option("--match", help="Only articles that this query finds, as `nabra find` would; may be given, too."),
]


def chosen_topics(config: Path | None, ids: Sequence[str] | None, queries: Sequence[str] | None) -> dict[str, str]:
    """The queries of the topics that are asked for, by topic: its id, or where it is a query that query itself.

    UsageError on an id that the file does not have, and a query without words.
    """
    listed = listed_topics(config) if ids else {}
    if unknown := [name for name in ids or () if name not in listed]:
        raise UsageError(f"no topic {', '.join(unknown)}; there are: {', '.join(listed) or 'none'}")
    return {name: listed[name] for name in ids or ()} | {query: _checked(query) for query in queries or ()}


def listed_topics(config: Path | None) -> dict[str, str]:
    """The topics of the file that the settings name."""
    return read_topics(Path(load_settings(config).topics.file))


def _checked(query: str) -> str:
    try:
        return checked_query(query)
    except ValueError as error:
        raise UsageError(f"--match: {error}") from error


def found_topics(store: Store, topics: Mapping[str, str]) -> pa.Table:
    """The table `topics`: the articles of each topic, in the version that is to be read. Nothing is kept of it."""
    without = superseded(store, tuple(STAGES.values()))
    return ask_index(store, lambda index: topic_table(index, topics.items(), without))
