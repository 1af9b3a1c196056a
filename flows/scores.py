"""Scores, which are numbers under nested names, as rows for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table


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
