"""What is new after a run, in words: who spoke most, the surest positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nabra.flows.terminal.bidi import Reading

if TYPE_CHECKING:
    from nabra.tasks.engine.findings import Findings


def findings_table(findings: Findings) -> RenderableType:
    """The findings as lines; names are put in reading order."""
    counts = (
        f"{findings.articles:,} articles that repeat none, {findings.quotes:,} quotes, {findings.stances:,} stances"
    )
    return Group(Text(f"New: {counts}"), *_voices(findings), *_positions(findings))


def _voices(findings: Findings) -> Iterator[RenderableType]:
    if findings.voices:
        yield Text("Who spoke most:")
        grid = Table.grid(padding=(0, 2))
        for voice in findings.voices:
            grid.add_row("", f"{voice.quotes:,} quotes", Reading(voice.name))
        yield grid


def _positions(findings: Findings) -> Iterator[RenderableType]:
    if findings.positions:
        yield Text("Surest positions:")
        grid = Table.grid(padding=(0, 2))
        for each in findings.positions:
            said = f"{each.score:.2f}", Reading(each.source), each.stance, Reading(each.target)
            grid.add_row("", *said, each.doc_id)
        yield grid
