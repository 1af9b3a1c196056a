"""`nabra actors explain`, `suggest`, `merge`, `split`, `rename`, `hide`: who is who in the warehouse, and why."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.decisions.decisions import Decision
    from nabra.tasks.warehouse.store import Store

Row = Mapping[str, Any]
ActorId = Annotated[str, typer.Argument(help="An actor: its id in the table `actors`, or its name there.")]
_TOLD: Final = ("kind", "latin", "role", "side_id", "wikidata_id", "known_by", "articles", "first_seen", "last_seen")
_CANDIDATES: Final = 5


def explain(actor: ActorId, warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Tell who an actor of the warehouse is, by which names articles call it, and why each name is taken for it.

    **Example** `nabra actors explain un`
    """
    import pyarrow.dataset as ds

    store = open_store(config, warehouse)
    found = _actor(store, actor)
    about = plain_table(found["actor_id"], "")
    about.add_row("name", Reading(found["name"]))
    for column in _TOLD:
        if found[column] is not None:
            about.add_row(column, Reading(str(found[column])))
    put(about, sys.stdout)
    entities = store.scan("actor_entities", ["doc_id", "name", "reason"], ds.field("actor_id") == found["actor_id"])
    examples: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in entities.to_pylist():
        examples[row["name"], row["reason"]].append(row["doc_id"])
    table = plain_table("named", "articles", "why it is this actor", "for example", right={"articles"})
    for (name, reason), documents in sorted(examples.items(), key=lambda item: (-len(item[1]), item[0])):
        table.add_row(Reading(name), str(len(documents)), Reading(reason), min(documents)[:12])
    put(table, sys.stdout)


def merge(
    actor: ActorId,
    into: Annotated[str, typer.Argument(help="Whom it is: an id or name as before, or an id of the list.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Decide that an actor is another one, whose id both then have.

    Like all decisions it stands in the table `corrections` and holds for later runs: `nabra fix --list` shows it with
    its number, by which it can be undone.

    **Example** `nabra actors merge found:0123456789ab person:haddad`
    """
    from nabra.tasks.identities.verdicts import merge as merged

    store = open_store(config, warehouse)
    one = _actor(store, actor)["actor_id"]
    other = into if into in _listed_ids(config) else _actor(store, into)["actor_id"]
    if one == other:
        raise UsageError(f"{one} and {escape(into)} are one already")
    _decide(store, config, merged(one, other))


def split(
    actor: ActorId,
    name: Annotated[str | None, typer.Option(help="What bears this name, in any spelling, is somebody else.")] = None,
    article: Annotated[str | None, typer.Option(help="Whom this article means is somebody else: its `doc_id`.")] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Decide that some of what was taken for an actor is somebody else, who gets an id of his own.

    **Example** `nabra actors split found:0123456789ab --name الحداد`
    """
    from nabra.tasks.identities.verdicts import split as parted

    if not (name or article):
        raise UsageError("say what is somebody else: --name NAME or --article DOC_ID")
    store = open_store(config, warehouse)
    _decide(store, config, parted(_actor(store, actor)["actor_id"], name, article))


def rename(
    actor: ActorId,
    name: Annotated[str, typer.Argument(help="Its usual name from now on.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Decide on the usual name of an actor.

    **Example** `nabra actors rename found:0123456789ab "سالم محمد الحداد"`
    """
    from nabra.tasks.identities.verdicts import rename as renamed

    store = open_store(config, warehouse)
    found = _actor(store, actor)
    _decide(store, config, renamed(found["actor_id"], found["name"], name))


def hide(actor: ActorId, warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Decide that an actor is none: it leaves the tables `actors` and `actor_entities`.

    **Example** `nabra actors hide found:0123456789ab`
    """
    from nabra.tasks.identities.verdicts import hide as hidden

    store = open_store(config, warehouse)
    _decide(store, config, hidden(_actor(store, actor)["actor_id"]))


DECISIONS: Final = (merge, split, rename, hide)


def suggest(
    least: Annotated[int, typer.Option(min=1, help="Only who is named in so many articles.")] = 3,
    most: Annotated[int, typer.Option(min=1, help="So many at most.")] = 20,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Print whom articles name often and no list has, as TOML for a list of your own: to correct, then to paste.

    Ids and names in Latin letters are transliterated, `side` and `parent` are as articles show them: all want checking.

    **Example** `nabra actors suggest --least 10`
    """
    from nabra.tasks.actors.suggestions import suggestions

    store = open_store(config, warehouse)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for row in store.scan("actor_entities", ["actor_id", "name"]).to_pylist():
        names[row["actor_id"]][row["name"]] += 1
    used = {actor: sorted(counts, key=lambda name: (-counts[name], name)) for actor, counts in names.items()}
    found = suggestions(_actors(store), used, _listed_ids(config), least)
    entries = [suggestion.toml() for suggestion, _ in zip(found, range(most), strict=False)]
    print("\n".join(entries), end="")
    if not entries:
        print(f"nabra: nobody without an entry is named in {least} articles or more", file=sys.stderr)


def rejoin(store: Store, config: Path | None) -> None:
    """Write anew who is who, once the warehouse is free."""
    from nabra.flows.identities import join_actors
    from nabra.tasks.warehouse.removal import hold_whole

    with hold_whole(store, "actors"):
        join_actors(store, load_settings(config), "actors")


def _decide(store: Store, config: Path | None, decision: Decision) -> None:
    """Note a decision first: where a run has the warehouse, it holds from the next one on."""
    from nabra.tasks.decisions.decisions import record

    record(store, [decision])
    print(f"decision {decision.decision_id}", file=sys.stderr)
    rejoin(store, config)


def _actor(store: Store, wanted: str) -> Row:
    """The one actor of an id or a name; an id that it had before its names were joined is as good."""
    from nabra.tasks.actors.name_words import name_words

    actors = list(_actors(store))
    by_id = [row for row in actors if wanted == row["actor_id"] or wanted in (row["other_ids"] or "").split()]
    found = by_id or [row for row in actors if name_words(row["name"]) == name_words(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no actor is called {escape(wanted)}; see: nabra sql 'select actor_id, name from actors'")
    told = ", ".join(f"{row['actor_id']} ({row['articles']} articles)" for row in found[:_CANDIDATES])
    raise UsageError(f"{len(found)} actors are called {escape(wanted)}; name one by its id: {told}")


def _actors(store: Store) -> Iterable[Row]:
    with light_imports():
        from nabra.tasks.schemas import ACTORS

    rows: list[Row] = store.scan(ACTORS.name, ACTORS.schema.names).to_pylist()
    return rows


def _listed_ids(config: Path | None) -> set[str]:
    from nabra.tasks.actors.lists import read_actor_files

    files = read_actor_files(*load_settings(config).parse.actor_folders)
    return {named.id for file in files for named in file.named}
