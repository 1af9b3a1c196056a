"""How runs show themselves: a progress bar in a terminal, plain lines elsewhere, the table of counts at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from rich.console import RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from nabra.flows.terminal.inert import InertConsole, escape

if TYPE_CHECKING:
    from nabra.flows.parameters import Location
    from nabra.flows.pipeline import RunSummary
    from nabra.tasks.engine.backlog import Backlog
    from nabra.tasks.engine.batch import StageCount
    from nabra.tasks.engine.ingest import Ingest

console = InertConsole(stderr=True)
logger = logging.getLogger(__name__)

Advance = Callable[[str, int], None]

SHOWN_REJECTS: Final = 5
SHOWN_DETAIL_CHARS: Final = 160
ALL_REJECTS: Final = "select url, stage, reason, detail from rejects"


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
            console.print(f"[{done + 1}/{total}] {text}", highlight=False)

    return advance


def show_backlogs(backlogs: Iterable[Backlog]) -> None:
    """Print how much each stage has to do of what earlier runs fetched."""
    for backlog in backlogs:
        console.print(str(backlog), highlight=False)


def show_rejects(rejects: pa.Table, location: Location) -> None:
    """Print the first rows of `rejects`, how many more there are, and the command that shows all of them there."""
    if not rejects.num_rows:
        return
    lines = [f"{rejects.num_rows} rejected:"]
    for row in rejects.slice(0, SHOWN_REJECTS).to_pylist():
        lines += [f"  {_place(row['url'])}", f"    {_why(row)}"]
    if rejects.num_rows > SHOWN_REJECTS:
        lines.append(f"  … and {rejects.num_rows - SHOWN_REJECTS} more")
    lines.append(f"all rejects of the warehouse: {location.command('sql', ALL_REJECTS)}")
    console.print(Text(escape("\n".join(lines))), soft_wrap=True)


def told_reject(row: Mapping[str, Any]) -> str:
    """A row of `rejects` on one line: its source, its place, the stage, why."""
    return f"{row['source']}: {_place(row['url'])}: {_why(row)}"


def _why(row: Mapping[str, Any]) -> str:
    detail = row["detail"].replace("\n", " ")
    detail = detail if len(detail) <= SHOWN_DETAIL_CHARS else f"{detail[:SHOWN_DETAIL_CHARS]} …"
    return f"{row['stage']}: {row['reason']}: {detail}"


def _place(url: str) -> str:
    """The path of a local file, and the row in it; the address of all else."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return url
    return unquote(f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path)


def told_share(run: RunSummary, location: Location) -> str:
    """What share of the documents was rejected, and where to look."""
    return f"{run.reject_share:.0%} of the documents were rejected; see: {location.command('status')}"


def passed_over(counts: Iterable[StageCount]) -> Iterator[str]:
    """A line that says what fetch did not take and why, where there is something."""
    told = [f"{number} {escape(why)}" for count in counts for why, number in count.passed_over]
    if told:
        yield f"passed over: {', '.join(told)}"


def count_table(counts: Iterable[StageCount]) -> RenderableType:
    """The counts of a run, one row a stage; a sentence where there was nothing to do."""
    counts = list(counts)
    if all(c.stage == "fetch" and not c.documents_out and not c.rejected for c in counts):
        known = sum(c.known for c in counts)
        return f"Nothing to do: nothing new{f' ({known} met before)' if known else ''}, and no stage has work left."
    table = Table("stage", *("in", "out", "rejected", "known", "duplicates", "seconds"))
    for column in table.columns[1:]:
        column.justify = "right"
    for c in counts:
        numbers = (c.documents_in, c.documents_out, c.rejected, c.known, c.duplicates or "")
        table.add_row(c.stage, *map(str, numbers), f"{c.seconds:.1f}")
    return table
