"""The command `evaluate`: published scores, scores measured anew, scores of the pipeline on annotated articles."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from config.settings import load_settings
from flows.scores import model_scores, score_table
from tasks.errors import UsageError
from tasks.evaluate.articles import read_annotated, score_articles
from tasks.evaluate.models import score_models
from tasks.parse.models import model_folder
from tasks.store import Store

SCORES = "scores.json"
SCORED = ("clean", "sentences", "sentiment", "quotes", "stances")


def evaluate(annotated: Path | None, data: Path | None, config: Path | None, *, as_json: bool) -> None:
    """Print the scores asked for: see `nabra evaluate --help`."""
    if annotated is not None:
        scores = evaluate_articles(annotated, config)
    elif data is not None:
        scores = score_models(data, model_folder(load_settings(config).parse.parser))
    else:
        scores = shipped_scores(load_settings(config).parse.parser)
    if as_json:
        print(json.dumps(scores, ensure_ascii=False, indent=1))
        return
    Console().print(score_table(scores) if annotated is not None else model_scores(scores))


def shipped_scores(parser: str) -> dict[str, Any]:
    """The scores that came with the models of a parser."""
    path = model_folder(parser) / SCORES
    if not path.is_file():
        raise UsageError(f"{path} is missing; measure the scores with: nabra evaluate --data FOLDER")
    scores: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return scores


def evaluate_articles(annotated: Path, config: Path | None) -> dict[str, Any]:
    """Run the whole flow over annotated articles in a warehouse of their own, and score what it finds."""
    from flows.news import news

    gold = read_annotated(annotated)
    with tempfile.TemporaryDirectory(prefix="nabra-evaluate-") as folder:
        inputs = Path(folder) / "articles.jsonl"
        rows = ({"id": a["doc_id"], "title": a.get("title"), "text": a["text"]} for a in gold)
        inputs.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        warehouse = f"{folder}/warehouse"
        news(inputs=[str(inputs)], warehouse=warehouse, config=str(config) if config else None)
        store = Store.open(load_settings(config, warehouse=warehouse).store)
        tables = {name: store.dataset(name).to_table() for name in SCORED}
        return {"articles": len(gold), **score_articles(gold, tables)}
