"""Scores of every bundled model on data that it was not trained on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from config.settings import Settings
from tasks.evaluate.treebank import score_ner, score_treebank
from tasks.parse.models import BUNDLED, load_encoder, load_parser, model_folder
from tasks.sentiment.classifier import load_classifier
from tasks.train.data import data_file
from tasks.train.sentiment import macro_f1, read_articles

TREEBANK, NER, ARTICLES = "treebank/dev.conllu", "ner/dev.bio", "gold/dev.jsonl"


def score_models(data: Path, settings: Settings) -> dict[str, Any]:
    """Measure the parser on `treebank/dev.conllu`, NER on `ner/dev.bio`, sentiment on `gold/dev.jsonl` below `data`.

    The files are the development parts: chosen on, not trained on.
    """
    treebank_file, ner_file, article_file = (data_file(data, name) for name in (TREEBANK, NER, ARTICLES))
    parser = load_parser(model_folder(settings.parse.models), settings.parse.threads)
    started = time.monotonic()
    treebank = score_treebank(treebank_file, parser)
    seconds = time.monotonic() - started
    bundled = model_folder(BUNDLED)
    classifier = load_classifier(bundled / "sentiment", *load_encoder(bundled / "encoder"))
    articles = read_articles(article_file)
    best = classifier.probabilities(articles.sentences).argmax(axis=1)
    predicted = [classifier.labels[index] for index in best]
    hits = sum(a == b for a, b in zip(predicted, articles.labels, strict=True))
    return {
        "treebank": {**treebank, "seconds": seconds},
        "ner": score_ner(ner_file, parser),
        "sentiment": {"accuracy": hits / len(predicted), "macro_f1": macro_f1(articles.labels, predicted)},
    }
