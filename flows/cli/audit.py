"""`nabra audit`: findings drawn and judged by a person, and what that says of all findings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import click
import typer
from rich.console import Group, RenderableType
from rich.text import Text

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Language, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.decisions.estimates import Estimate
    from nabra.tasks.decisions.judgements import Finding, Judgement
    from nabra.tasks.warehouse.store import Store

QUESTIONS: Final = {
    "quotes": "Is this what somebody is quoted with?",
    "speakers": "Is this who says it?",
    "stances": "Does the article show this position?",
    "sentiment": "Is this the tone of the sentence?",
}
KEYS: Final = "y right, n wrong, f wrong and hide it, s skip, q end"


class Kind(StrEnum):
    """What is judged."""

    quotes = "quotes"
    speakers = "speakers"
    stances = "stances"
    sentiment = "sentiment"


def audit(
    kind: Annotated[Kind | None, typer.Argument(help="What to judge. [default: only tell what is known]")] = None,
    number: Annotated[int, typer.Option("--number", "-n", min=2, max=1000, help="About how many to judge.")] = 50,
    by: Annotated[str | None, typer.Option(help="Who judges. [default: your name on this machine]")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the sample as one HTML file, to be judged there by clicking.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the labels of that file.")] = Language.ar,
    saved: Annotated[
        Path | None, typer.Option("--read", help="Read the judgements that such a file has saved.")
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Judge a sample of what nabra found, and learn how much of all of it is right.

    The sample is drawn by outlet, score and direction. Each finding is shown with the words around it and answered by a
    key: y right, n wrong, f wrong and to be hidden (as by `nabra fix --hide`), s skip, q end. Judgements are kept in
    the table `judgements`, also of a sample that was ended early. From then on `show` and `find` tell the precision,
    with an interval that holds it in 95 of 100 samples. It is that of findings as nabra made them: what it missed is
    not among them.

    With `--html` the sample is written as one file that reaches nothing outside and can be mailed; what is chosen there
    is saved as another, for `--read`.

    **Examples**

    `nabra audit`

    `nabra audit stances --number 100`

    `nabra audit quotes --html quotes.html` # then, when it was judged: nabra audit --read nabra-audit-….json
    """
    store = open_store(config, warehouse)
    if html is not None:
        _write(html, _drawn(store, kind, number), lang)
        return
    if saved is not None:
        _read(store, saved, by)
    elif kind is not None:
        _judge(store, _drawn(store, kind, number), by)
    with light_imports():
        from nabra.tasks.decisions.judgements import estimates

    put(_described(estimates(store)), sys.stdout)


def _drawn(store: Store, kind: str | None, number: int) -> list[Finding]:
    with light_imports():
        from nabra.flows.cli.views import open_views
        from nabra.tasks.decisions.judgements import draw

    if kind is None:
        raise UsageError("say what to judge: quotes, speakers, stances or sentiment")
    with open_views(store) as views:
        drawn = draw(views, kind, number)
    if not drawn:
        raise UsageError(f"the warehouse has no {kind} to judge; see: nabra status")
    return drawn


def _write(output: Path, drawn: Sequence[Finding], lang: str) -> None:
    from nabra.flows.cli.table_files import whole_file
    from nabra.tasks.decisions.judgements import new_draw
    from nabra.tasks.report.sheet import sheet

    with whole_file(output) as partial:
        partial.write_text(sheet(new_draw(), drawn, lang), encoding="utf-8")
    print(f"{escape(str(output))}: {len(drawn)} to judge; then: nabra audit --read FILE", file=sys.stderr)


def _read(store: Store, saved: Path, by: str | None) -> None:
    from nabra.tasks.decisions.decisions import HIDE, Decision, record, user_name
    from nabra.tasks.decisions.judgements import keep
    from nabra.tasks.decisions.sheets import read_sheet

    read = read_sheet(saved, by or user_name())
    keep(store, read.judged, read.draw_id)
    hidden = [Decision.of(HIDE, each.finding.subject, by=each.by, reason="nabra audit") for each in read.hidden]
    if hidden:
        record(store, hidden)
    print(f"{len(read.judged)} judged, {len(hidden)} hidden", file=sys.stderr)


def _judge(store: Store, drawn: Sequence[Finding], by: str | None) -> None:
    from nabra.tasks.decisions.decisions import user_name
    from nabra.tasks.decisions.judgements import keep, new_draw

    judged: list[Judgement] = []
    try:
        judged.extend(_answers(store, drawn, by or user_name()))
    finally:  # also of who ends it by Ctrl-C
        keep(store, judged, new_draw())
        print(f"{len(judged)} of {len(drawn)} judged", file=sys.stderr)


def _answers(store: Store, drawn: Sequence[Finding], by: str) -> Iterator[Judgement]:
    from nabra.tasks.decisions.decisions import HIDE, Decision, record
    from nabra.tasks.decisions.judgements import Judgement

    for item, finding in enumerate(drawn):
        put(_shown(finding, f"{item + 1}/{len(drawn)}"), sys.stdout)
        key = _key()
        if key == "q":
            return
        if key == "f":
            record(store, [Decision.of(HIDE, finding.subject, by=by, reason="nabra audit")])
        if key != "s":
            yield Judgement(item, finding, key == "y", by)


def _shown(finding: Finding, place: str) -> RenderableType:
    subject = finding.subject
    sides = f"{subject.source} → {subject.target}: " if finding.kind == "stances" else ""
    said = [Reading(f"{sides}{finding.value}", "bold")] if finding.value else []
    marked = f"{finding.before}[{subject.text}]{finding.after}".replace("\n", " ")
    facts = Text(escape(f"{place}  {(subject.doc_id or '')[:8]}  {finding.outlet}"), "dim")
    return Group(facts, Reading(marked), *said, Text(f"{QUESTIONS[finding.kind]} ({KEYS})"))


def _key() -> str:
    """The key pressed; where no terminal is, the first letter of the next line, and `q` at the end."""
    while True:
        typed = click.getchar() if sys.stdin.isatty() else sys.stdin.readline()
        if typed in ("", "\x03", "\x04"):
            return "q"
        if (key := typed.strip().lower()[:1]) and key in "ynfsq":
            return key


def _described(found: Mapping[str, Estimate]) -> RenderableType:
    if not found:
        return "Nothing was judged yet; to judge some: nabra audit quotes, or speakers, stances, sentiment"
    table = plain_table("findings", "judged", "precision", "95 % interval", right={"judged", "precision"})
    for kind, each in found.items():
        table.add_row(kind, str(each.judged), f"{each.precision:.2f}", f"{each.low:.2f} to {each.high:.2f}")
    return table


def sure(found: Mapping[str, Estimate], kind: str, count: int) -> str:
    """How many of so many findings of a kind are right, in words; nothing where none were judged."""
    if kind not in found or not count:
        return ""
    each = found[kind]
    expected, low, high = each.of(count)
    shares = f"precision {each.precision:.2f}, {each.low:.2f} to {each.high:.2f}"
    return f"Of {count:,} {kind} about {expected:,} are right ({low:,} to {high:,}; {shares}; {each.judged} judged)"
