"""`nabra remove`: an article, a source or a day leaves the warehouse."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nabra.flows.cli.backfill import DAY
from nabra.flows.cli.identities import rejoin
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.warehouse.removal import Kind, Removal
    from nabra.tasks.warehouse.store import Store

YES: Final = ("y", "yes")


def remove(
    article: Annotated[
        str | None, typer.Argument(help="An article: its id, its address, or the end of that. Undone by its id.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="All of this source, as the column `source` has it.")] = None,
    day: Annotated[datetime | None, typer.Option(help="All that was fetched on this day (UTC).", formats=DAY)] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let runs take it again, if what they read still names it.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Tell what was removed and is kept away.")] = False,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Take an article, a source or a day out of all tables, and keep it away.

    It first tells how many rows of which tables will go, and asks. An article goes with all its versions, whichever
    source or day brought them. Runs pass it over from then on, and count it as `known`; what comes of a removed source
    too. Copies under other addresses stay; the earliest that is left becomes their original. The numbers in `runs`
    stay.

    Stopped on the way, it is ended by the next command that works on the warehouse. A snapshot is made anew; its files
    of before stay until `nabra vacuum`.

    **Examples**

    `nabra remove --list`

    `nabra remove --source sample --yes`

    `nabra remove --source sample --undo`
    """
    store = open_store(config, warehouse)
    if listed:
        _list(store)
        return
    kind, value = _named(article, source, day)
    if undo:
        _undo(store, kind, value)
        return
    if any(_is_named(each, kind, value) for each in _end_interrupted(store)):
        return
    _remove(store, kind, value if kind != "article" else _doc_id(store, value), yes)
    rejoin(store, config)


def _named(article: str | None, source: str | None, day: datetime | None) -> tuple[Kind, str]:
    given: dict[Kind, str | None] = {"article": article, "source": source, "day": f"{day:%Y-%m-%d}" if day else None}
    named = [(kind, value) for kind, value in given.items() if value]
    if len(named) != 1:
        raise UsageError("name one thing to remove: an article, --source ID or --day YYYY-MM-DD; or ask for --list")
    return named[0]


def _doc_id(store: Store, article: str) -> str:
    from nabra.flows.cli.document import find_document
    from nabra.flows.cli.views import open_views

    with open_views(store) as connection:
        return find_document(connection, article)[0]


def _remove(store: Store, kind: Kind, value: str, yes: bool) -> None:
    from nabra.tasks.engine.removal_plan import plan_removal
    from nabra.tasks.warehouse.removal import carry_out, hold_whole

    _describe(store, plan_removal(store, kind, value))
    if not yes and not _is_wanted():
        raise UsageError("nothing was removed")
    with hold_whole(store, "remove") as check:
        # Anew: a run may have ended since.
        carry_out(store, plan_removal(store, kind, value), check)
    _say_done(kind, value)


def _say_done(kind: Kind, value: str) -> None:
    print(f"removed; runs keep {kind} {escape(value)} away until: nabra remove … --undo", file=sys.stderr)


def _end_interrupted(store: Store) -> list[Removal]:
    """End removals that were interrupted: of what leaves, too little may be there to find it by."""
    from nabra.tasks.warehouse.removal import hold_whole, removals

    interrupted = [each for each in removals(store) if each.is_open]
    if interrupted:
        with hold_whole(store, "remove"):
            pass
    for each in interrupted:
        _say_done(each.kind, each.value)
    return interrupted


def _is_named(removal: Removal, kind: Kind, value: str) -> bool:
    """Whether this is what the command names: an article by its id, its address, or a part of these."""
    if removal.kind == kind == "article":
        return removal.value.startswith(value) or any(url.endswith(value) for url in removal.urls)
    return (removal.kind, removal.value) == (kind, value)


def _describe(store: Store, removal: Removal) -> None:
    from nabra.tasks.engine.removal_plan import shares

    table = plain_table("dataset", "files", "rows", right={"files", "rows"})
    for share in shares(store, removal):
        table.add_row(share.dataset, str(share.files), f"{share.rows:,}")
    print(f"{removal.kind} {escape(removal.value)} leaves {store}: {len(removal.doc_ids)} documents", flush=True)
    put(table, sys.stdout)


def _is_wanted() -> bool:
    print("Remove this? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in YES


def _undo(store: Store, kind: Kind, value: str) -> None:
    from nabra.tasks.warehouse.removal import hold_whole, undo

    with hold_whole(store, "remove"):
        if not undo(store, kind, value):
            raise UsageError(f"{kind} {value} was not removed; see: nabra remove --list")
    print(f"runs take {kind} {escape(value)} again", file=sys.stderr)


def _list(store: Store) -> None:
    from nabra.tasks.warehouse.removal import removals

    table = plain_table("removed", "what", "documents", "at", "", right={"documents"})
    for each in removals(store):
        documents = str(len(each.doc_ids)) if each.doc_ids else ""
        table.add_row(each.kind, escape(each.value), documents, each.at, "unfinished" if each.is_open else "")
    put(table, sys.stdout)
