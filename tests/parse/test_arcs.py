"""Trees are those of Stanza's own search."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root, tarjan

from nabra.tasks.parse.arcs import Scores, best_tree


def arc_scores(seed: int, words: int, certainty: float, root: float) -> Scores:
    """Log-probabilities of the heads of `words` words, the more certain of a few the larger `certainty`."""
    raw = np.random.default_rng(seed).normal(size=(words + 1, words + 1)) * certainty
    raw[:, 0] += root
    np.fill_diagonal(raw, -np.inf)
    return torch.from_numpy(raw).float().log_softmax(1).numpy()


def total(tree: np.ndarray, scores: Scores) -> float:
    return float(sum(scores[word, tree[word]] for word in range(1, len(tree))))


@given(st.integers(0, 2**32), st.integers(1, 40), st.sampled_from([0.1, 1.0, 10.0]), st.sampled_from([-5.0, 0.0, 9.0]))
def test_the_tree_is_that_of_stanza(seed: int, words: int, certainty: float, root: float) -> None:
    scores = arc_scores(seed, words, certainty, root)
    given_ = scores.copy()
    assert best_tree(scores).tolist() == chuliu_edmonds_one_root(scores).tolist()
    assert np.array_equal(scores, given_)


@given(st.integers(1, 8).flatmap(lambda n: st.lists(st.integers(-3, -1), min_size=(n + 1) ** 2, max_size=(n + 1) ** 2)))
def test_of_trees_as_good_as_each_other_one_is_found(values: list[int]) -> None:
    size = int(len(values) ** 0.5)
    scores = np.array(values, dtype=np.float32).reshape(size, size)
    np.fill_diagonal(scores, -np.inf)
    tree = best_tree(scores)
    assert total(tree, scores) == total(chuliu_edmonds_one_root(scores), scores)
    assert np.count_nonzero(tree[1:] == 0) == 1
    assert not tarjan(tree)
