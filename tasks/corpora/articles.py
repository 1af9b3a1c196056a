"""Annotated articles (format: `docs/methods.md`).

One JSON object a line: `doc_id`, `text`, optional `title`, `boilerplate` spans, `sentences` with `sentiment`, `quotes`
with `kind`, `speaker`, `speaker_id`, and `stances` of (`source`, `target`, `stance`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from nabra.tasks.actors.match import Actors
from nabra.tasks.corpora.opinions import Labelled, Targeted
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import PARTS
from nabra.tasks.stance.classifier import Marked

Row = dict[str, Any]

KEYS: Final = ("doc_id", "text", "boilerplate", "sentences", "quotes", "stances")
# What each row of these lists has.
KEYS_OF_ROWS: Final = {
    "sentences": ("start", "end", "sentiment"),
    "quotes": ("start", "end", "kind", "speaker", "speaker_id"),
    "stances": ("start", "end", "source", "target", "stance"),
}
NAMED: Final = 5  # missing keys that a message names
_QUIET_TARGETS: Final = 2  # targets without a stance that are taken from one sentence


def read_annotated(path: Path) -> list[Row]:
    """The annotated articles of a JSONL file; UsageError names the line that is none."""
    articles = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            article = json.loads(line)
            absent = [key for key in KEYS if key not in article] or list(_absent_in_rows(article))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path}:{number}: no annotated article: {error}") from error
        if absent:
            told = ", ".join(absent[:NAMED]) + (f" and {len(absent) - NAMED} more" if len(absent) > NAMED else "")
            raise UsageError(f"{path}:{number}: an annotated article has {_told_keys()}; missing: {told}")
        articles.append(article)
    return articles


def _absent_in_rows(article: Row) -> Iterator[str]:
    for name, keys in KEYS_OF_ROWS.items():
        for number, row in enumerate(article[name]):
            yield from (f"{name}[{number}].{key}" for key in keys if key not in row)


def _told_keys() -> str:
    told = (f"{key} ({', '.join(KEYS_OF_ROWS[key])})" if key in KEYS_OF_ROWS else key for key in KEYS)
    return ", ".join(told)


def known_sources(articles: Iterable[Row], actors: Actors) -> list[Row]:
    """Annotated articles whose sources have the ids that the pipeline would give them.

    Annotators name in words whom no list held when they wrote; lists grow. Who would be for or against himself by his
    id (a minority of a state, say) keeps his name.
    """
    return [article | {"stances": list(_known_stances(article, actors))} for article in articles]


def _known_stances(article: Row, actors: Actors) -> Iterator[Row]:
    context, day = _read_as(article, actors)
    for stance in article["stances"]:
        source, listed = stance["source"], None
        if source != "author" and source not in actors.kinds:
            listed = actors.resolve(source, context, day)
        yield stance if listed in (None, stance["target"]) else stance | {"source": listed}


def _read_as(article: Row, actors: Actors) -> tuple[str, date | None]:
    """What the pipeline decides by on who a name means: headline and text, and the day that their titles tell of."""
    context = "\n".join(article.get(part) or "" for part in PARTS)
    return context, actors.day_of(context, None)


def annotated_sentences(articles: Iterable[Row]) -> Labelled:
    """The sentences of annotated articles with their sentiment; those of one article stay together."""
    rows = [
        (article["text"][sentence["start"] : sentence["end"]], sentence["sentiment"], article["doc_id"])
        for article in articles
        for sentence in article["sentences"]
    ]
    sentences, labels, groups = zip(*rows, strict=True)
    return Labelled(sentences, labels, groups)


def annotated_targets(articles: Iterable[Row], actors: Actors) -> list[Targeted]:
    """The stances of annotated articles, and targets in them towards which nobody takes any.

    The target of a stance is the mention of its actor nearest to the middle of the annotated span. The holder is the
    author, the speaker of a quote that holds the mention, or else an actor. As a stance is annotated once in an
    article, only actors towards whom the article shows none serve as examples of `none`.
    """
    return [row for article in articles for row in _article_targets(article, actors)]


def _article_targets(article: Row, actors: Actors) -> Iterator[Targeted]:
    text, name = article["text"], article["doc_id"]
    context, day = _read_as(article, actors)
    targets = {stance["target"] for stance in article["stances"]}
    for sentence in article["sentences"]:
        low, high = sentence["start"], sentence["end"]
        found = actors.find(text[low:high], context, day)
        mentions = [replace(m, actor_id=actors.side(m.actor_id, day)) for m in found]
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
