"""Which version of an edited article is the one to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow.dataset as ds

from nabra.tasks.schemas import REJECTS
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse.store import Store

# The versions of an article, by doc_id: whether all stages have taken it, and its number.
Versions = defaultdict[str, list[tuple[bool, int]]]


def superseded(store: Store, stages: Sequence[Stage]) -> set[tuple[str, int]]:
    """The versions (doc_id, number) of articles that give way to another: to the newest that all stages have taken.

    While a stage (they are in order) has yet to take an edited article, or where one has refused it, the version before
    stays the one to read: the tables of one version belong together.
    """
    versions: Versions = defaultdict(list)
    is_edit = ds.field("version") > 1
    _add(versions, store, stages, is_edit)
    # Of most articles an edit was taken: the versions before it need not be looked for, which takes longer.
    waiting = [doc_id for doc_id, found in versions.items() if not max(found)[0]]
    if waiting:
        is_first = ~is_edit | ds.field("version").is_null()
        _add(versions, store, stages, ds.field("doc_id").isin(waiting) & is_first)
    return {
        (doc_id, number)
        for doc_id, found in versions.items()
        for number in range(1, max(number for _, number in found) + 1)
        if number != max(found)[1]
    }


def _add(versions: Versions, store: Store, stages: Sequence[Stage], where: ds.Expression) -> None:
    """Add the versions in `clean` for which `where` holds."""
    found = list(store.located("clean", ["doc_id", "version"], where))
    if not found:
        return
    is_one = ds.field("doc_id").isin([row["doc_id"] for _, row in found])
    refused = {(row["doc_id"], batch) for batch, row in store.located(REJECTS.name, ["doc_id"], is_one)}
    done = store.done(stages[-1])
    for batch, row in found:
        is_refused = any((row["doc_id"], batch.refused_by(stage.name)) in refused for stage in stages)
        versions[row["doc_id"]].append((batch in done and not is_refused, row["version"] or 1))
