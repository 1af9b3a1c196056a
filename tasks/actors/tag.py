"""The stage `actors`: the mentions of articles, grouped by whom they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa

from nabra.config.settings import ActorsSettings
from nabra.tasks.actors.coreference import Scorer
from nabra.tasks.actors.entities import Choose, Entities, Placed
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.mentions import Named, find_mentions
from nabra.tasks.actors.terms import article_day
from nabra.tasks.schemas import PARTS
from nabra.tasks.stage import StageOutput, reject, stage_output

Row = dict[str, Any]


def tag_mentions(
    sentences: pa.Table,
    clean: pa.Table,
    entities: pa.Table,
    settings: ActorsSettings,
    actors: Actors,
    scorer: Scorer,
) -> StageOutput:
    """The mentions of the articles of `clean` that have sentences, in the order of the text.

    Reads title, text and published_at of clean, the spans of sentences and of entities with their type; makes
    `mentions`, one row a mention, with the number of its entity in the article. An article that raises an error becomes
    a reject row.
    """
    choose = partial(scorer.choose, least=settings.min_coreference)
    by_article = {name: _by_article(data) for name, data in (("sentences", sentences), ("entities", entities))}
    rows: list[Row] = []
    rejects = []
    for article in clean.to_pylist():
        parsed = [by_article[name][article["doc_id"]] for name in ("sentences", "entities")]
        try:
            rows += mention_rows(article, *parsed, actors=actors, choose=choose)
        except Exception as error:  # noqa: BLE001 - one bad article must not end the batch
            rejects.append(reject("actors", article, "failed", f"{type(error).__name__}: {error}"))
    return stage_output({"mentions": rows}, rejects)


def mention_rows(
    article: Row, sentences: Sequence[Row], entities: Sequence[Row], *, actors: Actors, choose: Choose
) -> list[Row]:
    """Rows of `mentions` of one article, from its row of `clean` and its own rows of the other tables."""
    day = _day(article, actors)
    placed, grouped = article_entities(article, sentences, entities, actors=actors, choose=choose)
    return [
        {
            "doc_id": article["doc_id"],
            "sent_id": mention.sent_id,
            "part": mention.part,
            "mention_id": number,
            "start": mention.start,
            "end": mention.end,
            "text": mention.text,
            "kind": mention.kind,
            "type": mention.type,
            "entity": grouped.of[mention].number,
            "name": grouped.name(grouped.of[mention]),
            "actor_id": mention.actor_id,
            "side_id": mention.actor_id and actors.side(mention.actor_id, day),
        }
        for number, mention in enumerate(placed)
    ]


def article_entities(
    article: Row, sentences: Sequence[Row], entities: Sequence[Row], *, actors: Actors, choose: Choose
) -> tuple[list[Placed], Entities]:
    """The mentions of one article in the order of the text, and whom they mean."""
    parts = {part: article[part] or "" for part in PARTS}
    find = partial(find_mentions, actors=actors, day=_day(article, actors))
    placed = list(_placed("\n".join(parts.values()), sentences, entities, find))
    return placed, Entities(parts, placed, actors, choose)


def _day(article: Row, actors: Actors) -> date | None:
    """The day with whose offices the article is read."""
    return actors.day_of("\n".join(article[part] or "" for part in PARTS), article_day(article))


def _placed(text: str, sentences: Sequence[Row], entities: Sequence[Row], find: Any) -> Iterator[Placed]:
    """The mentions of all sentences at their places in the article."""
    names: dict[int, list[Named]] = defaultdict(list)
    for row in entities:
        if row["type"] != "ACTOR":  # of an earlier version: the list's own
            names[row["sent_id"]].append(Named(row["start"], row["end"], row["type"]))
    for sentence in sentences:
        at = sentence["start"]
        inside = [Named(name.start - at, name.end - at, name.type) for name in names[sentence["sent_id"]]]
        for found in find(sentence["text"], text, inside):
            words = sentence["text"][found.start : found.end]
            place = (sentence["part"], sentence["sent_id"], at + found.start, at + found.end, words)
            yield Placed(*place, found.type, found.kind, found.actor_id)


def _by_article(data: pa.Table) -> Mapping[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in data.to_pylist():
        groups[row["doc_id"]].append(row)
    return groups
