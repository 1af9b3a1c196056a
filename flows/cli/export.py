"""`nabra export`: articles as CoNLL-U or as JSON lines, a batch in memory at a time; tables, see `handover`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import typer

from nabra.flows.cli.chosen import Chosen, Outlets, Since, Until, chosen_articles
from nabra.flows.cli.document import find_document
from nabra.flows.cli.handover import contract, dataset, graphml, tables
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.topics import Match, TopicId
from nabra.flows.cli.views import open_views
from nabra.tasks.decisions.corrected import CorrectedStore
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.identities.named import named_actors
from nabra.tasks.warehouse import export as forms
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded

export = typer.Typer(help="Write articles and tables in other forms.", no_args_is_help=True)
for command in (tables, dataset, graphml, contract):
    export.command()(command)

Documents = Annotated[list[str] | None, typer.Argument(help="Articles, named as for `nabra show`. [default: all]")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write. [default: standard output]")]


@export.command()
def conllu(
    documents: Documents = None,
    output: Output = None,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    topic: TopicId = None,
    match: Match = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Sentences, words and trees as CoNLL-U, the format of treebanks, with the names and actors in its last column.

    Valid on the format level of the UD validator. `TokenRange` are the code points in `clean.title` or `clean.text`.

    **Example** `nabra export conllu festival.html -o festival.conllu`
    """
    store = open_store(config, warehouse)
    wanted = _wanted(store, config, documents, Chosen(since, until, outlet, topic, match))
    _write(store, wanted, output, forms.CONLLU_READS, forms.conllu)


@export.command()
def jsonl(
    documents: Documents = None,
    output: Output = None,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    topic: TopicId = None,
    match: Match = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """One JSON object an article: its columns in `clean`, and its sentences, entities, sentiment, quotes and stances.

    `actors` are those that the article names, as the table `actors` has them, each with its number in the article.

    **Examples**

    `nabra export jsonl > articles.jsonl`

    `nabra export jsonl --topic water --since 2026-04-01 -o water.jsonl`
    """
    store = open_store(config, warehouse)
    wanted = _wanted(store, config, documents, Chosen(since, until, outlet, topic, match))
    _write(store, wanted, output, forms.JSON_READS, lambda *rows: iter([forms.json_line(*rows)]))


def _wanted(store: Store, config: Path | None, documents: list[str] | None, chosen: Chosen) -> set[str] | None:
    passing = chosen_articles(store, config, chosen)
    if not documents:
        return passing
    with open_views(store) as views:
        named = {find_document(views, name)[0] for name in documents}
    return named if passing is None else named & passing


def _write(
    found: Store,
    wanted: set[str] | None,
    output: Path | None,
    reads: tuple[str, ...],
    lines: Callable[[forms.Row, forms.Rows], Iterator[str]],
) -> None:
    store = CorrectedStore(found)
    old = superseded(store, tuple(STAGES.values()))
    common = set.intersection(*(set(store.batches(name)) for name in reads))
    count = 0
    with _opened(output) as stream:
        for batch in sorted(common):
            tables = {name: store.read(name, batch).to_pylist() for name in reads}
            if reads == forms.JSON_READS:
                tables["actors"] = named_actors(store, [row["doc_id"] for row in tables["clean"]])
            for article, rows in forms.articles(tables):
                if (article["doc_id"], article["version"]) in old:
                    continue
                if wanted is None or article["doc_id"] in wanted:
                    stream.writelines(f"{line}\n" for line in lines(article, rows))
                    count += 1
    print(f"{count} articles written", file=sys.stderr)


def _opened(output: Path | None) -> TextIO | nullcontext[TextIO]:
    if output is None:
        return nullcontext(sys.stdout)
    try:
        return output.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
