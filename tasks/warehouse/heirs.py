"""Which article others name as their story, or as its earliest, and how it is handed on when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store


def story_of(row: Mapping[str, Any]) -> str:
    """The story of a row of `clean`: before schema version 3 the original gave it its name."""
    story: str = row["story"] or row["duplicate_of"] or row["doc_id"]
    return story


def names_one_of(doc_ids: Collection[str]) -> ds.Expression:
    """Which rows of `clean` name one of these articles."""
    named = pa.array(sorted(doc_ids), pa.string())
    return ds.field("story").isin(named) | ds.field("duplicate_of").isin(named)


def hand_on(
    store: Store, leaving: Collection[str], heirs: Mapping[str, str], check: Callable[[], None] = lambda: None
) -> list[Batch]:
    """Let no article name one that leaves, but the heir of the story; the batches in which one did.

    `heirs` has each story that loses one of `leaving`. `check` is called before each file.
    """
    named_in = sorted(store.batches_with("clean", names_one_of(leaving)))
    for batch in named_in:
        check()
        store.rewrite("clean", batch, lambda clean: _handed_on(clean, set(leaving), heirs))
    return named_in


def _handed_on(clean: pa.Table, leaving: set[str], heirs: Mapping[str, str]) -> pa.Table:
    rows = clean.select(["doc_id", "story", "duplicate_of"]).to_pylist()
    for row in rows:
        heir = heirs.get(story_of(row))
        if heir and row["doc_id"] not in leaving:
            if row["duplicate_of"] in leaving:
                row["duplicate_of"] = heir if heir != row["doc_id"] else None
            if row["story"] in leaving:
                row["story"] = heir
    for name in ("story", "duplicate_of"):
        place = clean.schema.get_field_index(name)
        values = pa.array([row[name] for row in rows], pa.string())
        clean = clean.set_column(place, clean.schema.field(place), values)
    return clean
