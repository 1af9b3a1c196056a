"""Learning how much rules and classifier weigh in the decision on a stance: logistic regression over cases.

A case is a (source, target, direction) that rules or classifier find in an annotated article; it is right if the
annotators have it. The classifier must not have seen the articles: else its word would seem worth more than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve
from sklearn.model_selection import GroupKFold, cross_val_predict

from nabra.config.settings import Settings
from nabra.tasks.actors.coreference import scorer
from nabra.tasks.actors.match import Actors
from nabra.tasks.actors.tag import tag_mentions
from nabra.tasks.corpora.articles import Row, known_sources
from nabra.tasks.evaluate.judgements import source_key, stance_key
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.parse.parser import Parser
from nabra.tasks.parse.stage import PARSE
from nabra.tasks.quotes.cues import Polarity
from nabra.tasks.quotes.quotes import find_quotes
from nabra.tasks.stance.decision import Case, Decision, Features, features, save_decision
from nabra.tasks.stance.stances import Judges, find_cases
from nabra.tasks.stance.tag import documents

STRENGTH = 1.0
FOLDS = 7


@dataclass(frozen=True)
class Examples:
    """Features of cases, whether the annotators have each, and its article; `missed` stances are no case at all."""

    features: tuple[Features, ...]
    right: tuple[bool, ...]
    articles: tuple[str, ...]
    missed: int


def annotated_cases(
    articles: Sequence[Row], settings: Settings, parser: Parser, judges: Judges, actors: Actors
) -> Iterator[tuple[Row, list[Case]]]:
    """Each annotated article with the cases that rules and classifier find in it.

    Its sources get the ids that `actors` has for them, as those of the cases do.
    """
    rows = [{"url": one["doc_id"], "source": "annotated"} | one for one in articles]
    schema = pa.schema([(name, pa.string()) for name in ("doc_id", "url", "source", "title", "text")])
    clean = pa.Table.from_pylist(rows, schema)
    parsed = parse_articles(clean, settings.parse, parser).tables
    sentences, tokens, entities = (parsed[name] for name in PARSE.makes)
    mentions = tag_mentions(sentences, clean, entities, settings.actors, actors, scorer(settings)).tables["mentions"]
    by_name = {one["doc_id"]: one for one in known_sources(articles, actors)}
    for document in documents(clean, sentences, tokens, mentions, actors):
        quotes = find_quotes(document, actors, judges.cues)
        yield by_name[document.doc_id], find_cases(document, quotes, judges, actors.kinds)


def examples(found: Iterable[tuple[Row, Sequence[Case]]]) -> Examples:
    """The cases of annotated articles as examples, both directions of each."""
    rows: list[tuple[Features, bool, str]] = []
    missed = 0
    for article, cases in found:
        wanted = {stance_key(s["source"], s["target"], s["stance"]) for s in article["stances"]}
        missed += len(wanted)
        for case in cases:
            source = source_key(case.source.kind, case.source.actor_id, case.source.name)
            for polarity in get_args(Polarity):
                right = stance_key(source, case.target, polarity) in wanted
                missed -= right
                rows.append((features(case, polarity), right, article["doc_id"]))
    named, verdicts, articles = zip(*rows, strict=True)
    return Examples(named, verdicts, articles, missed)


def fit_decision(data: Examples, path: Path) -> dict[str, float]:
    """Fit on `data`, write the decision to `path`; return the scores of cross-validation by article.

    `threshold` is the probability at which F1 is best there.
    """
    names = sorted({name for one in data.features for name in one})
    matrix = np.array([[one.get(name, 0.0) for name in names] for one in data.features])
    right, model = np.array(data.right), LogisticRegression(C=STRENGTH, max_iter=5000)
    p = cross_val_predict(model, matrix, right, groups=data.articles, cv=GroupKFold(FOLDS), method="predict_proba")[
        :, 1
    ]
    precision, recall, thresholds = precision_recall_curve(right, p)
    recall = recall * right.sum() / (right.sum() + data.missed)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = int(f1[:-1].argmax())
    model.fit(matrix, right)
    weights = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
    save_decision(Decision(weights, round(float(model.intercept_[0]), 4)), path)
    return {
        "cases": float(len(right)),
        "right": float(right.sum()),
        "missed": float(data.missed),
        "threshold": float(thresholds[best]),
        "f1": float(f1[best]),
        "precision": float(precision[best]),
        "recall": float(recall[best]),
    }
