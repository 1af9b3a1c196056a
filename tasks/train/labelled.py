"""Sentences with sentiment labels, to train and to measure on."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Labelled:
    """Sentences and their sentiment labels."""

    sentences: tuple[str, ...]
    labels: tuple[str, ...]

    def __add__(self, other: Labelled) -> Labelled:
        return Labelled(self.sentences + other.sentences, self.labels + other.labels)


def read_sentences(path: Path) -> Labelled:
    """A TSV file with the columns `sentence` and `label`."""
    return _read_tsv(path, "sentence")


def read_tweets(path: Path) -> Labelled:
    """A TSV file with the columns `text` and `label`."""
    return _read_tsv(path, "text")


def _read_tsv(path: Path, column: str) -> Labelled:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return Labelled(tuple(row[column] for row in rows), tuple(row["label"] for row in rows))


def read_articles(path: Path) -> Labelled:
    """The annotated sentences of a JSONL file of articles (format: `docs/methods.md`)."""
    sentences, labels = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        for sentence in article["sentences"]:
            sentences.append(article["text"][sentence["start"] : sentence["end"]])
            labels.append(sentence["sentiment"])
    return Labelled(tuple(sentences), tuple(labels))
