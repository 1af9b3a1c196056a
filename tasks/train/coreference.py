"""What weighs the candidates of a description (الوزير): learned from the entities of annotated articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from nabra.config.settings import ParseSettings
from nabra.tasks.actors.coreference import Candidate, Scorer, save_scorer
from nabra.tasks.actors.entities import Entity, Placed
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.tag import article_entities
from nabra.tasks.corpora.open_articles import Row
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.parse.parser import Parser

STRENGTH: Final = 1.0
FOLDS: Final = 5
_NEAR: Final = 2  # code points by which the start of a description may differ from the annotators'


@dataclass(frozen=True)
class Described:
    """A description whose entity is annotated: its candidates, which of them are that entity, and the article."""

    candidates: tuple[Candidate, ...]
    right: tuple[bool, ...]
    article: str


def described(articles: Sequence[Row], settings: ParseSettings, parser: Parser, actors: Actors) -> Iterator[Described]:
    """The descriptions of annotated articles in the open format, read as the stage `actors` reads them."""
    rows = [{"url": one["doc_id"], "source": "annotated"} | one for one in articles]
    schema = pa.schema([(name, pa.string()) for name in ("doc_id", "url", "source", "title", "text")])
    parsed = parse_articles(pa.Table.from_pylist(rows, schema), settings, parser).tables
    sentences, entities = parsed["sentences"].to_pylist(), parsed["entities"].to_pylist()
    for article in rows:
        own = ([row for row in given if row["doc_id"] == article["doc_id"]] for given in (sentences, entities))
        yield from described_in(article, *own, actors=actors)


def described_in(
    article: Row, sentences: Sequence[Row], entities: Sequence[Row], *, actors: Actors
) -> Iterator[Described]:
    """The same of one article, from its sentences and named entities; descriptions that nobody annotated are left out.

    A candidate is right if one of its names or titles is annotated as a mention of the entity that is meant.
    """
    _, found = article_entities(article, sentences, entities, actors=actors, choose=lambda _: None)
    for asked in found.asked:
        meant = _meant(article, asked.mention)
        if meant and asked.candidates:
            right = tuple(_is(entity, meant) for entity in asked.entities)
            yield Described(tuple(asked.candidates), right, article["doc_id"])


def _meant(article: Row, description: Placed) -> list[list[int]]:
    """The spans of the entity that is annotated where the description stands; headlines have none."""
    if description.part != "text":
        return []
    spans = (entity["mentions"] for entity in article["entities"])
    return next((one for one in spans if any(abs(start - description.start) <= _NEAR for start, _ in one)), [])


def _is(entity: Entity, spans: Sequence[Sequence[int]]) -> bool:
    names = [mention for mention in entity.mentions if mention.part == "text" and mention.kind in ("name", "title")]
    return any(name.start < end and start < name.end for name in names for start, end in spans)


def fit_coreference(data: Sequence[Described], least: float, path: Path) -> dict[str, float]:
    """Fit on `data`, write the scorer to `path`; return the scores of cross-validation by article.

    A candidate is chosen from a probability of `least` on. `recall` is of the descriptions that have a right candidate.
    """
    rows = [(*pair, each.article) for each in data for pair in zip(each.candidates, each.right, strict=True)]
    matrix = np.array([candidate.features for candidate, _, _ in rows])
    right, articles = np.array([verdict for _, verdict, _ in rows]), [article for _, _, article in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=5000, fit_intercept=False)
    p = cross_val_predict(model, matrix, right, groups=articles, cv=GroupKFold(FOLDS), method="predict_proba")
    model.fit(matrix, right)
    save_scorer(Scorer([float(weight) for weight in model.coef_[0]]), path)
    return _scores(data, p[:, 1], least)


def _scores(data: Sequence[Described], probabilities: Any, least: float) -> dict[str, float]:
    chosen = hits = 0
    of = [number for number, each in enumerate(data) for _ in each.candidates]
    for number, group in groupby(range(len(of)), key=of.__getitem__):
        places = list(group)
        best = max(places, key=lambda place: (probabilities[place], place))
        if probabilities[best] >= least:
            chosen += 1
            hits += data[number].right[best - places[0]]
    there = sum(any(each.right) for each in data)
    return {
        "descriptions": float(len(data)),
        "with a right candidate": float(there),
        "precision": hits / max(chosen, 1),
        "recall": hits / max(there, 1),
    }
