"""`nabra actors`: the actor list, its checks, and what a name means in it and in the warehouse."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.actors.entries import Actor, ActorFile
    from nabra.tasks.warehouse.store import Store

actors = typer.Typer(help="List the actors, check their files, look up a name.", no_args_is_help=True)

_SHORT_NAME = 3  # letters; names this short are other words more often than not
_SHOWN_NAMES = 6


@actors.command("list")
def list_actors(
    kind: Annotated[str | None, typer.Option(help="Only actors of this kind.")] = None, config: ConfigFile = None
) -> None:
    """List the actors: id, kind, the actor they speak for, names.

    An actor is who or what the news takes sides on: a state, an organisation, a group, a policy, under all its names.
    They are the files of `parse.actors` in the settings, beside those that nabra ships unless `parse.own_actors` says
    `replace`; docs/actors.md tells how to write your own.

    **Example** `nabra actors list --kind state`
    """
    from nabra.tasks.actors.entries import read_actor_files

    files = read_actor_files(*_folders(config))
    kinds = [known.id for file in files for known in file.kind]
    if kind not in (None, *kinds):
        raise UsageError(f"no kind is called {kind}; there are {', '.join(kinds)}")
    table = plain_table("actor", "kind", "parent", "names")
    for file in files:
        for actor in file.actor:
            if kind in (None, actor.kind):
                names = [*actor.aliases, *(doubtful.alias for doubtful in actor.ambiguous)]
                more = f" … {len(names)} in all" if len(names) > _SHOWN_NAMES else ""
                shown = Reading("، ".join(names[:_SHOWN_NAMES]) + more)
                table.add_row(actor.id, actor.kind, actor.parent or "", shown)
    put(table, sys.stdout)


@actors.command()
def check(config: ConfigFile = None) -> None:
    """Check the files: unknown keys and kinds, ids and names given twice, missing parents; and tell what is risky.

    With files of your own it tells, too, which shipped actors they override, and which names they take from others.
    Files that cannot be used are wrong settings: exit status 2.

    **Example** `nabra actors check`
    """
    from nabra.tasks.actors.entries import ActorFile, read_actor_files
    from nabra.tasks.data_files import read_data_folder

    *shipped, folder = _folders(config)
    used = _actors(read_actor_files(*shipped, folder))
    own = _actors(read_data_folder(folder, ActorFile).values())
    for warning in [
        *_risks(own, used),
        *_overridden(own, used, _actors(read_actor_files(*shipped)) if shipped else {}),
    ]:
        print(f"nabra: {warning}")
    beside = f"; with those that nabra ships, {_counted(used)}" if shipped else ""
    print(f"{folder}: {_counted(own)} can be used{beside}")


def _actors(files: Iterable[ActorFile]) -> dict[str, Actor]:
    return {actor.id: actor for file in files for actor in file.actor}


def _counted(actors: Mapping[str, Actor]) -> str:
    names = sum(len(actor.aliases) + len(actor.ambiguous) for actor in actors.values())
    return f"{len(actors)} actors with {names} names"


def _risks(own: Mapping[str, Actor], used: Mapping[str, Actor]) -> Iterator[str]:
    from nabra.tasks.actors.entries import name_key

    owners = {name_key(alias): actor.id for actor in used.values() for alias in actor.aliases}
    for actor in own.values():
        for alias in actor.aliases:
            if len(name_key(alias)) <= _SHORT_NAME:
                yield f"{actor.id}: the name {alias} is short; if it is a word too, make it `ambiguous`"
        for doubtful in actor.ambiguous:
            owner = owners.get(name_key(doubtful.alias), actor.id)
            if owner != actor.id:
                yield f"{actor.id}: the name {doubtful.alias} never counts, as it is {owner}'s in every text"
        if not actor.aliases and not actor.ambiguous:
            yield f"{actor.id}: has no name and is never found by one"


def _overridden(own: Mapping[str, Actor], used: Mapping[str, Actor], shipped: Mapping[str, Actor]) -> Iterator[str]:
    for actor in shipped.values():
        if actor.id in own:
            yield f"{actor.id}: overrides the actor that nabra ships"
        lost = [alias for alias in actor.aliases if actor.id not in own and alias not in used[actor.id].aliases]
        yield from (f"{actor.id}: the name {alias} is no longer this shipped actor's" for alias in lost)


@actors.command()
def find(
    name: Annotated[str, typer.Argument(help="A name, or the beginning of one, in any spelling.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Tell which actors a name means, under which conditions, and where the warehouse has it.

    **Example** `nabra actors find الأسد`
    """
    put(Group(_in_list(name, _folders(config)), ""), sys.stdout)
    put(_in_warehouse(name, open_store(config, warehouse)), sys.stdout)


def _in_list(name: str, folders: Sequence[Path]) -> RenderableType:
    from nabra.tasks.actors.entries import name_key, read_actor_files

    wanted = name_key(name)
    table = plain_table("actor", "kind", "name", "only in a text with")
    for file in read_actor_files(*folders):
        for actor in file.actor:
            certain = [(alias, "") for alias in actor.aliases]
            doubtful = [(one.alias, "، ".join(one.needs)) for one in actor.ambiguous]
            for alias, needs in [*certain, *doubtful]:
                if name_key(alias).startswith(wanted):
                    table.add_row(actor.id, actor.kind, Reading(alias), Reading(needs))
    return table if table.row_count else "No actor of the list has such a name."


def _in_warehouse(name: str, store: Store) -> RenderableType:
    """The mentions in the dataset `entities`, by what they were taken for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from nabra.tasks.actors.entries import name_key

    columns = ["text", "type", "actor_id", "doc_id"]
    mentions = store.scan("entities", columns)
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    wanted = name_key(name)
    spelled = [text for text in pc.unique(mentions["text"]).to_pylist() if name_key(text).startswith(wanted)]
    for row in mentions.filter(pc.is_in(mentions["text"], value_set=pa.array(spelled, pa.string()))).to_pylist():
        found[row["text"], row["type"], row["actor_id"] or "no listed actor"].append(row["doc_id"])
    table = plain_table("in the warehouse", "type", "taken for", "mentions", "articles", "for example")
    for (text, kind, actor), documents in sorted(found.items(), key=lambda item: -len(item[1])):
        numbers = str(len(documents)), str(len({*documents}))
        table.add_row(Reading(text), kind, actor, *numbers, documents[0][:12])
    return table if table.row_count else "The warehouse has no mention of it."


def _folders(config: Path | None) -> Sequence[Path]:
    return load_settings(config).parse.actor_folders
