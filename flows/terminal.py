"""How runs show themselves: a progress bar in a terminal, plain lines elsewhere, the table of counts at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tasks.ingest import Ingest
from tasks.run import StageCount

console = Console(stderr=True)
logger = logging.getLogger(__name__)

Advance = Callable[[str, int], None]


@contextmanager
def fetch_progress(ingest: Ingest) -> Iterator[None]:
    """Shows how far fetching is, while it lasts."""
    if not console.is_terminal:
        yield
        return
    with Live(get_renderable=lambda: Text(str(ingest)), console=console, transient=True):
        yield


@contextmanager
def stage_progress(total: int) -> Iterator[Advance]:
    """Progress over `total` steps: call the value given with what begins (or "") and how many steps are done."""
    if not console.is_terminal:
        yield _plain_lines(total)
        return
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=total)

        def advance(text: str, steps: int) -> None:
            progress.update(bar, advance=steps, description=text or None)

        yield advance


def _plain_lines(total: int) -> Advance:
    done = 0

    def advance(text: str, steps: int) -> None:
        nonlocal done
        done += steps
        if text:
            console.print(f"[{done + 1}/{total}] {text}", markup=False, highlight=False)

    return advance


def count_table(counts: Iterable[StageCount]) -> Table:
    """The counts of a run, one row a stage."""
    table = Table("stage", *(f"{name}" for name in ("in", "out", "rejected", "duplicates", "seconds")))
    for column in table.columns[1:]:
        column.justify = "right"
    for c in counts:
        numbers = (c.documents_in, c.documents_out, c.rejected, c.duplicates)
        table.add_row(c.stage, *map(str, numbers), f"{c.seconds:.1f}")
    return table
