"""Duplicates: the earliest article with the same or nearly the same text.

Near duplicates are found by MinHash over word shingles in a locality-sensitive index (Broder 1997; datasketch).
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

import pyarrow as pa
from datasketch import MinHash, MinHashLSH

from config.settings import CleanSettings
from tasks.folding import fold

WORD: Final = re.compile(r"[^\W_]+")


class DuplicateIndex:
    """Originals seen so far. Duplicates are not added: each points to the original itself, and similarity cannot drift
    along a chain of them."""

    def __init__(self, settings: CleanSettings) -> None:
        self._settings = settings
        self._order: dict[str, int] = {}
        self._sketches: dict[str, MinHash] = {}
        self._by_hash: dict[str, str] = {}
        # A false candidate costs one comparison, a missed one is lost: weigh misses more.
        self._near = MinHashLSH(settings.duplicate_threshold, settings.minhash_permutations, weights=(0.1, 0.9))

    @classmethod
    def from_clean(cls, table: pa.Table, settings: CleanSettings) -> DuplicateIndex:
        """The index of a table of dataset `clean` in its order (columns doc_id, text, duplicate_of)."""
        index = cls(settings)
        for row in table.select(["doc_id", "text", "duplicate_of"]).to_pylist():
            if row["duplicate_of"] is None:
                index._add(row["doc_id"], _key(row["text"]), index._sketch(row["text"]))
        return index

    def find(self, doc_id: str, text: str) -> str | None:
        """The doc_id of the earliest original of this text; None where it is new, and then it is added."""
        key, sketch = _key(text), self._sketch(text)
        same = self._by_hash.get(key)
        near = [other for other in self._near.query(sketch) if self._is_near(other, sketch)]
        # An article that is cleaned again must not find itself, or one that came after it.
        own = self._order.get(doc_id, len(self._order))
        earlier = [other for other in ([same] if same else near) if self._order[other] < own]
        if earlier:
            return min(earlier, key=self._order.__getitem__)
        self._add(doc_id, key, sketch)
        return None

    def _is_near(self, other: str, sketch: MinHash) -> bool:
        return bool(self._sketches[other].jaccard(sketch) >= self._settings.duplicate_threshold)

    def _add(self, doc_id: str, key: str, sketch: MinHash) -> None:
        if doc_id in self._order:
            return
        self._order[doc_id] = len(self._order)
        self._sketches[doc_id] = sketch
        self._by_hash.setdefault(key, doc_id)
        self._near.insert(doc_id, sketch, check_duplication=False)

    def _sketch(self, text: str) -> MinHash:
        words, size = WORD.findall(fold(text)), self._settings.shingle_words
        shingles = {" ".join(words[n : n + size]) for n in range(max(1, len(words) - size + 1))}
        sketch = MinHash(self._settings.minhash_permutations)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        return sketch


def _key(text: str) -> str:
    return hashlib.sha256(" ".join(WORD.findall(fold(text))).encode()).hexdigest()
