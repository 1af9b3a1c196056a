"""What the pipeline found in annotated articles, row by row, beside what the annotators found.

A judgement is one thing that can be right or wrong: a quote, its kind, its speaker, its speaker's id, a stance, the
sentiment of a sentence. All scores are counts of judgements, two runs are compared judgement by judgement, and the
wrong ones are what there is to read. Spans are compared as bags of normalised words, since cleaning changes characters;
headlines are not annotated.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nabra.tasks.arabic.folding import fold
from nabra.tasks.errors import UsageError

Row = dict[str, Any]
Words = Counter[str]

ASPECTS = ("quote", "quote_kind", "speaker", "speaker_id", "stance", "sentiment")
# Quotes are paired from here on; they are right from QUOTE_OVERLAP on.
PAIRED_OVERLAP, QUOTE_OVERLAP = 0.3, 0.5
SPEAKER_OVERLAP = 0.5
ID = re.compile(r"(person:)?[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Judgement:
    """One row: `gold` is null for what only the pipeline found, `found` for what it missed.

    `text` are the words at stake, `overlap` the F1 of the words of two quotes, `score` the pipeline's confidence.
    """

    doc_id: str
    aspect: str
    gold: str | None
    found: str | None
    right: bool
    text: str
    overlap: float | None = None
    score: float | None = None
    method: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a judgement of; the same in two runs."""
        at = (
            self.text
            if self.aspect in ("quote_kind", "speaker", "speaker_id", "sentiment")
            else self.gold or self.found
        )
        return self.doc_id, self.aspect, at or ""


def judge_article(article: Row, found: Mapping[str, Sequence[Row]]) -> Iterator[Judgement]:
    """Judge what `sentences`, `sentiment`, `quotes` and `stances` hold of an annotated article; all empty if missed."""
    yield from _judge_quotes(article, found["quotes"])
    yield from _judge_stances(article, found["stances"])
    yield from _judge_sentiment(article, found["sentences"], found["sentiment"])


def by_article(data: pa.Table) -> defaultdict[str, list[Row]]:
    """Rows of the text, not the headline, by `doc_id`."""
    if "part" in data.column_names:
        data = data.filter(pc.equal(data["part"], "text"))
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in data.to_pylist():
        grouped[row["doc_id"]].append(row)
    return grouped


def bag(text: str | None) -> Words:
    """The normalised words of a text."""
    return Counter(re.findall(r"[^\W_]+", fold(text or "")))


def _overlap(a: Words, b: Words) -> float:
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def _judge_quotes(article: Row, predicted: Sequence[Row]) -> Iterator[Judgement]:
    quotes, name = article["quotes"], article["doc_id"]
    texts = [article["text"][quote["start"] : quote["end"]] for quote in quotes]
    paired = _pairs([bag(text) for text in texts], [bag(row["text"]) for row in predicted])
    for index, (gold, text) in enumerate(zip(quotes, texts, strict=True)):
        if index not in paired:
            yield Judgement(name, "quote", text, None, right=False, text=text)
            continue
        other, overlap = paired[index]
        row, right = predicted[other], overlap >= QUOTE_OVERLAP
        yield Judgement(name, "quote", text, row["text"], right, text, overlap)
        if right:
            yield from _judge_attribution(name, gold, row, text)
    taken = {other for other, _ in paired.values()}
    for index, row in enumerate(predicted):
        if index not in taken:
            yield Judgement(name, "quote", None, row["text"], right=False, text=row["text"])


def _pairs(wanted: Sequence[Words], offered: Sequence[Words]) -> dict[int, tuple[int, float]]:
    """For each wanted quote the offered one that it overlaps with, and how much; best first, each used once."""
    pairs = [(_overlap(a, b), i, j) for i, a in enumerate(wanted) for j, b in enumerate(offered)]
    paired: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for overlap, i, j in sorted(pairs, reverse=True):
        if overlap >= PAIRED_OVERLAP and i not in paired and j not in taken:
            paired[i] = j, overlap
            taken.add(j)
    return paired


