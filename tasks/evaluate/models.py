"""Scores of every bundled model on data that it was not trained on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from nabra.tasks.corpora.articles import annotated_sentences, read_annotated
from nabra.tasks.corpora.entities import from_anercorp, read_bio
from nabra.tasks.corpora.folder import data_files, found_files
from nabra.tasks.corpora.open_articles import read_open_articles
from nabra.tasks.corpora.opinions import Labelled
from nabra.tasks.corpora.treebank import is_pud, read_conllu
from nabra.tasks.evaluate.entities import score_ner, score_open_names
from nabra.tasks.evaluate.labels import label_scores
from nabra.tasks.evaluate.sentences import score_sentences
from nabra.tasks.evaluate.treebank import score_given
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, OPINION, SENTIMENT
from nabra.tasks.parse.load import load_parser
from nabra.tasks.sentiment.classifier import load_classifier

TREEBANK, NER, ARTICLES = "treebank/dev.conllu", "ner/dev.bio", "gold/dev.jsonl"
OPEN_ARTICLES = "gold/open_dev.jsonl"


def score_models(data: Path, folder: Path, *, threads: int = 0) -> dict[str, Any]:
    """Measure the models in `folder`: words and trees, NER, sentence boundaries, and sentiment where it is there.

    The parser is measured on either part of `treebank/dev.conllu`, NER on either part of `ner/dev.bio` and, where it is
    there, on the names of `gold/open_dev.jsonl`, sentences and sentiment on `gold/dev.jsonl`, all below `data`: the
    development parts, chosen on, not trained on. Scores of parser and NER have intervals of 95 %.
    """
    treebank, ner, annotated = data_files(data, (TREEBANK, NER, ARTICLES))
    parser = load_parser(folder, threads)
    trees, entities = list(read_conllu(treebank)), read_bio(ner)
    articles = read_annotated(annotated)
    parts = {"PADT": [t for t in trees if not is_pud(t)], "PUD": [t for t in trees if is_pud(t)]}
    ner_parts = {"ANERCorp": True, "AQMAR": False}
    scores: dict[str, Any] = {name: score_given(part, parser) for name, part in parts.items() if part}
    for name, anercorp in ner_parts.items():
        part = [rows for number, rows in enumerate(entities) if from_anercorp("dev", number) == anercorp]
        if part:
            scores[name] = score_ner(part, parser)
    for path in found_files(data, OPEN_ARTICLES):
        scores["open articles"] = score_open_names(read_open_articles(path), parser)
    scores["sentences"] = score_sentences(articles)
    if (folder / SENTIMENT).is_dir():
        scores["sentiment"] = _score_sentiment(annotated_sentences(articles), folder)
    return scores


def _score_sentiment(sentences: Labelled, folder: Path) -> dict[str, float]:
    classifier = load_classifier(folder / SENTIMENT, *load_encoder(folder / OPINION, folder / ENCODER))
    best = classifier.probabilities(sentences.sentences).argmax(axis=1)
    predicted = [classifier.labels[index] for index in best]
    return label_scores(Counter(zip(sentences.labels, predicted, strict=True)))
