"""Duplicates: which articles tell one story in the same or nearly the same words, and which of them is the earliest.

Near duplicates are found by MinHash over word shingles in a locality-sensitive index (Broder 1997; datasketch).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
from datasketch import LeanMinHash, MinHash, MinHashLSH

from config.settings import CleanSettings
from tasks.folding import fold

WORD: Final = re.compile(r"[^\W_]+")
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """The place of an article among the others: its story, and the earliest article of that if it is another one."""

    story: str
    duplicate_of: str | None


class DuplicateIndex:
    """The stories met so far, each named by the article that was cleaned first.

    A text is compared with the articles that stories are named by, not with their copies: so similarity cannot drift
    along a chain.
    """

    def __init__(self, settings: CleanSettings) -> None:
        self._settings = settings
        self._known: list[tuple[str, LeanMinHash]] = []
        self._earliest: dict[str, tuple[datetime, str]] = {}
        # A false candidate costs one comparison, a missed one is lost: weigh misses more.
        self._near = MinHashLSH(settings.duplicate_threshold, settings.minhash_permutations, weights=(0.1, 0.9))

    @classmethod
    def from_clean(cls, tables: Iterable[pa.Table], settings: CleanSettings) -> DuplicateIndex:
        """The index of tables of dataset `clean`, in the order in which their articles were cleaned.

        Reads doc_id, text, story, duplicate_of, published_at and fetched_at.
        """
        index = cls(settings)
        columns = ["doc_id", "text", "story", "duplicate_of", "published_at", "fetched_at"]
        for row in (row for table in tables for row in table.select(columns).to_pylist()):
            # Before schema version 3 the original gave the story its name.
            story = row["story"] or row["duplicate_of"] or row["doc_id"]
            index._add(story, row["doc_id"], when(row["published_at"], row["fetched_at"]))
            if story == row["doc_id"]:
                index._learn(story, index._sketch(row["text"]))
        return index

    def place(self, doc_id: str, text: str, at: datetime) -> Place:
        """The story of this text, a new one if no other is like it; `at` is the time of the article, see `when`.

        The earliest article of the story is that of all that are known now: what was cleaned before does not change.
        """
        sketch = self._sketch(text)
        near = {self._known[number][0] for number in self._near.query(sketch) if self._is_near(number, sketch)}
        story = min(near, key=self._earliest.__getitem__, default=doc_id)
        if story == doc_id:
            self._learn(story, sketch)
        self._add(story, doc_id, at)
        first = self._earliest[story][1]
        return Place(story, first if first != doc_id else None)

    def _is_near(self, number: int, sketch: LeanMinHash) -> bool:
        return bool(self._known[number][1].jaccard(sketch) >= self._settings.duplicate_threshold)

    def _learn(self, story: str, sketch: LeanMinHash) -> None:
        """Let the text stand for the story; an article that was edited stands for it by each of its versions."""
        self._near.insert(len(self._known), sketch, check_duplication=False)
        self._known.append((story, sketch))

    def _add(self, story: str, doc_id: str, at: datetime) -> None:
        self._earliest[story] = min(self._earliest.get(story, (at, doc_id)), (at, doc_id))

    def _sketch(self, text: str) -> LeanMinHash:
        words, size = WORD.findall(fold(text)), self._settings.shingle_words
        shingles = {" ".join(words[n : n + size]) for n in range(max(1, len(words) - size + 1))}
        sketch = MinHash(self._settings.minhash_permutations)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        return LeanMinHash(sketch)


def when(published_at: datetime | None, fetched_at: datetime | None) -> datetime:
    """The time by which an article comes before another.

    That of publication, or, where it is not known or cannot be since it lies after that, the time of fetching. Articles
    from before schema version 3 may have neither, and were there before all others.
    """
    return min(filter(None, (published_at, fetched_at)), default=LONG_AGO)