def _judge_attribution(name: str, gold: Row, row: Row, text: str) -> Iterator[Judgement]:
    yield Judgement(name, "quote_kind", gold["kind"], row["kind"], gold["kind"] == row["kind"], text)
    if gold["speaker"]:
        a, b = set(bag(gold["speaker"])), set(bag(row["speaker"]))
        right = bool(a and b) and len(a & b) / min(len(a), len(b)) >= SPEAKER_OVERLAP
        yield Judgement(name, "speaker", gold["speaker"], row["speaker"], right, text)
    if gold["speaker_id"]:
        right = gold["speaker_id"] == row["speaker_id"]
        yield Judgement(name, "speaker_id", gold["speaker_id"], row["speaker_id"], right, text)


def _judge_stances(article: Row, predicted: Sequence[Row]) -> Iterator[Judgement]:
    name, text = article["doc_id"], article["text"]
    gold = {stance_key(s["source"], s["target"], s["stance"]): text[s["start"] : s["end"]] for s in article["stances"]}
    found = {
        stance_key(
            source_key(row["source_kind"], row["source_id"], row["source"]), row["target_id"], row["stance"]
        ): row
        for row in sorted(predicted, key=lambda row: row["score"])
        if row["target_id"]
    }
    for key in sorted(gold.keys() | found.keys()):
        row = found.get(key)
        words = row["evidence"] if row else gold[key]
        right = key in gold and row is not None
        score, method = (row["score"], row["method"]) if row else (None, None)
        yield Judgement(
            name,
            "stance",
            key if key in gold else None,
            key if row else None,
            right,
            words,
            score=score,
            method=method,
        )


def stance_key(source: str, target: str, direction: str) -> str:
    """A stance as text: `source > target: favor`. Names that are no ids are normalised."""
    return f"{source if ID.fullmatch(source) else ' '.join(bag(source))} > {target}: {direction}"


def source_key(kind: str, actor_id: str | None, name: str) -> str:
    """What a source is known by: `author`, its id, or the name of one that no list holds."""
    return "author" if kind == "author" else actor_id or name


def _judge_sentiment(article: Row, sentences: Sequence[Row], sentiment: Sequence[Row]) -> Iterator[Judgement]:
    labels = {row["sent_id"]: row for row in sentiment if row["level"] == "sentence"}
    offered = [(bag(row["text"]), labels.get(row["sent_id"])) for row in sentences]
    for gold in article["sentences"]:
        text = article["text"][gold["start"] : gold["end"]]
        words = bag(text)
        if not words or not offered:
            continue
        # The sentence that shares most words, short ones first among equals.
        _, row = max(offered, key=lambda other: (words & other[0]).total() / (other[0].total() + 5))
        label, score = (row["label"], row["score"]) if row else ("neutral", None)
        right = label == gold["sentiment"]
        yield Judgement(article["doc_id"], "sentiment", gold["sentiment"], label, right, text, score=score)


@dataclass(frozen=True)
class Change:
    """A judgement that differs between two runs; `better` if the new run is the right one."""

    better: bool
    judgement: Judgement


def changes(old: Iterable[Judgement], new: Iterable[Judgement]) -> list[Change]:
    """What the new run gets right that the old did not, and the other way round, in the order of the new run.

    A row that nobody annotated counts as wrong where it stands: to lose it is better.
    """
    before, after = ({judgement.key: judgement for judgement in run} for run in (old, new))
    changed = [
        Change(judgement.right, judgement)
        for key, judgement in after.items()
        if (before[key].right if key in before else judgement.gold is None) != judgement.right
    ]
    gone = [Change(True, row) for key, row in before.items() if row.gold is None and key not in after]
    return changed + gone


def save_judgements(judgements: Sequence[Judgement], path: Path) -> None:
    """Write judgements as a Parquet file, one row each; UsageError if the file cannot be written."""
    try:
        pq.write_table(pa.Table.from_pylist([asdict(judgement) for judgement in judgements]), path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}") from error


def read_judgements(path: Path) -> list[Judgement]:
    """The judgements that `save_judgements` wrote; UsageError if the file holds none."""
    try:
        return [Judgement(**row) for row in pq.read_table(path).to_pylist()]
    except FileNotFoundError as error:
        raise UsageError(f"{path} does not exist; write it with: nabra evaluate --save FILE") from error
    except (OSError, pa.ArrowInvalid, TypeError) as error:
        raise UsageError(f"{path} holds no judgements of a run; write them with: nabra evaluate --save FILE") from error
