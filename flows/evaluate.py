"""The pipeline on annotated articles: a run over them in a warehouse of its own, and what is right and wrong in it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nabra.config.settings import load_settings
from nabra.flows.terminal.inert import InertConsole
from nabra.flows.terminal.judgements import change_text, error_text
from nabra.flows.terminal.scores import json_text, score_table
from nabra.tasks.actors.match import actors
from nabra.tasks.corpora.articles import known_sources, read_annotated
from nabra.tasks.errors import UsageError
from nabra.tasks.evaluate.articles import JUDGED, Evaluation, evaluate_tables
from nabra.tasks.evaluate.judgements import Row, changes, read_judgements, save_judgements
from nabra.tasks.warehouse.store import Store


@dataclass(frozen=True)
class Report:
    """What to print and keep of a run over annotated articles."""

    errors: bool = False
    save: Path | None = None
    against: Path | None = None
    as_json: bool = False


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
        print(json_text(scores))
        return
    console = InertConsole()
    if report.errors:
        console.print(error_text(evaluation.judgements))
    if earlier is not None:
        console.print(change_text(changes(earlier, evaluation.judgements)))
    console.print(score_table({"value": scores}))


def run_and_judge(gold: Sequence[Row], config: Path | None) -> Evaluation:
    """Run the whole flow over annotated articles in a warehouse of their own, and judge what it finds.

    Their sources get the ids of the lists that the run reads.
    """
    from nabra.flows.news import news
    from nabra.flows.parameters import Location

    with tempfile.TemporaryDirectory(prefix="nabra-evaluate-") as folder:
        inputs = Path(folder) / "articles.jsonl"
        rows = ({"id": a["doc_id"], "title": a.get("title"), "text": a["text"]} for a in gold)
        inputs.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        warehouse = f"{folder}/warehouse"
        location = Location.of(warehouse, config)
        news(inputs=(str(inputs),), **dict(location))
        settings = load_settings(config, warehouse=warehouse)
        store = Store.open(settings.store)
        known = known_sources(gold, actors(settings))
        return evaluate_tables(known, {name: store.dataset(name).to_table() for name in ("clean", *JUDGED)})
