"""Signatures of texts, and what is found among many."""

from __future__ import annotations

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from nabra.tasks.stories.signatures import FIRST_CAPACITY, SignatureIndex, minhash

PERMUTATIONS, THRESHOLD = 128, 0.8
WORDS = [f"كلمة{number}" for number in range(300)]


def signature_of(words: list[str]) -> np.ndarray:
    return minhash(" ".join(words), 3, PERMUTATIONS)


def changed(places: list[int]) -> list[str]:
    return [f"لفظة{number}" if number in places else word for number, word in enumerate(WORDS)]


def test_the_agreement_of_signatures_estimates_the_similarity_of_texts() -> None:
    one, other = signature_of(WORDS), signature_of(changed([50, 150, 250]))
    shingles = 298
    similarity = (shingles - 9) / (shingles + 9)
    assert abs((one == other).mean() - similarity) < 3 / np.sqrt(PERMUTATIONS)


def test_spelling_makes_no_difference() -> None:
    assert (minhash("أعلنت الحكومة، القرارَ!", 3, 16) == minhash("اعلنت الحكومه القرار", 3, 16)).all()


@given(st.lists(st.lists(st.integers(0, 299), max_size=25, unique=True), min_size=2, max_size=12))
@settings(deadline=None, max_examples=60)
def test_it_finds_what_datasketch_finds(texts: list[list[int]]) -> None:
    signatures = [signature_of(changed(places)) for places in texts]
    hashes = [LeanMinHash(MinHash(PERMUTATIONS, hashvalues=each, scheme="affine32")) for each in signatures]
    theirs = MinHashLSH(THRESHOLD, PERMUTATIONS, weights=(0.1, 0.9))
    ours = SignatureIndex(THRESHOLD, PERMUTATIONS)
    for number in range(1, len(texts)):
        theirs.insert(number - 1, hashes[number - 1])
        ours.add(signatures[number - 1][np.newaxis])
        near = [other for other in theirs.query(hashes[number]) if hashes[other].jaccard(hashes[number]) >= THRESHOLD]
        assert ours.like(signatures[number]) == sorted(near)


def test_each_of_many_is_found_by_its_number() -> None:
    many = np.random.default_rng(1).integers(0, 2**32, (3 * FIRST_CAPACITY, PERMUTATIONS), np.uint32)
    index = SignatureIndex(THRESHOLD, PERMUTATIONS)
    for part in np.split(many, [1, 2, 700, 2500]):
        index.add(part)
    assert all(index.like(many[number]) == [number] for number in range(0, len(many), 37))
    assert index.like(many[0] ^ np.uint32(1)) == []
