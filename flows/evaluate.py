"""The command `evaluate`: published scores, scores measured anew, scores of the pipeline on annotated articles."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nabra.config.settings import load_settings
from nabra.flows.terminal.inert import InertConsole
from nabra.flows.terminal.judgements import change_text, error_text
from nabra.flows.terminal.scores import model_scores, score_table
from nabra.tasks.corpora.articles import read_annotated
from nabra.tasks.errors import UsageError
from nabra.tasks.evaluate.articles import JUDGED, Evaluation, evaluate_tables
from nabra.tasks.evaluate.judgements import Row, changes, read_judgements, save_judgements
from nabra.tasks.evaluate.models import score_models
from nabra.tasks.models.folders import BUNDLED, OPEN, SCORES, model_folder, model_root
from nabra.tasks.warehouse.store import Store


@dataclass(frozen=True)
class Report:
    """What to print and keep of a run over annotated articles."""

    errors: bool = False
    save: Path | None = None
    against: Path | None = None
    as_json: bool = False


def evaluate_models(data: Path | None, config: Path | None, *, as_json: bool) -> None:
    """Print the scores of models: those of `parse.parser` measured anew on `data`, else those that all shipped with."""
    parser = load_settings(config).parse.parser
    scores = {parser: score_models(data, model_folder(parser))} if data else shipped_scores()
    if as_json:
        _print_json(scores)
    else:
        InertConsole().print(model_scores({f"nabra, {name}": values for name, values in scores.items()}))


def evaluate_articles(annotated: Path, config: Path | None, report: Report) -> None:
    """Run the pipeline over annotated articles, and print what the report asks for."""
    earlier = read_judgements(report.against) if report.against else None
    if report.save and not report.save.absolute().parent.is_dir():
        raise UsageError(f"{report.save} cannot be written: its folder does not exist; make it first")
    gold = read_annotated(annotated)
    evaluation = run_and_judge(gold, config)
    if report.save:
        save_judgements(evaluation.judgements, report.save)
    scores = {"articles": len(gold), **evaluation.scores()}
    if report.as_json:
        _print_json(scores)
        return
    console = InertConsole()
    if report.errors:
        console.print(error_text(evaluation.judgements))
    if earlier is not None:
        console.print(change_text(changes(earlier, evaluation.judgements)))
    console.print(score_table({"value": scores}))


def _print_json(scores: dict[str, Any]) -> None:
    print(json.dumps(scores, ensure_ascii=False, indent=1))


def shipped_scores() -> dict[str, Any]:
    """The scores that came with the models, by profile."""
    files = {profile: model_root(profile) / SCORES for profile in (BUNDLED, OPEN)}
    scores = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items() if path.is_file()}
    if not scores:
        raise UsageError(f"{files[BUNDLED]} is missing; measure the scores with: nabra evaluate --data FOLDER")
    return scores


def run_and_judge(gold: Sequence[Row], config: Path | None) -> Evaluation:
    """Run the whole flow over annotated articles in a warehouse of their own, and judge what it finds."""
    from nabra.flows.news import news
    from nabra.flows.prefect.parameters import Place, RunParameters

    with tempfile.TemporaryDirectory(prefix="nabra-evaluate-") as folder:
        inputs = Path(folder) / "articles.jsonl"
        rows = ({"id": a["doc_id"], "title": a.get("title"), "text": a["text"]} for a in gold)
        inputs.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        warehouse = f"{folder}/warehouse"
        place = Place.of(warehouse, config)
        news(RunParameters(inputs=(str(inputs),)), place)
        store = Store.open(load_settings(config, warehouse=warehouse).store)
        return evaluate_tables(gold, {name: store.dataset(name).to_table() for name in ("clean", *JUDGED)})
