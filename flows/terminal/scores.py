"""Scores for a terminal: the bundled models beside published systems, and any other scores as rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nabra.flows.terminal.tables import plain_table
from nabra.tasks.evaluate.intervals import INTERVALS, interval
from nabra.tasks.evaluate.published import Published, read_published
from nabra.tasks.evaluate.ways import GIVEN, OFFICIAL, OWN, TABLES

TREEBANKS: Final = ("PADT", "PUD")
ENTITIES: Final = ("ANERCorp", "AQMAR", "open articles")
PARSER_METRICS: Final = ("Words", "UPOS", "UFeats", "Lemmas", "UAS", "LAS", "MLAS", "BLEX")
ANALYSES: Final = {
    f"{boundaries}, {trees}": (boundaries, trees) for boundaries in (GIVEN, OWN) for trees in (OFFICIAL, TABLES)
}


def model_scores(scores: Mapping[str, Mapping[str, Any]]) -> RenderableType:
    """By system, scores as `nabra.tasks.evaluate.models` measures them, beside published systems; then what is left."""
    published, note = read_published()
    compared = (*TREEBANKS, *ENTITIES)
    rest = {name: {k: v for k, v in own.items() if k not in compared} for name, own in scores.items()}
    return Group(
        _compared(_own(scores, TREEBANKS), published["parser"], PARSER_METRICS, "parser"),
        "",
        _compared(_own(scores, ENTITIES), published["ner"], ("P", "R", "F1"), "named entities"),
        "",
        Text(note, "dim"),
        "",
        score_table(rest),
    )


def treebank_scores(name: str, scores: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> RenderableType:
    """The scores of a treebank, as `score_treebank` gives them, with their intervals; then published systems."""
    published, note = read_published()
    columns = {title: scores[boundaries][trees] for title, (boundaries, trees) in ANALYSES.items()}
    table = plain_table("F1, 95 %", *columns, right=columns)
    for metric in next(iter(columns.values())):
        if metric != INTERVALS:
            table.add_row(metric, *(_with_interval(values, metric) for values in columns.values()))
    title = f"{name}: sentence boundaries given or nabra's own; trees official, or in the conventions of the tables"
    others = _compared((), published["parser"], PARSER_METRICS, "published")
    return Group(Text(title), "", table, "", others, "", Text(note, "dim"))


def _with_interval(scores: Mapping[str, Any], metric: str) -> str:
    bounds = interval(scores, metric)
    value = f"{100 * scores[metric]:.1f}"
    return f"{value} {_bounds(bounds)}" if bounds and bounds[0] < bounds[1] else value


def _bounds(bounds: tuple[float, float]) -> str:
    return "–".join(f"{100 * bound:.1f}" for bound in bounds)


def score_table(scores: Mapping[str, Mapping[str, Any]]) -> Table:
    """A column for each of `scores`, a row a score: its names joined, its value with three decimals."""
    table = plain_table("score", *scores, right=scores)
    columns = [dict(flat_scores(values)) for values in scores.values()]
    for score in dict.fromkeys(score for column in columns for score in column):
        table.add_row(score, *(column.get(score, "–") for column in columns))
    return table


def json_text(scores: Mapping[str, Any]) -> str:
    """The scores as JSON, for programs."""
    return json.dumps(scores, ensure_ascii=False, indent=1)


def flat_scores(scores: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and value as text; `{"a": {"b": 1.0}}` gives `a.b`, `1.000`."""
    for name, value in scores.items():
        if isinstance(value, Mapping):
            yield from flat_scores(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", f"{value:.3f}" if isinstance(value, float) else str(value)


def _own(scores: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[Published]:
    return [
        Published(
            system,
            f"{name}, development part",
            {metric: 100 * value for metric, value in own[name].items() if metric != INTERVALS},
            {metric: bounds for metric in own[name] if (bounds := interval(own[name], metric))},
        )
        for name in names
        for system, own in scores.items()
        if name in own
    ]


def _compared(own: Sequence[Published], others: Sequence[Published], metrics: Sequence[str], title: str) -> Table:
    table = plain_table(title, "measured on", *metrics, right=metrics)
    for row in (*own, *others):
        values = [f"{row.scores[metric]:.1f}" if metric in row.scores else "–" for metric in metrics]
        table.add_row(row.system, row.data, *values, style="bold" if row in own else None)
        if row.intervals:
            bounds = (_bounds(row.intervals[metric]) if metric in row.intervals else "" for metric in metrics)
            table.add_row("", "95 %", *bounds, style="dim")
    return table
