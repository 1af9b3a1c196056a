"""The `nabra` command."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.logging import RichHandler

from nabra.config.settings import Settings, load_settings
from nabra.flows.cli.actors import app as actors_app
from nabra.flows.cli.cues import app as cues_app
from nabra.flows.cli.export import app as export_app
from nabra.flows.cli.maintenance import backfill, compact, migrate, retry, vacuum, validate
from nabra.flows.cli.options import QUERY_MIB, QUERY_SECONDS, ConfigFile, Warehouse, open_store
from nabra.flows.cli.sources import app as sources_app
from nabra.flows.prefect.deployments import serve
from nabra.flows.prefect.parameters import StageName
from nabra.flows.terminal.inert import InertConsole, make_streams_inert
from nabra.tasks.errors import NabraError, ServerError, UsageError
from nabra.tasks.warehouse.store import Store

EXIT_NOT_WELL = 1
EXIT_WRONG_USE = 2
# Headings under which the help lists the commands.
WORK, READ, UPKEEP, CHOOSE = (
    "Work on articles",
    "Read the results",
    "Look after the warehouse",
    "Sources, actors, cues, models",
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nabra {metadata.version('nabra')}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, Prefect's messages too.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Watch Arabic news: fetch articles, clean them, parse them, tag sentiment and stance.

    What a run finds lies in the warehouse, a folder (`./warehouse` unless `--warehouse` names another) of Parquet
    tables, one for each kind of finding: articles, sentences, words, names, sentiment, quotes, stances.

    **Examples**

    `nabra run` # takes the sources of the settings (a few sample articles, until you name your own)

    `nabra run articles/ https://example.org/feed.xml` # takes a folder and a feed

    `nabra status` # tells what lies in the warehouse, and what is still to do

    `nabra sql "select source_id, target_id, stance, count(*) from stances group by all"`

    **Exit status** of all commands: 0 all is well; 1 done, but something of the data is not well, as the command's help
    says; 2 not done: wrong use or settings, or files, a store or a server that fail; 130 Ctrl-C, 143 SIGTERM.
    """
    level = logging.INFO if verbose else logging.WARNING
    handler = RichHandler(console=InertConsole(stderr=True), show_path=False, show_time=verbose, markup=False)
    logging.basicConfig(level=level, handlers=[handler], format="%(message)s")
    # Their warnings are about pages and models that nabra reports itself.
    for name in ("httpx", "stamina", "trafilatura", "stanza"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Read by Prefect when it is imported. Nothing is sent to anybody.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")
    os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS"] = "nabra.flows.terminal.logs.InertHandler"
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "ERROR" if verbose else "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


@app.command(rich_help_panel=WORK)
def run(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders; .txt .html .htm .jsonl .ndjson .csv .tsv .parquet .xlsx .xls .ods .xml .rss .atom .warc "
            ".warc.gz files; addresses of articles, feeds, sitemaps. [default: the sources that are on, see `nabra "
            "sources list`]"
        ),
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    source: Annotated[
        str | None,
        typer.Option(help="Outlet that the inputs are of. [default: the one that a row or page names, else cli]"),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="What files of rows call nabra's columns: text=body,published_at=date"),
    ] = None,
    refresh: Annotated[
        list[StageName] | None,
        typer.Option(help="Make this stage and those after it anew where settings or models have changed since."),
    ] = None,
) -> None:
    """Take articles through all stages: fetch, clean, parse, sentiment, stance.

    What is done already is skipped; a stopped run is taken up again. Articles are worked on in batches (64), each of
    which leaves a file in every table.

    At the end a table tells what became of the documents at each stage; `in` is `out` + `rejected` + `known`. What was
    `rejected` could not be taken: the first are named with the reason, all are in the table `rejects`. On those `known`
    there was nothing to work: the warehouse has them, or their refusal, or an article that is word for word the same.
    `duplicates` are those of `out` that repeat an earlier article in the same or nearly the same words; they stay in
    all tables, and `duplicate_of` in `clean` names that article.

    Runs on the Prefect server that `PREFECT_API_URL` names, else on a temporary one.

    **Examples**

    `nabra run`

    `nabra run articles/ more.jsonl --warehouse s3://bucket/news`

    `nabra run old.xlsx --map text=body,published_at=date --source port` # a table of other column names

    `nabra run --refresh stance` # after a change in config/cues

    **Exit status** 1: a greater share of the documents was rejected than `run.max_reject_share` allows, or a batch
    failed.
    """
    from nabra.flows.cli.ending import begin_run, end_run

    begin_run()
    from nabra.flows.news import news, prepare_run
    from nabra.flows.prefect.parameters import Place, RunParameters

    parameters = RunParameters(
        inputs=tuple(inputs or ()), source=source, columns=tuple(columns or ()), refresh=tuple(refresh or ())
    )
    place = Place.of(warehouse, config)
    settings = prepare_run(parameters, place).settings
    end_run(lambda: news(parameters, place), settings, place)


