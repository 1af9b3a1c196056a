"""`nabra evaluate`: scores of the models and of the pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile
from nabra.flows.terminal.inert import InertConsole
from nabra.flows.terminal.scores import json_text, model_scores, treebank_scores
from nabra.tasks.errors import UsageError
from nabra.tasks.models.folders import BUNDLED, OPEN, SCORES, model_folder, model_root


def evaluate(
    annotated: Annotated[
        Path | None, typer.Argument(help="Annotated articles (JSONL): scores quotes, speakers, stances, sentiment.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of training data: scores each model on the development part.")
    ] = None,
    treebank: Annotated[Path | None, typer.Option(help="Trees (CoNLL-U): scores the parser on their text.")] = None,
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

    `nabra evaluate --treebank test.conllu` # scores words, tags, lemmas and trees with the scorer of CoNLL 2018

    `nabra evaluate gold.jsonl --errors` # runs the pipeline over annotated articles, prints what is wrong, the scores

    `nabra evaluate gold.jsonl --save before.parquet` # keeps what a run found, row by row

    `nabra evaluate gold.jsonl --against before.parquet` # prints what has become right and wrong since
    """
    if treebank and (annotated or data or errors or save or against):
        raise UsageError("--treebank goes with --config and --json alone: nabra evaluate --treebank FILE.conllu")
    if treebank:
        _evaluate_treebank(treebank, config, as_json=as_json)
    elif annotated is None:
        if errors or save or against:
            raise UsageError("--errors, --save and --against need annotated articles: nabra evaluate FILE.jsonl")
        _evaluate_models(data, config, as_json=as_json)
    elif as_json and (errors or against):
        raise UsageError("--json prints the scores alone; leave out --errors and --against, or use --save")
    else:
        from nabra.flows.evaluate import Report, evaluate_articles

        evaluate_articles(annotated, config, Report(errors, save, against, as_json))


def _evaluate_treebank(treebank: Path, config: Path | None, *, as_json: bool) -> None:
    from nabra.tasks.corpora.treebank import read_treebank
    from nabra.tasks.evaluate.treebank import score_treebank
    from nabra.tasks.parse.load import parser

    settings = load_settings(config)
    scores = score_treebank(read_treebank(treebank), parser(settings))
    if as_json:
        print(json_text({settings.parse.parser: scores}))
    else:
        InertConsole().print(treebank_scores(treebank.name, scores))


def _evaluate_models(data: Path | None, config: Path | None, *, as_json: bool) -> None:
    """Print the scores of models: those of `parse.parser` measured anew on `data`, else those that all shipped with."""
    parser = load_settings(config).parse.parser
    scores = {parser: _measured(data, parser)} if data else shipped_scores()
    if as_json:
        print(json_text(scores))
    else:
        InertConsole().print(model_scores({f"nabra, {name}": values for name, values in scores.items()}))


def _measured(data: Path, parser: str) -> dict[str, Any]:
    from nabra.tasks.evaluate.models import score_models

    return score_models(data, model_folder(parser))


def shipped_scores() -> dict[str, Any]:
    """The scores that came with the models, by profile."""
    files = {profile: model_root(profile) / SCORES for profile in (BUNDLED, OPEN)}
    scores = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items() if path.is_file()}
    if not scores:
        raise UsageError(f"{files[BUNDLED]} is missing; measure the scores with: nabra evaluate --data FOLDER")
    return scores
