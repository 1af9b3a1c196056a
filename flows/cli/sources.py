"""`nabra sources`: the sources of the configuration, and what each gives when it is tried."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nabra.config.settings import Settings, load_settings
from nabra.flows.cli.options import EXIT_NOT_WELL, ConfigFile
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.engine.source_check import SourceCheck
    from nabra.tasks.fetch.sources import Source

sources = typer.Typer(help="List the sources, which a run without arguments fetches; try them.", no_args_is_help=True)

_SHOWN_CHARS = 160


@sources.command("list")
def list_sources(
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a source.")] = False,
) -> None:
    """List the sources: id, whether a run without arguments fetches it, kind, country, name, address.

    They are the file `fetch.sources` of the settings, whose head tells how to write your own. `enabled = true` there
    switches one on.

    **Example** `nabra sources list`
    """
    from nabra.tasks.fetch.sources import load_sources

    table = plain_table("source", "on", "kind", "country", "name", "address")
    for source in load_sources(Path(load_settings(config).fetch.sources)):
        if as_json:
            print(json.dumps(source.model_dump(), ensure_ascii=False))
            continue
        more = f" … {len(source.addresses)} in all" if len(source.addresses) > 1 else ""
        on, address = "yes" if source.enabled else "", escape(source.addresses[0]) + more
        table.add_row(source.id, on, source.kind, source.country or "", Reading(source.name), Text(address))
    if not as_json:
        put(table, sys.stdout, wrap=False)


@sources.command()
def check(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sources to try. [default: those that are on]")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a source.")] = False,
) -> None:
    """Try sources: ask each address, read the first article, keep nothing.

    Tells what its robots.txt says, how many articles it names, the time of the newest, and how the first one begins; or
    what is wrong and what to do.

    **Example** `nabra sources check bbc-arabic`

    **Exit status** 1: one of them cannot be used.
    """
    settings = load_settings(config)
    failed = 0
    for result in _checks(_chosen(ids or [], settings), settings):
        failed += bool(result.problems)
        if as_json:
            print(json.dumps(_as_json(result), ensure_ascii=False), flush=True)
        else:
            put(_shown(result), sys.stdout)
    if failed:
        raise typer.Exit(EXIT_NOT_WELL)


def _chosen(ids: Sequence[str], settings: Settings) -> list[Source]:
    from nabra.tasks.fetch.sources import load_sources

    sources = {source.id: source for source in load_sources(Path(settings.fetch.sources))}
    unknown = [name for name in ids if name not in sources]
    if unknown:
        raise UsageError(f"no source is called {', '.join(unknown)}; see: nabra sources list")
    return [sources[name] for name in ids] or [source for source in sources.values() if source.enabled]


def _checks(sources: Sequence[Source], settings: Settings) -> Iterator[SourceCheck]:
    from nabra.tasks.clean.cleaner import cleaner_pool, load_cleaner
    from nabra.tasks.clean.selectors import Hints
    from nabra.tasks.engine.source_check import Trial
    from nabra.tasks.fetch.listings.reader import ListingReader
    from nabra.tasks.fetch.web.client import open_web

    cleaner = load_cleaner(settings.clean, {source.id: Hints.of(source) for source in sources})
    pool = cleaner_pool(cleaner, workers=1)
    with open_web(settings.fetch) as web, ListingReader(settings.fetch) as listings, pool as cleaners:
        yield from map(Trial(settings, web, listings, cleaners).check, sources)


def _shown(result: SourceCheck) -> RenderableType:
    facts = [f"{result.items} articles"]
    if result.robots:
        facts.insert(0, f"robots.txt: {result.robots}")
    if result.crawl_delay_seconds:
        facts.append(f"a request every {result.crawl_delay_seconds:g} s")
    if result.newest:
        facts.append(f"the newest of {result.newest:%Y-%m-%d %H:%M} UTC")
    lines: list[RenderableType] = [Text("; ".join(facts))]
    if result.text is not None:
        lines += [Reading(result.title or "(no title)", "bold"), Reading(_beginning(result.text))]
    for problem in result.problems:
        lines.append(Text(escape(f"{problem.address}: {problem.reason}: {problem.detail}"), "red"))
        if problem.advice:
            lines.append(Text(f"→ {problem.advice}"))
    verdict = Text("failed", "bold red") if result.problems else Text("good", "green")
    return Group(
        Text.assemble((result.source.id, "bold"), " ", verdict), *(Padding(line, (0, 0, 0, 2)) for line in lines)
    )


def _as_json(result: SourceCheck) -> dict[str, Any]:
    return {
        "source": result.source.id,
        "good": not result.problems,
        "robots": result.robots or None,
        "crawl_delay_seconds": result.crawl_delay_seconds,
        "items": result.items,
        "newest": result.newest.isoformat() if result.newest else None,
        "title": result.title,
        "text": _beginning(result.text) if result.text is not None else None,
        "problems": [
            {"address": p.address, "reason": p.reason, "detail": p.detail, "advice": p.advice} for p in result.problems
        ],
    }


def _beginning(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= _SHOWN_CHARS else line[: line.rfind(" ", 0, _SHOWN_CHARS)] + " …"
