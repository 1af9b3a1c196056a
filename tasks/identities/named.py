"""The actors that some articles name, for those who read article by article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.schemas import ACTOR_ENTITIES, ACTORS
from nabra.tasks.warehouse.store import Store

_COLUMNS: Final = ["actor_id", "kind", "name", "latin", "role", "side_id", "wikidata_id"]


def named_actors(store: Store, documents: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of `actors` with `doc_id` and `entity`, one for each entity of these articles that is an actor."""
    among = ds.field("doc_id").isin(pa.array(documents, pa.string()))
    entities = store.scan(ACTOR_ENTITIES.name, ["doc_id", "entity", "actor_id"], among).to_pylist()
    wanted = pa.array(sorted({row["actor_id"] for row in entities}), pa.string())
    actors = store.scan(ACTORS.name, _COLUMNS, ds.field("actor_id").isin(wanted)).to_pylist()
    by_id = {row["actor_id"]: row for row in actors}
    return [row | by_id[row["actor_id"]] for row in entities if row["actor_id"] in by_id]
