"""`nabra actors`: the actor list, its checks, and what a name means in it and in the warehouse."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, plain_table, put

if TYPE_CHECKING:
    from nabra.tasks.actor_list import ActorFile
    from nabra.tasks.warehouse.store import Store

app = typer.Typer(help="List the actors, check their files, look up a name.", no_args_is_help=True)

_SHORT_NAME = 3  # letters; names this short are other words more often than not
_SHOWN_NAMES = 6


@app.command("list")
def list_actors(
    kind: Annotated[str | None, typer.Option(help="Only actors of this kind.")] = None, config: ConfigFile = None
) -> None:
    """List the actors: id, kind, the actor they speak for, names.

    An actor is who or what the news takes sides on: a state, an organisation, a group, a policy, under all its names.
    They are the files of `parse.actors` in the settings; docs/actors.md tells how to write your own.

    **Example** `nabra actors list --kind state`
    """
    from nabra.tasks.actor_list import read_actor_files

    table = _table("actor", "kind", "parent", "names")
    for file in read_actor_files(_folder(config)):
        for actor in file.actor:
            if kind in (None, actor.kind):
                names = [*actor.aliases, *(doubtful.alias for doubtful in actor.ambiguous)]
                more = f" … {len(names)} in all" if len(names) > _SHOWN_NAMES else ""
                shown = Reading("، ".join(names[:_SHOWN_NAMES]) + more)
                table.add_row(actor.id, actor.kind, actor.parent or "", shown)
    put(table, sys.stdout)


@app.command()
def check(config: ConfigFile = None) -> None:
    """Check the files: unknown keys, ids and names given twice, missing parents; and tell which names are risky.

    Files that cannot be used are wrong settings: exit status 2.

    **Example** `nabra actors check`
    """
    from nabra.tasks.actor_list import read_actor_files

    folder = _folder(config)
    files = read_actor_files(folder)
    actors = [actor for file in files for actor in file.actor]
    names = sum(len(actor.aliases) + len(actor.ambiguous) for actor in actors)
    for warning in _risks(files):
        print(f"nabra: {warning}")
    print(f"{folder}: {len(actors)} actors with {names} names can be used")


def _risks(files: Sequence[ActorFile]) -> Iterator[str]:
    for actor in (actor for file in files for actor in file.actor):
        for alias in actor.aliases:
            if len(_key(alias)) <= _SHORT_NAME:
                yield f"{actor.id}: the name {alias} is short; if it is a word too, make it `ambiguous`"
        if not actor.aliases and not actor.ambiguous:
            yield f"{actor.id}: has no name and is never found"


@app.command()
def find(
    name: Annotated[str, typer.Argument(help="A name, or the beginning of one, in any spelling.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Tell which actors a name means, under which conditions, and where the warehouse has it.

    **Example** `nabra actors find الأسد`
    """
    put(Group(_in_list(name, _folder(config)), ""), sys.stdout)
    put(_in_warehouse(name, open_store(config, warehouse)), sys.stdout)


def _in_list(name: str, folder: Path) -> RenderableType:
    from nabra.tasks.actor_list import read_actor_files

    wanted = _key(name)
    table = _table("actor", "kind", "name", "only in a text with")
    for file in read_actor_files(folder):
        for actor in file.actor:
            certain = [(alias, "") for alias in actor.aliases]
            doubtful = [(one.alias, "، ".join(one.needs)) for one in actor.ambiguous]
            for alias, needs in [*certain, *doubtful]:
                if _key(alias).startswith(wanted):
                    table.add_row(actor.id, actor.kind, Reading(alias), Reading(needs))
    return table if table.row_count else "No actor of the list has such a name."


def _in_warehouse(name: str, store: Store) -> RenderableType:
    """The mentions in the dataset `entities`, by what they were taken for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = ["text", "type", "actor_id", "doc_id"]
    mentions = store.scan("entities", columns)
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    wanted = _key(name)
    spelled = [text for text in pc.unique(mentions["text"]).to_pylist() if _key(text).startswith(wanted)]
    for row in mentions.filter(pc.is_in(mentions["text"], value_set=pa.array(spelled, pa.string()))).to_pylist():
        found[row["text"], row["type"], row["actor_id"] or "no listed actor"].append(row["doc_id"])
    table = _table("in the warehouse", "type", "taken for", "mentions", "articles", "for example")
    for (text, kind, actor), documents in sorted(found.items(), key=lambda item: -len(item[1])):
        numbers = str(len(documents)), str(len({*documents}))
        table.add_row(Reading(text), kind, actor, *numbers, documents[0][:12])
    return table if table.row_count else "The warehouse has no mention of it."


def _key(name: str) -> str:
    from nabra.tasks.arabic.folding import words

    return " ".join(word.key for word in words(name))


def _folder(config: Path | None) -> Path:
    return Path(load_settings(config).parse.actors)


def _table(*headings: str) -> Table:
    table = plain_table()
    for heading in headings:
        table.add_column(heading)
    return table
