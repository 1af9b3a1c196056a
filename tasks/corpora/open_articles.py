"""Annotated articles in the open format, where any entity that speaks, acts or is judged is annotated.

One JSON object a line: `text`, `sentences`, and `entities` with `type`, `name` and the spans of their `mentions`, names
and descriptions alike, without proclitics.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from nabra.tasks.arabic.folding import fold
from nabra.tasks.errors import UsageError

Row = dict[str, Any]

# The types of entities whose names are named entities, by what the NER data calls them.
KINDS: Final = {
    "person": "PER",
    "state": "LOC",
    "place": "LOC",
    "institution": "ORG",
    "organisation": "ORG",
    "armed_group": "ORG",
    "party": "ORG",
    "company": "ORG",
    "media": "ORG",
}


def read_open_articles(path: Path) -> list[Row]:
    """The annotated articles of a JSONL file in the open format; UsageError names the line that is none."""
    articles = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            article = json.loads(line)
            list(name_spans(article))
            article["sentences"][:]
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}:{number}: no annotated article in the open format: {error!r}") from error
        articles.append(article)
    return articles


def name_spans(article: Row) -> Iterator[tuple[int, int, str]]:
    """Where the article names an entity, and its kind: PER, LOC or ORG; descriptions (الوزير, الحركة) are left out."""
    for entity in article["entities"]:
        kind = KINDS.get(entity["type"])
        for start, end in entity["mentions"] if kind else ():
            if kind and is_name(article["text"][start:end], entity["name"], kind):
                yield start, end, kind


def is_name(mention: str, name: str, kind: str) -> bool:
    """True if a mention is the name or a part that serves as one: any words of a person's, the end of another's."""
    words, whole = fold(mention).split(), fold(name).split()
    if kind == "PER":
        return set(words) <= set(whole) and not whole[0].startswith("ال")
    return whole[-len(words) :] == words
