"""`nabra export` of tables: as Parquet, as a dataset folder, as a graph; and their contract."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final

import duckdb
import pyarrow as pa
import typer

from nabra.flows.cli.chosen import Chosen, Outlets, Since, Until, chosen_views
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.table_files import whole_file, write_parquet
from nabra.flows.cli.topics import Match, TopicId
from nabra.flows.cli.views import run_query
from nabra.flows.terminal.progress import console
from nabra.tasks.errors import UsageError
from nabra.tasks.report.scope import ask
from nabra.tasks.schemas import DATASETS, TOPICS, VERSIONED, Dataset
from nabra.tasks.warehouse.card import card
from nabra.tasks.warehouse.contract import contract as contract_of
from nabra.tasks.warehouse.croissant import croissant

# What belongs to an article; the bytes as received are for nobody else.
TABLES: Final = {name: DATASETS[name] for name in VERSIONED if name != "raw"} | {TOPICS.name: TOPICS}
# Without the words one by one, which are most of the bytes.
USUAL: Final = tuple(name for name in TABLES if name != "tokens")

Folder = Annotated[Path, typer.Argument(help="Folder to write to; it is made where it is not there.")]
Tables = Annotated[
    list[str] | None,
    typer.Option("--table", help=f"One of {', '.join(TABLES)}; may be given several times. [default: all but tokens]"),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]

# Pairs of who is for or against whom; the narration of the outlets is told apart by outlet.
_EDGES: Final = """
select case source_kind when 'author' then 'author: ' || outlet else coalesce(source_id, stances.source) end as source,
       coalesce(target_id, target) as target, count(*) filter (stance = 'favor') as favor,
       count(*) filter (stance = 'against') as against, count(distinct doc_id) as articles, count(*) as weight,
       avg(score) as score
from stances join (select doc_id, outlet from article) using (doc_id) group by 1, 2 order by 1, 2
"""
_SPAN: Final = "select count(*) as articles, min(day) as first, max(day) as last from article"


def tables(
    folder: Folder,
    table: Tables = None,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    topic: TopicId = None,
    match: Match = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Tables as Parquet, one file each: of the articles of some days, outlets, topics, in the version to read.

    Each column says in the file what it means.

    **Example** `nabra export tables april --since 2026-04-01 --until 2026-04-30 --table clean --table quotes`
    """
    wanted, chosen = _wanted(table), Chosen(since, until, outlet, topic, match)
    with chosen_views(open_store(config, warehouse), config, chosen, all_topics=TOPICS.name in wanted) as views:
        _write_tables(views, _made(folder), wanted)
    console.print(f"{folder}: {', '.join(wanted)}", markup=False)


def dataset(
    folder: Folder,
    table: Tables = None,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    topic: TopicId = None,
    match: Match = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """A dataset folder to hand over: Parquet, a card that `datasets.load_dataset` reads, Croissant, a data contract.

    **Example** `nabra export dataset water --match "المياه | السدود"`
    """
    wanted, chosen = _wanted(table), Chosen(since, until, outlet, topic, match)
    with chosen_views(open_store(config, warehouse), config, chosen, all_topics=TOPICS.name in wanted) as views:
        _write_tables(views, _made(folder / "data"), wanted)
        (span,) = ask(views, _SPAN)
    placed = {f"data/{name}.parquet": TABLES[name] for name in wanted}
    days = f"{span['first']} to {span['last']}"
    sums = {path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in placed}
    told = f"{span['articles']} Arabic news articles, {days}, with what nabra found in them."
    _write(folder / "README.md", card(placed, span["articles"], days))
    _write(folder / "croissant.json", croissant("nabra", told, sums, placed))
    _write(folder / "datacontract.yaml", contract_of(placed.values(), "data/{model}.parquet"))
    console.print(f"{folder}: {span['articles']} articles", markup=False)


def graphml(
    output: Output,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    topic: TopicId = None,
    match: Match = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Who is for or against whom as GraphML for Gephi: an edge for each source and target, with how often it is which.

    **Example** `nabra export graphml -o positions.graphml --since 2026-04-01`
    """
    from nabra.tasks.warehouse.graph import graphml as graphml_of  # lxml, for this form alone

    store, chosen = open_store(config, warehouse), Chosen(since, until, outlet, topic, match)
    with chosen_views(store, config, chosen, all_topics=False) as views:
        edges = ask(views, _EDGES)
    with whole_file(output) as partial:
        partial.write_bytes(graphml_of(edges))
    console.print(f"{output}: {len(edges)} edges", markup=False)


def contract(output: Output, warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """The contract of the warehouse's tables, as it lies there: Open Data Contract Standard 3, for `datacontract test`.

    **Example** `nabra export contract -o datacontract.yaml`
    """
    store = open_store(config, warehouse)
    there = [one for one in DATASETS.values() if store.batches(one.name)]
    _write(output, contract_of(there, f"{store}/{{model}}/**/*.parquet"))


def _wanted(names: list[str] | None) -> list[str]:
    if unknown := [name for name in names or () if name not in TABLES]:
        raise UsageError(f"no table {', '.join(unknown)} to export; there are: {', '.join(TABLES)}")
    return [name for name in TABLES if name in (names or USUAL)]


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from error
    return folder


def _write_tables(views: duckdb.DuckDBPyConnection, folder: Path, names: list[str]) -> None:
    for name in names:
        with whole_file(folder / f"{name}.parquet") as partial:
            write_parquet(_rows(views, TABLES[name]), partial)


def _rows(views: duckdb.DuckDBPyConnection, of: Dataset) -> pa.Table:
    columns = ", ".join(f'"{name}"' for name in of.schema.names)
    order = ", ".join(of.key)
    query = f"select {columns} from {of.name} where doc_id in (select doc_id from article) order by {order}"
    return run_query(views, query).cast(of.schema)


def _write(path: Path, text: str) -> None:
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
