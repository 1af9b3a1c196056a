"""`nabra actors`: the actor list, its checks, and what a name means in it and in the warehouse."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType

from nabra.config.settings import load_settings
from nabra.flows.cli import identities
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.actors.risks import Listed
    from nabra.tasks.warehouse.store import Store

actors = typer.Typer(
    help="List the actors, check their files, look up a name; tell who is who in the warehouse, and decide on it.",
    no_args_is_help=True,
)
for _command in (identities.explain, identities.suggest, *identities.DECISIONS):
    actors.command()(_command)

_SHOWN_NAMES = 6


@actors.command("list")
def list_actors(
    kind: Annotated[str | None, typer.Option(help="Only actors of this kind.")] = None, config: ConfigFile = None
) -> None:
    """List the actors: id, kind, the actor they speak for today, names.

    An actor is who or what the news takes sides on: a state, an organisation, a person, a policy, under all its names.
    They are the files of `parse.actors` in the settings, beside those that nabra ships unless `parse.own_actors` says
    `replace`; docs/actors.md tells how to write your own.

    **Example** `nabra actors list --kind state`
    """
    from nabra.tasks.actors.entries import kind_of
    from nabra.tasks.actors.lists import read_actor_files
    from nabra.tasks.actors.offices import Offices

    files = read_actor_files(*_folders(config))
    kinds = [known.id for file in files for known in file.kind]
    if kind not in (None, *kinds):
        raise UsageError(f"no kind is called {kind}; there are {', '.join(kinds)}")
    table = plain_table("actor", "kind", "speaks for", "names")
    offices, today = Offices(files), datetime.now(UTC).date()
    for named in (named for file in files for named in file.named):
        if kind in (None, kind_of(named)):
            names = [*named.names, *(doubtful.alias for doubtful in named.ambiguous)]
            more = f" … {len(names)} in all" if len(names) > _SHOWN_NAMES else ""
            shown = Reading("، ".join(names[:_SHOWN_NAMES]) + more)
            side = offices.side(named.id, today)
            table.add_row(named.id, kind_of(named), "" if side == named.id else side, shown)
    put(table, sys.stdout)


@actors.command()
def check(config: ConfigFile = None) -> None:
    """Check the files: unknown keys, kinds and offices, ids and names given twice, missing parents; and tell of risks.

    With files of your own it tells, too, which shipped actors they override, and which names they take from others.
    Files that cannot be used are wrong settings: exit status 2.

    **Example** `nabra actors check`
    """
    from nabra.tasks.actors.entries import ActorFile
    from nabra.tasks.actors.lists import read_actor_files
    from nabra.tasks.actors.risks import doubtful_names, listed, overridden, two_holders
    from nabra.tasks.data_files import read_data_folder

    *shipped, folder = _folders(config)
    files = read_actor_files(*shipped, folder)
    own, used = listed(read_data_folder(folder, ActorFile).values()), listed(files)
    before = listed(read_actor_files(*shipped)) if shipped else {}
    for warning in [*doubtful_names(own, used), *two_holders(own, files), *overridden(own, before)]:
        print(f"nabra: {warning}")
    beside = f"; with those that nabra ships, {_counted(used)}" if shipped else ""
    print(f"{folder}: {_counted(own)} can be used{beside}")


def _counted(entries: Listed) -> str:
    names = sum(len(named.names) + len(named.ambiguous) for named in entries.values())
    return f"{len(entries)} actors with {names} names"


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
    from nabra.tasks.actors.entries import kind_of
    from nabra.tasks.actors.lists import name_key, read_actor_files

    wanted = name_key(name)
    table = plain_table("actor", "kind", "name", "only in a text with")
    for named in (named for file in read_actor_files(*folders) for named in file.named):
        certain = [(alias, "") for alias in named.names]
        doubtful = [(one.alias, "، ".join(one.needs)) for one in named.ambiguous]
        for alias, needs in [*certain, *doubtful]:
            if name_key(alias).startswith(wanted):
                table.add_row(named.id, kind_of(named), Reading(alias), Reading(needs))
    return table if table.row_count else "No actor of the list has such a name."


def _in_warehouse(name: str, store: Store) -> RenderableType:
    """The mentions in the warehouse, by what they were taken for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from nabra.tasks.actors.lists import name_key

    columns = ["text", "type", "actor_id", "doc_id"]
    mentions = store.scan("mentions", columns)
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
