"""Near texts: a signature of each, and among many signatures those that are like another.

Signatures are MinHashes over word shingles (Broder 1997; datasketch): the share of places in which two agree estimates
the Jaccard similarity of their texts. Candidates are found by bands (Leskovec, Rajaraman, Ullman: Mining of Massive
Datasets, 3.4), here in plain arrays: datasketch's own index takes a gigabyte for 120,000 texts, and a minute to fill.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH

from nabra.tasks.arabic.folding import fold

Signatures = npt.NDArray[np.uint32]

WORD: Final = re.compile(r"[^\W_]+")
# FNV-1a.
HASH_START: Final = np.uint64(14695981039346656037)
HASH_FACTOR: Final = np.uint64(1099511628211)
# So much larger an array is made when one is full: doubling would hold half the memory empty.
GROWTH: Final = 1.25
FIRST_CAPACITY: Final = 1024


def minhash(text: str, shingle_words: int, permutations: int) -> Signatures:
    """The signature of a text: `permutations` numbers."""
    words = WORD.findall(fold(text))
    shingles = {" ".join(words[n : n + shingle_words]) for n in range(max(1, len(words) - shingle_words + 1))}
    hashed = MinHash(permutations)
    hashed.update_batch([shingle.encode() for shingle in shingles])
    return np.asarray(hashed.hashvalues, np.uint32)


class SignatureIndex:
    """Signatures by number, in the order in which they were added.

    What is like another is found by a look at four bytes a band of each: under a millisecond for 100,000 signatures.
    """

    def __init__(self, threshold: float, permutations: int) -> None:
        self._threshold = threshold
        # A false candidate costs one comparison, a missed one is lost: weigh misses more.
        best = MinHashLSH(threshold, permutations, weights=(0.1, 0.9))
        self._bands, self._rows = best.b, best.r
        self._size = 0
        self._signatures = np.empty((0, permutations), np.uint32)
        self._hashes = np.empty((self._bands, 0), np.uint32)

    def add(self, signatures: Signatures) -> None:
        """Append signatures, one a row."""
        begin, self._size = self._size, self._size + len(signatures)
        if self._size > len(self._signatures):
            room = max(FIRST_CAPACITY, int(self._size * GROWTH)) - len(self._signatures)
            self._signatures = np.pad(self._signatures, ((0, room), (0, 0)))
            self._hashes = np.pad(self._hashes, ((0, 0), (0, room)))
        self._signatures[begin : self._size] = signatures
        self._hashes[:, begin : self._size] = self._hashed(signatures)

    def like(self, one: Signatures) -> list[int]:
        """The numbers of the signatures that agree with this one as far as the threshold asks."""
        is_candidate = (self._hashes[:, : self._size] == self._hashed(one[np.newaxis])).any(axis=0)
        candidates = np.flatnonzero(is_candidate)
        agreement = (self._signatures[candidates] == one).mean(axis=1)
        found: list[int] = candidates[agreement >= self._threshold].tolist()
        return found

    def _hashed(self, signatures: Signatures) -> Signatures:
        """The hash of each band, bands by signatures."""
        parts = signatures[:, : self._bands * self._rows].reshape(-1, self._bands, self._rows)
        hashes = np.full(parts.shape[:2], HASH_START)
        for row in range(self._rows):
            hashes = (hashes ^ parts[:, :, row]) * HASH_FACTOR
        return (hashes >> np.uint64(32)).astype(np.uint32).T
