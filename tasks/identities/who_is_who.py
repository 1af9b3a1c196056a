"""The step that writes who is who into the warehouse: the tables `actors` and `actor_entities`, whole, from all names.

It looks at no text, so that it takes seconds, and writes nothing where nothing has changed that they are made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

import pyarrow as pa

from nabra.tasks.actors.joins import identify
from nabra.tasks.actors.latin import LATIN
from nabra.tasks.actors.lists import read_actor_files
from nabra.tasks.actors.profiles import Profiles, entity_rows
from nabra.tasks.data_files import content_sum
from nabra.tasks.decisions.decisions import Decision, decisions, standing
from nabra.tasks.identities.read_sightings import Article, read_sightings
from nabra.tasks.identities.verdicts import about_actors, decided
from nabra.tasks.schemas import ACTOR_ENTITIES, ACTORS, DATASETS, MENTIONS, table
from nabra.tasks.warehouse.layout import WHOLE, file_of
from nabra.tasks.warehouse.store import Provenance, Store

TABLES: Final = (ACTOR_ENTITIES.name, ACTORS.name)
VERSION: Final = 1  # raised when the code joins otherwise


def write_actors(store: Store, folders: Sequence[Path], superseded: Collection[Article], run_id: str) -> bool:
    """Write both tables anew; False if they are as they would be, or no article names anybody.

    `folders` are those of the actor lists, `superseded` the versions of articles that gave way to another. The
    warehouse is held by the caller. A reader who meets the moment between the two files finds ids without an actor.
    """
    if not store.batch_files(MENTIONS.name):
        return False
    made = about_actors(standing(decisions(store)))
    fingerprint = _fingerprint(store, folders, superseded, made)
    there = store.files.present([file_of(name, WHOLE) for name in TABLES])
    if len(there) == len(TABLES) and all(store.fingerprint(name, WHOLE) == fingerprint for name in TABLES):
        return False
    for name, rows in _tables(store, folders, superseded, made).items():
        store.write(name, WHOLE, rows, Provenance(name, fingerprint, metadata.version("nabra"), run_id))
    return True


def _tables(
    store: Store, folders: Sequence[Path], superseded: Collection[Article], made: Sequence[Decision]
) -> dict[str, pa.Table]:
    profiles = Profiles(read_actor_files(*folders))
    actors = decided(identify(read_sightings(store, superseded)), made)
    entities = [row for actor in actors for row in entity_rows(actor)]
    rows = {
        # By article, so that readers who want one pass over the rest.
        ACTOR_ENTITIES.name: sorted(entities, key=lambda row: (row["doc_id"], row["version"], row["entity"])),
        ACTORS.name: [profiles.actor(actor) for actor in actors],
    }
    return {name: table(DATASETS[name], found) for name, found in rows.items()}


def _fingerprint(
    store: Store, folders: Sequence[Path], superseded: Collection[Article], made: Sequence[Decision]
) -> str:
    """A hash of all that the tables are made of."""
    files = [(str(batch), *file.stamp) for batch, file in sorted(store.batch_files(MENTIONS.name).items())]
    said = VERSION, files, sorted(superseded), [one.decision_id for one in made], content_sum(LATIN, *folders)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
