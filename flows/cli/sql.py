"""`nabra sql`: a query's answer as a terminal table, TSV or JSON lines."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from nabra.flows.cli.answers import json_lines, rows_table, tsv
from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.table_files import CsvFile, ParquetFile, XlsxFile, write_files
from nabra.flows.cli.views import QUERY_MIB, QUERY_SECONDS, Bounds, open_views, run_query
from nabra.flows.terminal.bidi import put
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.store import Store


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the tables are views, `end` and `at` need double quotes.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    match: Annotated[
        list[str] | None,
        typer.Option(
            "--match", help="A query as of `nabra find`, one more topic of `topics`; may be given several times."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
    csv: CsvFile = None,
    xlsx: XlsxFile = None,
    parquet: ParquetFile = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the query may take.")] = QUERY_SECONDS,
    memory: Annotated[int, typer.Option(min=64, help="MiB that the query, and its answer, may take.")] = QUERY_MIB,
) -> None:
    """Ask the warehouse in DuckDB's SQL.

    Views: raw, clean, sentences, tokens, entities, sentiment, quotes, stances, rejects, pages, runs, actors,
    actor_entities, as docs/data.md explains them, and stories. They have the newest version of each article;
    `clean_versions` and so on have all. `topics` has the articles of each
    topic of config/topics.toml, and of each `--match`.

    Prints a table to a terminal and tab-separated values elsewhere, in which a text that a spreadsheet would take for a
    formula (it begins with = + - @) has ' before it; --json has the exact text. Files in other forms: --csv, --xlsx,
    --parquet.

    **Examples**

    `nabra sql "describe stances"`

    `nabra sql "select speaker, count(*) n from quotes group by all order by n desc limit 10"`

    `nabra sql --match "اتفاق | مياه" "select stance, count(*) n from stances join topics using (doc_id) group by all"`

    `nabra sql --json "from stances where target_id = 'un'" > un.jsonl`

    `nabra sql "select source, title, published_at from clean" --xlsx articles.xlsx`
    """
    store = open_store(config, warehouse)
    with open_views(store, memory_mib=memory, topics=_topics(store, config, query, match)) as views:
        data = run_query(views, query, Bounds(timeout, memory))
    if write_files(data, csv, xlsx, parquet):
        return
    if as_json or not sys.stdout.isatty():
        for line in json_lines(data) if as_json else tsv(data):
            print(line)
        return
    put(rows_table(data), sys.stdout)


def _topics(store: Store, config: Path | None, query: str, match: list[str] | None) -> pa.Table | None:
    """The table `topics`, where the query names it: finding its articles takes an index."""
    if not re.search(r"\btopics\b", query, re.IGNORECASE):
        if match:
            raise UsageError("--match gives the articles of the view topics, which the query does not name")
        return None
    with light_imports():
        from nabra.flows.cli.topics import chosen_topics, found_topics, listed_topics

    return found_topics(store, listed_topics(config) | chosen_topics(config, None, match))
