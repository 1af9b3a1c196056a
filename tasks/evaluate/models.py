"""Scores of every bundled model on data that it was not trained on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tasks.evaluate.labels import label_scores
from tasks.evaluate.treebank import score_ner, score_treebank
from tasks.parse.models import GENERAL, load_encoder, load_parser
from tasks.sentiment.classifier import load_classifier
from tasks.train.data import data_file
from tasks.train.labelled import read_articles

TREEBANK, NER, ARTICLES = "treebank/dev.conllu", "ner/dev.bio", "gold/dev.jsonl"


def score_models(data: Path, folder: Path) -> dict[str, Any]:
    """Measure the models in `folder`, parser and NER, and sentiment where it is there.

    The parser is measured on `treebank/dev.conllu`, NER on `ner/dev.bio`, sentiment on the sentences of
    `gold/dev.jsonl`, all below `data`: the development parts, chosen on, not trained on.
    """
    treebank, ner, annotated = (data_file(data, name) for name in (TREEBANK, NER, ARTICLES))
    parser = load_parser(folder, threads=0)
    scores: dict[str, Any] = {"treebank": score_treebank(treebank, parser), "ner": score_ner(ner, parser)}
    if (folder / "sentiment").is_dir():
        classifier = load_classifier(folder / "sentiment", *load_encoder(folder / GENERAL))
        articles = read_articles(annotated)
        best = classifier.probabilities(articles.sentences).argmax(axis=1)
        predicted = [classifier.labels[index] for index in best]
        scores["sentiment"] = label_scores(Counter(zip(articles.labels, predicted, strict=True)))
    return scores
