"""Labelled data to train and to measure on: sentences with sentiment, and with a stance towards a marked target."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nabra.tasks.actors.match import Actors
from nabra.tasks.stance.classifier import Marked

Row = dict[str, Any]

_POLARITIES: Final = {"positive": "favor", "negative": "against", "neutral": "none"}
_QUIET_TARGETS: Final = 2  # targets without a stance that are taken from one sentence


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


def _read_jsonl(path: Path) -> Iterator[Row]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def read_articles(path: Path) -> Labelled:
    """The annotated sentences of a JSONL file of articles (format: `docs/methods.md`)."""
    rows = [
        (article["text"][sentence["start"] : sentence["end"]], sentence["sentiment"], article["doc_id"])
        for article in _read_jsonl(path)
        for sentence in article["sentences"]
    ]
    sentences, labels, groups = zip(*rows, strict=True)
    return Labelled(sentences, labels, groups)


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
        for row in _read_jsonl(path)
    ]


def read_article_targets(path: Path, actors: Actors) -> list[Targeted]:
    """The stances of a JSONL file of annotated articles, and targets in them towards which nobody takes any.

    The target of a stance is the mention of its actor nearest to the middle of the annotated span. The holder is the
    author, the speaker of a quote that holds the mention, or else an actor. As a stance is annotated once in an
    article, only actors towards whom the article shows none serve as examples of `none`.
    """
    return [row for article in _read_jsonl(path) for row in _article_targets(article, actors)]


def _article_targets(article: Row, actors: Actors) -> Iterator[Targeted]:
    text, name = article["text"], article["doc_id"]
    targets = {stance["target"] for stance in article["stances"]}
    for sentence in article["sentences"]:
        low, high = sentence["start"], sentence["end"]
        mentions = actors.find(text[low:high], text)
        for stance in article["stances"]:
            own = [m for m in mentions if m.actor_id == stance["target"]]
            middle = (stance["start"] + stance["end"]) // 2
            if own and low <= middle < high:
                nearest = min(own, key=lambda m: abs(low + (m.start + m.end) // 2 - middle))
                holder = _holder(stance, article["quotes"], low + nearest.start)
                marked = Marked(text[low:high], nearest.start, nearest.end)
                yield Targeted(marked, stance["stance"], holder, name)
        quiet = {m.actor_id: m for m in mentions if m.actor_id not in targets}
        for mention in list(quiet.values())[:_QUIET_TARGETS]:
            yield Targeted(Marked(text[low:high], mention.start, mention.end), "none", None, name)


def _holder(stance: Row, quotes: Sequence[Row], at: int) -> str:
    if stance["source"] == "author":
        return "author"
    return "speaker" if any(quote["start"] <= at < quote["end"] for quote in quotes) else "actor"