@app.command(rich_help_panel=READ)
def status(
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print what is wrong at present, a line each; nothing where all is well.")
    ] = False,
) -> None:
    """Tell what lies in the warehouse, what is still to do, what was rejected and why.

    Files, rows and size of each table; batches that each stage has done and has yet to do (pending: the next run does
    them); what the last run fetched of each source; batches that failed; documents rejected, by reason.

    `--check` is for cron and monitoring. It tells of batches that failed, of sources that have failed for
    `run.max_failing_hours` or given nothing new for `run.max_silent_days`, and when nothing was fetched for as long;
    where `PREFECT_API_URL` is set, also when that API lets in who has no credential.

    **Examples**

    `nabra status --warehouse s3://bucket/news`

    `nabra status --check || echo "look after nabra"`

    **Exit status** 1: `--check` found something wrong.
    """
    store = open_store(config, warehouse)
    if check:
        _check(store, load_settings(config))
        return
    from nabra.flows.cli.status import status as describe
    from nabra.flows.terminal.bidi import put

    put(describe(store), sys.stdout)


def _check(store: Store, settings: Settings) -> None:
    from nabra.flows.prefect.api import OPEN, is_open, redacted
    from nabra.tasks.engine.health import problems
    from nabra.tasks.fetch.sources import load_sources

    address = os.environ.get("PREFECT_API_URL")
    found = 0
    if address and is_open(address):
        found += 1
        print(OPEN.format(redacted(address)))
    for problem in problems(store, load_sources(Path(settings.fetch.sources)), settings.run, datetime.now(UTC)):
        found += 1
        print(problem)
    if found:
        raise typer.Exit(EXIT_NOT_WELL)


@app.command(rich_help_panel=READ)
def show(
    doc: Annotated[str, typer.Argument(help="doc_id, the first digits of one, an address, or the end of an address.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    version: Annotated[
        int | None, typer.Option(help="Which version of an article that its site has edited. [default: the newest]")
    ] = None,
    entities: Annotated[
        bool, typer.Option("--entities", help="List the mentions of people, places and organisations too.")
    ] = False,
) -> None:
    """Show an article: sentences coloured by sentiment, quotes with speakers, stances with their evidence.

    Right-to-left text is put in reading order unless the terminal does that itself; where the guess is wrong, set
    NABRA_BIDI=terminal (it does) or NABRA_BIDI=nabra (it does not).

    **Examples**

    `nabra show festival.html` # one of the sample articles

    `nabra sql "select doc_id, title, url from clean"` # lists the articles that can be shown
    """
    from nabra.flows.cli.show import show as describe
    from nabra.flows.terminal.bidi import put

    put(describe(open_store(config, warehouse), doc, version=version, entities=entities), sys.stdout)


@app.command(rich_help_panel=READ)
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; the tables are views, `end` and `at` need double quotes.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the query may take.")] = QUERY_SECONDS,
    memory: Annotated[int, typer.Option(min=64, help="MiB that the query, and its answer, may take.")] = QUERY_MIB,
) -> None:
    """Ask the warehouse in DuckDB's SQL.

    Views: raw, clean, sentences, tokens, entities, sentiment, quotes, stances, rejects, pages, runs, as docs/data.md
    explains them, and stories. They have the newest version of each article; `clean_versions` and so on have all.

    Prints a table to a terminal and tab-separated values elsewhere, in which a text that a spreadsheet would take for a
    formula (it begins with = + - @) has ' before it; --json has the exact text.

    **Examples**

    `nabra sql "describe stances"`

    `nabra sql "select speaker, count(*) n from quotes group by all order by n desc limit 10"`

    `nabra sql --json "from stances where target_id = 'un'" > un.jsonl`
    """
    from nabra.flows.cli.sql import Bounds, json_lines, open_views, rows_table, run_query, tsv
    from nabra.flows.terminal.bidi import put

    with open_views(open_store(config, warehouse), memory_mib=memory) as views:
        data = run_query(views, query, Bounds(timeout, memory))
    if as_json or not sys.stdout.isatty():
        for line in json_lines(data) if as_json else tsv(data):
            print(line)
        return
    put(rows_table(data), sys.stdout)


ELSEWHERE: dict[str, tuple[Callable[..., None], ...]] = {
    WORK: (backfill, retry, serve),
    UPKEEP: (validate, compact, vacuum, migrate),
}
for panel, commands in ELSEWHERE.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(export_app, name="export", rich_help_panel=READ)
app.add_typer(sources_app, name="sources", rich_help_panel=CHOOSE)
app.add_typer(actors_app, name="actors", rich_help_panel=CHOOSE)
app.add_typer(cues_app, name="cues", rich_help_panel=CHOOSE)

models_app = typer.Typer(help="List the models in use; fetch others.", invoke_without_command=True)
app.add_typer(models_app, name="models", rich_help_panel=CHOOSE)


