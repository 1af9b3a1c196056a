"""`nabra evaluate`: scores of the models and of the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nabra.flows.cli.options import ConfigFile
from nabra.tasks.errors import UsageError


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
