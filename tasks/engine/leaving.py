"""Articles that leave `clean`: who takes their place in stories.

A batch that is cleaned anew can lose articles, which are now refused. Copies in other batches name them as their story
or as its earliest article. These are handed on to another first: whoever is killed on the way leaves no name that is of
no article.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from nabra.tasks.engine.resources import Resources
from nabra.tasks.stories.stories import when, with_signatures
from nabra.tasks.warehouse import parquet
from nabra.tasks.warehouse.heirs import hand_on, names_one_of, story_of
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Store

FOLDER: Final = "_cleaned_anew"
OF_STORY: Final = ["doc_id", "story", "duplicate_of", "published_at", "fetched_at"]


def heirs(store: Store, leaving: Set[str]) -> dict[str, str]:
    """The stories that lose an article which others name, each with the earliest that is left of it."""
    broken = {story_of(row) for row in store.rows("clean", OF_STORY, names_one_of(leaving))}
    left: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in _of_stories(store, broken):
        if row["doc_id"] not in leaving:
            left[story_of(row)].append((when(row["published_at"], row["fetched_at"]), row["doc_id"]))
    return {story: min(rows)[1] for story, rows in left.items()}


def _of_stories(store: Store, stories: Set[str]) -> list[dict[str, Any]]:
    where = names_one_of(stories) | _is_one_of(stories)
    return [row for row in store.rows("clean", OF_STORY, where) if story_of(row) in stories]


@dataclass(frozen=True)
class Before:
    """What a batch had before it is cleaned anew: its articles, and who is the heir of stories that lose one.

    Noted until it is done, since whoever is killed meanwhile leaves neither its file nor all names of those that leave.
    """

    articles: Collection[str] = ()
    heirs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Batch, store: Store) -> Before:
        """As noted, and as it lies there now."""
        note, content = store.files.read(_note(batch)), store.files.read(file_of("clean", batch))
        noted = cls(**json.loads(note)) if note else cls()
        there = parquet.decode(content)[0]["doc_id"].to_pylist() if content else []
        return cls({*noted.articles, *there}, noted.heirs)

    def write(self, batch: Batch, store: Store) -> None:
        """Note it."""
        note = {"articles": sorted(self.articles), "heirs": dict(self.heirs)}
        store.files.write(_note(batch), json.dumps(note).encode())


def forget_before(batch: Batch, store: Store) -> None:
    """The batch is done."""
    store.files.remove(_note(batch))


def let_go(batch: Batch, staying: Set[str], resources: Resources) -> None:
    """Hand on the stories of the articles that a batch loses: of all that it had, `staying` are accepted now."""
    store, before = resources.store, Before.of(batch, resources.store)
    if not before.articles:
        return
    leaving = _without_versions((set(before.articles) - staying) & resources.named, batch, store)
    kept = {story: heir for story, heir in before.heirs.items() if heir not in leaving}
    taking_over = heirs(store, leaving) | kept if leaving else {}
    Before(before.articles, taking_over).write(batch, store)
    changed = hand_on(store, leaving, taking_over) if leaving else []
    resources.named.update(taking_over.values())
    for each in resources.recent.intersection(changed):
        clean = store.read("clean", each)
        of_heirs = clean.filter(pc.is_in(clean["story"], value_set=pa.array(taking_over.values(), pa.string())))
        resources.stories.learn(with_signatures(of_heirs, resources.settings.clean))


def _without_versions(leaving: Set[str], batch: Batch, store: Store) -> set[str]:
    """Those of which no other version stays in another batch."""
    versions = store.located("clean", ["doc_id"], _is_one_of(leaving)) if leaving else ()
    return set(leaving) - {row["doc_id"] for other, row in versions if other != batch}


def _is_one_of(doc_ids: Collection[str]) -> ds.Expression:
    return ds.field("doc_id").isin(pa.array(sorted(doc_ids), pa.string()))


def _note(batch: Batch) -> str:
    return f"{FOLDER}/{batch}.json"
