"""Who is who, written anew: by a run after its work, by commands after a decision or a removal."""

from __future__ import annotations

from nabra.config.settings import Settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import ACTORS
from nabra.tasks.warehouse.layout import WHOLE, file_of
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.versions import superseded


def are_joined(store: Store) -> bool:
    """True if the warehouse says who is who, be it as of an earlier run."""
    return bool(store.files.present([file_of(ACTORS.name, WHOLE)]))


def join_actors(store: Store, settings: Settings, run_id: str) -> bool:
    """Write the tables `actors` and `actor_entities` of a warehouse that is held; False if nothing has changed."""
    from nabra.tasks.identities.who_is_who import write_actors  # not for a run that has nothing to do

    return write_actors(store, settings.parse.actor_folders, superseded(store, tuple(STAGES.values())), run_id)
