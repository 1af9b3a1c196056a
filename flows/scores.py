"""Scores for a terminal: the bundled models beside published systems, and any other scores as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.evaluate.published import Published, read_published

TREEBANKS: Final = ("PADT", "PUD")
ENTITIES: Final = ("ANERCorp", "AQMAR")
PARSER_METRICS: Final = ("Words", "UPOS", "UFeats", "Lemmas", "UAS", "LAS", "MLAS", "BLEX")


def model_scores(scores: Mapping[str, Any]) -> RenderableType:
    """Scores of models as `tasks.evaluate.models` measures them, beside published systems; then what is left."""
    published, note = read_published()
    rest = {name: value for name, value in scores.items() if name not in (*TREEBANKS, *ENTITIES)}
    return Group(
        _compared(_own(scores, TREEBANKS), published["parser"], PARSER_METRICS, "parser"),
        "",
        _compared(_own(scores, ENTITIES), published["ner"], ("P", "R", "F1"), "named entities"),
        "",
        Text(note, "dim"),
        "",
        score_table(rest),
    )


def score_table(scores: Mapping[str, Any]) -> Table:
    """One row a score: its names joined, its value with three decimals."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("score")
    table.add_column("value", justify="right")
    for name, value in flat_scores(scores):
        table.add_row(name, value)
    return table


def flat_scores(scores: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and value as text; `{"a": {"b": 1.0}}` gives `a.b`, `1.000`."""
    for name, value in scores.items():
        if isinstance(value, Mapping):
            yield from flat_scores(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", f"{value:.3f}" if isinstance(value, float) else str(value)


def _own(scores: Mapping[str, Any], names: Sequence[str]) -> list[Published]:
    return [
        Published("nabra", f"{name}, development part", {k: 100 * v for k, v in scores[name].items()})
        for name in names
        if name in scores
    ]


def _compared(own: Sequence[Published], others: Sequence[Published], metrics: Sequence[str], title: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(title)
    table.add_column("measured on")
    for metric in metrics:
        table.add_column(metric, justify="right")
    for row in (*own, *others):
        values = [f"{row.scores[metric]:.1f}" if metric in row.scores else "–" for metric in metrics]
        table.add_row(row.system, row.data, *values, style="bold" if row in own else None)
    return table
