"""The best tree over the scores of arcs, found faster than Stanza's search finds it.

Stanza searches under a penalty on roots, which breaks the best tree up even where it has one root. What comes out is
the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from stanza.models.common.chuliu_edmonds import chuliu_edmonds, chuliu_edmonds_one_root

Scores = npt.NDArray[np.floating[Any]]
Heads = npt.NDArray[np.integer[Any]]


def best_tree(scores: Scores) -> Heads:
    """The head of every word in the best tree with one root; `scores[word, head]`, where word 0 stands above the root.

    If the best of all trees has one root, it is the best of those with one root too. If the best heads make a tree, no
    tree is better.
    """
    tree: Heads = scores.argmax(1)
    tree[0] = 0
    if not _leads_to_root(tree):
        tree = chuliu_edmonds(scores.astype(np.float64))
    return tree if np.count_nonzero(tree[1:] == 0) == 1 else chuliu_edmonds_one_root(scores)


def _leads_to_root(heads: Heads) -> bool:
    """True if every word is below word 0."""
    above = heads
    for _ in range(len(heads).bit_length()):
        above = above[above]
    return not above.any()