@models_app.callback()
def models(context: typer.Context, config: ConfigFile = None) -> None:
    """List the models in use: size, whether each file is whole, scores.

    `parse.parser` in the settings chooses them: `bundled`, `open` (trained on nothing that forbids commercial use),
    `stanford` (see `nabra models download`), or a folder of Stanza models.

    **Example** `nabra models`
    """
    if context.invoked_subcommand is not None:
        return
    from nabra.flows.cli.models import models as describe
    from nabra.flows.terminal.bidi import put
    from nabra.tasks.models.folders import model_folder

    put(describe(model_folder(load_settings(config).parse.parser)), sys.stdout)


@models_app.command()
def download() -> None:
    """Fetch Stanza's own Arabic package (some 600 MB), for `parse.parser = "stanford"`.

    STANZA_RESOURCES_DIR decides where it lies, STANZA_RESOURCES_URL and STANZA_MODEL_URL where it comes from.
    """
    from nabra.tasks.parse.download import download_stanford

    print(f'fetched to {download_stanford()}; to use it, set in your settings: [parse] parser = "stanford"')


@app.command(rich_help_panel=CHOOSE)
def train(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            help="Steps, done with those they need: encoder, pretrain, data, joint, tokenize, mwt, lemma, english, "
            "opinions, unseen, decision, bundle, scores; with `open-` before the name for the open profile; silver, "
            "student (self-training, which does not ship). [default: all that ships]"
        ),
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder of training data: treebank/, ner/, news/, gold/ …")] = Path("data"),
    work: Annotated[Path, typer.Option(help="Folder for checkpoints; a stopped training goes on from there.")] = Path(
        "build/train"
    ),
    out: Annotated[Path | None, typer.Option(help="Folder for the models. [default: the bundled ones]")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all random choices.")] = 1,
) -> None:
    """Rebuild the shipped models from the training data. Needs `pip install 'nabra[train]'`.

    Hours on a CPU, less with an accelerator. A run that was stopped goes on where it was; a step whose data, seed and
    settings have not changed is kept.

    **Example** `nabra train --data data --out my-models` # to use the result, set in your settings: [parse] parser =
    "my-models"
    """
    from nabra.flows.prefect.server import prefect_server
    from nabra.flows.prefect.signals import stopping

    try:
        from nabra.flows.train import prepare_steps
        from nabra.flows.train import train as train_flow
    except ModuleNotFoundError as error:
        raise UsageError(f"training needs the package {error.name}; run: pip install 'nabra[train]'") from error

    prepare_steps(models or [], data)
    # Hours of work: its progress is no detail.
    logging.getLogger("nabra.tasks.train").setLevel(logging.INFO)
    with stopping(), prefect_server():
        train_flow(models or [], str(data), str(work), str(out) if out else None, seed)


@app.command(rich_help_panel=CHOOSE)
def evaluate(
    annotated: Annotated[
        Path | None, typer.Argument(help="Annotated articles (JSONL): scores quotes, speakers, stances, sentiment.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of training data: scores each model on the development part.")
    ] = None,
    config: ConfigFile = None,
    errors: Annotated[bool, typer.Option("--errors", help="Print what is wrong in annotated articles.")] = False,
    save: Annotated[Path | None, typer.Option(help="Parquet file for the judgements, one row each.")] = None,
    against: Annotated[Path | None, typer.Option(help="A file saved earlier: prints what is better and worse.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the scores of the models, or of the whole pipeline on annotated articles.

    **Examples**

    `nabra evaluate` # prints the scores that the models were published with

    `nabra evaluate --data data` # measures them anew on data they were not trained on

    `nabra evaluate gold.jsonl --errors` # runs the pipeline over annotated articles, prints what is wrong, the scores

    `nabra evaluate gold.jsonl --save before.parquet` # keeps what a run found, row by row

    `nabra evaluate gold.jsonl --against before.parquet` # prints what has become right and wrong since
    """
    from nabra.flows.evaluate import Report, evaluate_articles, evaluate_models

    if annotated is None:
        if errors or save or against:
            raise UsageError("--errors, --save and --against need annotated articles: nabra evaluate FILE.jsonl")
        evaluate_models(data, config, as_json=as_json)
    elif as_json and (errors or against):
        raise UsageError("--json prints the scores alone; leave out --errors and --against, or use --save")
    else:
        evaluate_articles(annotated, config, Report(errors, save, against, as_json))


def main() -> None:
    """Entry point: errors that nabra raises become one line and exit status 2, never a traceback."""
    make_streams_inert()
    try:
        app(prog_name="nabra")
    except ServerError as error:
        status = _fail(str(error))
        sys.stdout.flush()
        os._exit(status)  # threads of Prefect would go on calling the server, eight seconds for each of their events
    except NabraError as error:
        sys.exit(_fail(str(error)))


def _fail(message: str) -> int:
    print(f"nabra: {message}", file=sys.stderr, flush=True)
    return EXIT_WRONG_USE
