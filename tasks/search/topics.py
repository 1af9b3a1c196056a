"""Topics: queries with a name, and the articles that they find."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
from pydantic import AfterValidator, Field

from nabra.tasks.data_files import Entry, read_data_file, refuse_repeated_ids
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import TOPICS, table
from nabra.tasks.search.index import SearchIndex, Version
from nabra.tasks.search.terms import clauses

ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _id(name: str) -> str:
    if not ID.fullmatch(name):
        raise ValueError(f"{name!r} is no id: small Latin letters, digits, - and _")
    return name


def checked_query(query: str) -> str:
    """The query; ValueError where nothing can be looked for by it."""
    try:
        wanted = clauses(query)
    except UsageError as error:
        raise ValueError(str(error)) from error
    if all(clause.excluded for clause in wanted):
        raise ValueError(f"{query!r} has no word to look for")
    return query


class Topic(Entry):
    """A topic: its id, and the query that finds its articles."""

    id: Annotated[str, AfterValidator(_id)]
    match: Annotated[str, AfterValidator(checked_query)]


def _differ(topics: list[Topic]) -> list[Topic]:
    refuse_repeated_ids("topics", (topic.id for topic in topics))
    return topics


class TopicFile(Entry):
    """What a file of topics holds."""

    topic: Annotated[list[Topic], AfterValidator(_differ)] = Field(default_factory=list)


def read_topics(path: Path) -> dict[str, str]:
    """The queries of a file by the ids of their topics; ConfigError names the file, the topic and what is wrong."""
    return {topic.id: topic.match for topic in read_data_file(path, TopicFile).topic}


def topic_table(index: SearchIndex, topics: Iterable[tuple[str, str]], without: Collection[Version]) -> pa.Table:
    """The table `topics` of some topics (id, query), in the order of its key; `without` versions that are replaced."""
    found = {(*version, topic) for topic, query in topics for version in index.articles(clauses(query), without)}
    return table(TOPICS, [dict(zip(TOPICS.schema.names, row, strict=True)) for row in sorted(found)])
