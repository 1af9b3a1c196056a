"""The warehouse as DuckDB sees it: a view for each dataset, and queries that can do nothing but read them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.decisions.applied import READ, Corrections
from nabra.tasks.decisions.decisions import decisions, standing
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS, TOPICS
from nabra.tasks.warehouse.layout import DAY
from nabra.tasks.warehouse.snapshot import datasets
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded

# What a query may take; those of nabra itself take seconds and some hundred MiB over a year of news.
QUERY_SECONDS: Final = 300.0
QUERY_MIB: Final = 4096
# A query can do nothing but read the views: DuckDB takes COPY inside WITH for a SELECT, so that the kind of the
# statement is not enough; without access to files there is nothing that it could write.
CONFINED: Final = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
    "TimeZone": "UTC",
}
# A row for each story, with its earliest article of all that are there now. An edited article counts once, and is as
# old as the first of its versions in the story.
STORIES: Final = """
create view stories as
with had as (
    select coalesce(story, duplicate_of, doc_id) as name, doc_id, min(fetched_at) as had_at,
           min(least(published_at, fetched_at)) as since
    from clean_versions group by all
), told as (
    select name, doc_id, source, published_at, had_at,
           first_value(doc_id) over (partition by name order by since nulls first, doc_id) as earliest
    from clean join had using (doc_id) where name = coalesce(story, duplicate_of, doc_id)
)
select name as story, earliest as doc_id, any_value(source) filter (doc_id = earliest) as source,
       min(published_at) filter (doc_id = earliest) as published_at, min(had_at) as fetched_at,
       count(distinct doc_id) as articles, count(distinct source) as outlets
from told group by name, earliest
"""


def open_views(
    store: Store,
    opened: Mapping[str, ds.Dataset] | None = None,
    memory_mib: int = QUERY_MIB,
    topics: pa.Table | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each dataset (`opened` already, or not) of the warehouse, able to read nothing else.

    A context manager: leaving it ends its threads, which could bring down a process that ends with them at work.

    The views have the columns of `nabra.tasks.schemas` and `ingest_date` (text); a dataset without files has no rows.
    Of an edited article they have the newest version that all stages have taken; all versions are in `raw` and in the
    views `clean_versions` and so on. All of these are as users have corrected them; as nabra found it, all is in
    `clean_found` and so on. One more, `stories`, has a row for each story of `clean`; `topics` has the rows that are
    given. A query is refused more than `memory_mib`.
    """
    # Without a folder for what does not fit into memory, which would be `.tmp` below the current one.
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{memory_mib}MiB", "temp_directory": ""})
    for name, value in CONFINED.items():
        connection.execute(f"set {name} = '{value}'")
    found = sorted(superseded(store, tuple(STAGES.values())))
    old = [{"doc_id": doc_id, "version": number} for doc_id, number in found]
    connection.register("superseded", pa.Table.from_pylist(old, _VERSION))
    corrections = Corrections(standing(decisions(store)))
    corrections.register(connection)
    tables = opened or datasets(store)
    for name, data in tables.items():
        connection.register(f"{name}_found" if name in READ else name, data)
    for name in READ:
        corrected = corrections.query(name, [*DATASETS[name].schema.names, DAY])
        connection.execute(f"create view {name}_versions as {corrected}")
        connection.execute(f"create view {name} as from {name}_versions" + (_NEWEST if old else ""))
    connection.execute(STORIES)
    connection.register(TOPICS.name, TOPICS.schema.empty_table() if topics is None else topics)
    return connection


_VERSION: Final = pa.schema([("doc_id", pa.string()), ("version", pa.int32())])
_NEWEST: Final = " where (doc_id, coalesce(version, 1)) not in (select (doc_id, version) from superseded)"


@dataclass(frozen=True)
class Bounds:
    """What a query, and then its answer, may take."""

    seconds: float = QUERY_SECONDS
    memory_mib: int = QUERY_MIB


def run_query(connection: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds = Bounds()) -> pa.Table:
    """The answer to one SELECT, WITH, FROM, DESCRIBE, SHOW or SUMMARIZE; UsageError on anything else, or too much."""
    late = threading.Event()

    def end() -> None:
        late.set()
        connection.interrupt()

    clock = threading.Timer(bounds.seconds, end)
    clock.daemon = True
    clock.start()
    try:
        kinds = [statement.type for statement in connection.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise UsageError(
                f"nabra sql takes one query that reads (SELECT, WITH, DESCRIBE, SHOW); got: {sql.strip()!r}"
            )
        return _answer(pa.RecordBatchReader.from_stream(connection.sql(sql)), bounds)
    except duckdb.OutOfMemoryException as error:
        raise _too_large(bounds) from error
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if late.is_set():
            told = f"the query took longer than {bounds.seconds:g} s and was ended; narrow it, or raise --timeout"
            raise UsageError(told) from error
        raise UsageError(
            f"{str(error).strip()}\nThe views are: {', '.join(DATASETS)}, stories, topics; see: describe NAME"
        ) from error
    finally:
        clock.cancel()


def _answer(reader: pa.RecordBatchReader, bounds: Bounds) -> pa.Table:
    batches, size = [], 0
    for batch in reader:
        batches.append(batch)
        size += batch.nbytes
        if size > bounds.memory_mib << 20:
            raise _too_large(bounds)
    return pa.Table.from_batches(batches, reader.schema)


def _too_large(bounds: Bounds) -> UsageError:
    return UsageError(f"the query takes more than {bounds.memory_mib} MiB of memory; narrow it, or raise --memory")
