"""Labelled sentences: with their sentiment, and with a stance towards a marked target."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nabra.tasks.stance.classifier import Marked

_POLARITIES: Final = {"positive": "favor", "negative": "against", "neutral": "none"}


@dataclass(frozen=True)
class Labelled:
    """Sentences and their sentiment labels; sentences of one `group` stay together when data are parted."""

    sentences: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]

    def __add__(self, other: Labelled) -> Labelled:
        return Labelled(self.sentences + other.sentences, self.labels + other.labels, self.groups + other.groups)


@dataclass(frozen=True, slots=True)
class Targeted:
    """The stance that a sentence shows towards its marked target, and who takes it; None where nobody does."""

    marked: Marked
    stance: str
    holder: str | None
    group: str


def read_sentences(path: Path) -> Labelled:
    """A TSV file with the columns `sentence` and `label`."""
    return _read_labels(path, "sentence")


def read_tweets(path: Path) -> Labelled:
    """A TSV file with the columns `text` and `label`."""
    return _read_labels(path, "text")


def _read_labels(path: Path, column: str) -> Labelled:
    rows = _read_tsv(path)
    texts = tuple(row[column] for row in rows)
    return Labelled(texts, tuple(row["label"] for row in rows), texts)


def _read_tsv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_targets(path: Path) -> list[Targeted]:
    """A TSV file with the columns `sentence`, `start`, `end`, `polarity` and `holder`."""
    return [
        Targeted(
            Marked(row["sentence"], int(row["start"]), int(row["end"])),
            row["polarity"] if row["polarity"] in ("favor", "against") else "none",
            row["holder"] if row["polarity"] in ("favor", "against") else None,
            row["sentence"],
        )
        for row in _read_tsv(path)
    ]


def read_foreign_targets(path: Path) -> list[Targeted]:
    """A JSONL file of (`sentence`, `start`, `end`, `label`), the label the sentiment towards the target."""
    return [
        Targeted(Marked(row["sentence"], row["start"], row["end"]), _POLARITIES[row["label"]], None, row["sentence"])
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]
