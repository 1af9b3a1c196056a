"""`nabra report`: what the warehouse tells, as one HTML file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from nabra.config.settings import load_settings
from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Language, Warehouse, open_store
from nabra.flows.cli.table_files import whole_file
from nabra.flows.cli.topics import Match, TopicId, chosen_topics, found_topics
from nabra.flows.cli.views import open_views
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.progress import console, stage_progress
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.actors.entries import Named


def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("report.html"),
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    lang: Annotated[Language, typer.Option(help="Language of the labels, and direction of the page.")] = Language.ar,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC), as 2026-04-12.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC).")] = None,
    outlet: Annotated[list[str] | None, typer.Option(help="Id of a source; may be given several times.")] = None,
    actor: Annotated[str | None, typer.Option(help="Id of a listed actor: only articles that name it.")] = None,
    topic: TopicId = None,
    match: Match = None,
) -> None:
    """Write what the warehouse tells as one HTML file, to read and to hand over.

    Who speaks, who is for or against whom and since when, outlets side by side, each with the sentences that show it;
    the articles with their quotes and positions marked; a search. The file holds all of it and asks nothing of any
    network: it can be mailed, opened from a disk, printed. Up to 3,000 articles are in it with their texts; up to
    100,000 without.

    **Examples**

    `nabra report -o report.html`

    `nabra report --lang en --since 2026-04-01 -o april.html`
    """
    with light_imports():
        from nabra.tasks.actors.lists import read_actor_files
        from nabra.tasks.report.names import listed_names
        from nabra.tasks.report.page import Edition, page
        from nabra.tasks.report.report import STEPS, ask_report
        from nabra.tasks.report.scope import Scope

    files = read_actor_files(*load_settings(config, warehouse=warehouse).parse.actor_folders)
    listed = listed_names((one.id, _names(one, lang)) for file in files for one in file.named)
    topics = chosen_topics(config, topic, match)
    scope = Scope(_day(since), _day(until), tuple(outlet or ()), actor, tuple(topics))
    if actor is not None and actor not in listed:
        raise UsageError(f"no actor {actor} in the list; see: nabra actors find NAME")
    store = open_store(config, warehouse)
    found_of = found_topics(store, topics) if topics else None
    with whole_file(output) as partial:
        with open_views(store, topics=found_of) as views, stage_progress(len(STEPS)) as advance:
            found = ask_report(views, scope, lambda step: advance(step, int(step in STEPS[1:])))
        edition = Edition(lang, listed, datetime.now(UTC), metadata.version("nabra"))
        partial.write_text(page(found, edition), encoding="utf-8")
    console.print(Text(escape(_told(output, found.overview.totals["articles"], pages=found.pages))), soft_wrap=True)


def _names(one: Named, lang: Language) -> list[str]:
    """The names of a listed actor, first that by which readers of this language know it."""
    return [one.latin, *one.names] if lang is Language.en and one.latin else one.names


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _told(output: Path, articles: int, *, pages: bool) -> str:
    size = output.stat().st_size
    told = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
    left_out = "; without their texts: narrow it by --since, --until, --outlet, --actor, --topic to have them"
    return f"{output}: {articles} articles, {told}{'' if pages else left_out}"
