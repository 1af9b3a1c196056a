"""One document with all that the warehouse knows of it, found by its id, its address, or a part of one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow.dataset as pads

from nabra.flows.cli.views import open_views
from nabra.flows.terminal.inert import escape
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import StoreError, UsageError
from nabra.tasks.warehouse.store import Store

Row = dict[str, Any]

SHORTEST_PREFIX: Final = 4
CANDIDATES: Final = 10


@dataclass(frozen=True)
class Document:
    """Rows of the datasets that belong to one version of a document.

    `versions` are the numbers of all its versions in `clean`; `done` names the stages that have worked on its batches.
    """

    doc_id: str
    url: str
    versions: tuple[int, ...]
    article: Row | None
    sentences: list[Row]
    entities: list[Row]
    sentiment: list[Row]
    quotes: list[Row]
    stances: list[Row]
    rejects: list[Row]
    done: frozenset[str]


def load_document(store: Store, doc: str, version: int | None = None) -> Document:
    """The document that `doc` names: a doc_id, the beginning of one, an address, or the end of one (a file name).

    Its newest version, unless another is wanted. Raises UsageError, with the candidates, where no document or more than
    one fits, and where it has no such version.
    """
    with open_views(store) as connection:
        doc_id, url = find_document(connection, doc)
        versions = _versions(connection, "clean_versions", doc_id)
        if version is not None and version not in versions:
            raise UsageError(f"{doc!r} has no version {version}; there are: {', '.join(map(str, versions)) or 'none'}")
        wanted = version or max(_versions(connection, "clean", doc_id), default=1)
        article = _of_version(connection, "clean", "doc_id", doc_id, wanted)
        return Document(
            doc_id,
            url,
            versions,
            article[0] if article else None,
            _of_version(connection, "sentences", "sent_id", doc_id, wanted),
            _mentions(connection, doc_id, wanted),
            _of_version(connection, "sentiment", "level, sent_id", doc_id, wanted),
            _of_version(connection, "quotes", "quote_id", doc_id, wanted),
            _of_version(connection, "stances", "stance_id", doc_id, wanted),
            _rows(connection, "select * from rejects where doc_id = $doc_id order by stage", {"doc_id": doc_id}),
            _stages_done(store, doc_id),
        )


def _mentions(connection: duckdb.DuckDBPyConnection, doc_id: str, version: int) -> list[Row]:
    """The names and titles in a document; its named entities where the stage `actors` has not taken it."""
    rows = _of_version(connection, "mentions", "mention_id", doc_id, version)
    named = [row for row in rows if row["kind"] in ("name", "title")]
    return named or _of_version(connection, "entities", "entity_id", doc_id, version)


def find_document(connection: duckdb.DuckDBPyConnection, doc: str) -> tuple[str, str]:
    """The doc_id and the address of the one document that `doc` names; UsageError with the candidates otherwise."""
    tests = ["doc_id = $doc or url = $doc", "suffix(url, '/' || $doc) or suffix(url, '#' || $doc)", "suffix(url, $doc)"]
    if len(doc) >= SHORTEST_PREFIX:
        tests.insert(1, "starts_with(doc_id, lower($doc))")
    for test in tests:
        found = _rows(
            connection,
            "select doc_id, min(url) as url from"
            " (select doc_id, url from raw union all select doc_id, url from rejects where doc_id is not null)"
            f" where {test} group by doc_id order by doc_id",
            {"doc": doc},
        )
        if len(found) == 1:
            return found[0]["doc_id"], found[0]["url"]
        if found:
            raise UsageError(f"{doc!r} fits {len(found)} documents; say more of one of these:\n{_candidates(found)}")
    raise UsageError(f'no document fits {doc!r}; for a list: nabra sql "select doc_id, title, url from clean"')


def _candidates(found: list[Row]) -> str:
    lines = [f"{row['doc_id']}  {escape(row['url'])}" for row in found[:CANDIDATES]]
    if len(found) > CANDIDATES:
        lines.append(f"and {len(found) - CANDIDATES} more")
    return "\n".join(lines)


def _stages_done(store: Store, doc_id: str) -> frozenset[str]:
    batches = {batch for batch, _ in store.located("raw", [], pads.field("doc_id") == doc_id)}
    return frozenset(name for name, stage in STAGES.items() if batches and batches <= store.done(stage))


def _versions(connection: duckdb.DuckDBPyConnection, view: str, doc_id: str) -> tuple[int, ...]:
    query = f"select coalesce(version, 1) as number from {view} where doc_id = $doc_id order by number"
    return tuple(row["number"] for row in _rows(connection, query, {"doc_id": doc_id}))


def _of_version(connection: duckdb.DuckDBPyConnection, name: str, order: str, doc_id: str, version: int) -> list[Row]:
    query = f"select * from {name}_versions where doc_id = $doc_id and coalesce(version, 1) = $version order by {order}"
    return _rows(connection, query, {"doc_id": doc_id, "version": version})


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> list[Row]:
    try:
        return list(connection.sql(sql, params=parameters).to_arrow_table().to_pylist())
    except duckdb.Error as error:
        raise StoreError(f"a file of the warehouse cannot be read: {error}; nabra status names it") from error
