"""Duplicates: which articles tell one story in the same or nearly the same words, and which of them is the earliest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa

from nabra.config.settings import CleanSettings
from nabra.tasks.stage import StageOutput, stage_output
from nabra.tasks.stories.signatures import SignatureIndex, Signatures, minhash

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
SIGNATURE: Final = pa.field("signature", pa.binary())
# What the index needs of an article, and what those need who look for the same words.
KNOWN: Final = ("doc_id", "title", "text_sha256", "story", "published_at", "fetched_at")


@dataclass(frozen=True)
class Extracted:
    """The articles of a batch as rows of `clean` without their stories, with `signature`, and the rows of rejects."""

    articles: list[dict[str, Any]]
    rejects: list[dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """The place of an article among the others: its story, and the earliest article of that if it is another one."""

    story: str
    duplicate_of: str | None


class StoryIndex:
    """The stories met so far, each named by the article that was cleaned first.

    A text is compared with the articles that stories are named by, not with their copies: so similarity cannot drift
    along a chain.
    """

    def __init__(self, settings: CleanSettings) -> None:
        self._settings = settings
        # The story of each signature. An article that was edited stands for its story by each of its versions.
        self._stories: list[str] = []
        self._earliest: dict[str, tuple[datetime, str]] = {}
        self._near = SignatureIndex(settings.duplicate_threshold, settings.minhash_permutations)

    @classmethod
    def from_signed(cls, tables: Iterable[pa.Table], settings: CleanSettings) -> StoryIndex:
        """The index of articles that `with_signatures` gives, in the order in which they were cleaned."""
        index = cls(settings)
        for data in tables:
            index.learn(data)
        return index

    def learn(self, signed: pa.Table) -> None:
        """Add articles whose stories are known, as `with_signatures` gives them."""
        columns = (signed[name].to_pylist() for name in ("doc_id", "story", "published_at", "fetched_at"))
        for doc_id, story, published_at, fetched_at in zip(*columns, strict=True):
            self._add(story, doc_id, when(published_at, fetched_at))
        named = signed.filter(signed[SIGNATURE.name].is_valid())
        self._stories += named["story"].to_pylist()
        self._near.add(_numbers(b"".join(named[SIGNATURE.name].to_pylist()), self._settings))

    def place(self, doc_id: str, signature: bytes, at: datetime) -> Place:
        """The story of the text with this signature, a new one if no other is like it; `at` is its time (see `when`).

        The earliest article of the story is that of all that are known now: what was cleaned before does not change.
        """
        made = np.frombuffer(signature, np.uint32)
        near = {self._stories[number] for number in self._near.like(made)}
        story = min(near, key=self._earliest.__getitem__, default=doc_id)
        if story == doc_id:
            self._stories.append(story)
            self._near.add(made[np.newaxis])
        self._add(story, doc_id, at)
        first = self._earliest[story][1]
        return Place(story, first if first != doc_id else None)

    def _add(self, story: str, doc_id: str, at: datetime) -> None:
        self._earliest[story] = min(self._earliest.get(story, (at, doc_id)), (at, doc_id))


def place_articles(extracted: Extracted, index: StoryIndex) -> StageOutput:
    """The articles of a batch with their stories, as `clean`; `index` has those of the batches before, and learns."""
    rows = []
    for article in extracted.articles:
        at = when(article["published_at"], article["fetched_at"])
        place = index.place(article["doc_id"], article[SIGNATURE.name], at)
        known = {name: value for name, value in article.items() if name != SIGNATURE.name}
        rows.append(known | {"duplicate_of": place.duplicate_of, "story": place.story})
    return stage_output({"clean": rows}, extracted.rejects)


def with_signatures(clean: pa.Table, settings: CleanSettings) -> pa.Table:
    """What the index takes of `clean`: the columns `KNOWN`, and the signatures of texts that name stories."""
    known = clean.select(KNOWN)
    rows = clean.select(["doc_id", "story", "duplicate_of"]).to_pylist()
    # Before schema version 3 the original gave the story its name.
    stories = [row["story"] or row["duplicate_of"] or row["doc_id"] for row in rows]
    signatures = [
        signature(text, settings) if story == row["doc_id"] else None
        for row, story, text in zip(rows, stories, clean["text"].to_pylist(), strict=True)
    ]
    known = known.set_column(
        known.schema.get_field_index("story"), known.schema.field("story"), pa.array(stories, pa.string())
    )
    return known.append_column(SIGNATURE, pa.array(signatures, SIGNATURE.type))


def signature(text: str, settings: CleanSettings) -> bytes:
    """The signature of a text, by which texts are compared: `minhash_permutations` numbers of four bytes."""
    return minhash(text, settings.shingle_words, settings.minhash_permutations).tobytes()


def _numbers(content: bytes, settings: CleanSettings) -> Signatures:
    return np.frombuffer(content, np.uint32).reshape(-1, settings.minhash_permutations)


def when(published_at: datetime | None, fetched_at: datetime | None) -> datetime:
    """The time by which an article comes before another.

    That of publication, or, where it is not known or cannot be since it lies after that, the time of fetching. Articles
    from before schema version 3 may have neither, and were there before all others.
    """
    return min(filter(None, (published_at, fetched_at)), default=LONG_AGO)
