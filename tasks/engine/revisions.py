"""Edits: whether a page that was received again holds another article, or differs only around it.

Most pages differ each time they are sent: in their teasers, counters and advertisements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from nabra.tasks.engine.stages import STAGES
from nabra.tasks.schemas import RAW, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

if TYPE_CHECKING:
    from nabra.tasks.stories.stories import Extracted

Clean = Callable[[pa.Table], "Extracted"]
# Headline, and hash of the text.
Words = tuple[str | None, str]
SAME: Final = "same"
WORDS: Final = ["doc_id", "title", "text_sha256"]


def verdicts(rows: Sequence[Mapping[str, Any]], store: Store, clean: Clean) -> dict[str, str]:
    """For the rows of `raw`, all of later versions, that hold no other article than the version before: SAME, or why
    clean would refuse them; by doc_id.

    Where the text is not the one in the warehouse, the version before is cleaned anew: it can be the rules that are
    others now, and not the article. A version that clean has refused is no article that another could be the same as.
    """
    made = clean(table(RAW, [dict(row) for row in rows]))
    found = {row["doc_id"]: row["reason"] for row in made.rejects}
    words, before = _words(made.articles), _before(rows, store)
    cleaned = store.done(STAGES["clean"], among=set(before))
    for batch, doc_ids in before.items():
        stored = _words(store.read("clean", batch).select(WORDS).to_pylist()) if batch in cleaned else {}
        seen = {doc_id for doc_id in doc_ids & words.keys() if batch not in cleaned or doc_id in stored}
        others = {doc_id for doc_id in seen if stored.get(doc_id) != words[doc_id]}
        stored |= _words(clean(_of(store.read("raw", batch), others)).articles) if others else {}
        found |= {doc_id: SAME for doc_id in seen if stored.get(doc_id) == words[doc_id]}
    return found


def _words(articles: Iterable[Mapping[str, Any]]) -> dict[str, Words]:
    return {row["doc_id"]: (row["title"], row["text_sha256"]) for row in articles}


def _before(rows: Sequence[Mapping[str, Any]], store: Store) -> Mapping[Batch, set[str]]:
    """The batches of the versions before, with the doc_ids that are wanted of each."""
    wanted = {row["doc_id"]: row["version"] - 1 for row in rows}
    found: defaultdict[Batch, set[str]] = defaultdict(set)
    for batch, row in store.located("raw", ["doc_id", "version"], ds.field("doc_id").isin(list(wanted))):
        if (row["version"] or 1) == wanted[row["doc_id"]]:
            found[batch].add(row["doc_id"])
    return found


def _of(data: pa.Table, doc_ids: set[str]) -> pa.Table:
    return data.filter(pc.is_in(data["doc_id"], value_set=pa.array(sorted(doc_ids), pa.string())))
