"""`nabra sql`: a query's answer as a terminal table, TSV or JSON lines."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nabra.flows.cli.answers import json_lines, rows_table, tsv
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.table_files import CsvFile, ParquetFile, XlsxFile, write_files
from nabra.flows.cli.views import QUERY_MIB, QUERY_SECONDS, Bounds, open_views, run_query
from nabra.flows.terminal.bidi import put


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the tables are views, `end` and `at` need double quotes.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
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
    `clean_versions` and so on have all.

    Prints a table to a terminal and tab-separated values elsewhere, in which a text that a spreadsheet would take for a
    formula (it begins with = + - @) has ' before it; --json has the exact text. Files in other forms: --csv, --xlsx,
    --parquet.

    **Examples**

    `nabra sql "describe stances"`

    `nabra sql "select speaker, count(*) n from quotes group by all order by n desc limit 10"`

    `nabra sql --json "from stances where target_id = 'un'" > un.jsonl`

    `nabra sql "select source, title, published_at from clean" --xlsx articles.xlsx`
    """
    with open_views(open_store(config, warehouse), memory_mib=memory) as views:
        data = run_query(views, query, Bounds(timeout, memory))
    if write_files(data, csv, xlsx, parquet):
        return
    if as_json or not sys.stdout.isatty():
        for line in json_lines(data) if as_json else tsv(data):
            print(line)
        return
    put(rows_table(data), sys.stdout)
