"""Trees and relations are those of Stanza's own search and scorers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root, tarjan
from stanza.models.depparse.model import GraphParser
from stanza.models.pos.vocab import WordVocab

from nabra.config.settings import load_settings
from nabra.tasks.models.folders import OPEN, model_folder
from nabra.tasks.parse.arcs import ArcsFirst, Scores, best_tree
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.parse import article_sentences

WIDTH = 6
RELATIONS = ("root", "nsubj", "csubj", "obj", "nmod", "punct")
SAMPLE = Path(__file__).parents[2] / "config" / "samples" / "articles" / "floods.txt"
# A batch as Stanza makes it: the longest sentence first, every length one more for the root.
LENGTHS = (13, 9, 9, 5, 3, 2)


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


def parser(seed: int, **options: bool) -> GraphParser:
    """A parser of Stanza's with random weights that has nothing to read but word vectors."""
    torch.manual_seed(seed)
    words = WordVocab([[[letter] for letter in "ابتثجحخد"]], "ar")
    vocab = {"word": words, "lemma": words, "deprel": WordVocab([[[name] for name in RELATIONS]], "ar")}
    switches = {"char": False, "pretrain": False, "linearization": True, "distance": True, **options}
    sizes = {"word_emb_dim": WIDTH, "tag_emb_dim": 0, "hidden_dim": WIDTH, "num_layers": 1}
    scorers = {"deep_biaff_hidden_dim": WIDTH, "deep_biaff_output_dim": WIDTH}
    rates = {"dropout": 0.5, "rec_dropout": 0, "word_dropout": 0.5}
    model = GraphParser({**switches, **sizes, **scorers, **rates}, vocab)
    for weight in model.parameters():
        torch.nn.init.normal_(weight)
    return model.eval()


def batch(seed: int) -> list[Any]:
    generator = torch.Generator().manual_seed(seed)
    words = torch.randint(4, 12, (len(LENGTHS), LENGTHS[0]), generator=generator)
    padded = torch.arange(LENGTHS[0]) >= torch.tensor(LENGTHS).unsqueeze(1)
    words[padded] = 0
    heads = torch.zeros_like(words[:, 1:])
    return [words, padded, *[None] * 6, words, heads, heads, None, LENGTHS, None, None]


@torch.no_grad()
def predictions(model: Any, seed: int, resolve: bool) -> list[list[tuple[int, str]]]:
    found = model.predict(*batch(seed), resolve_head_constraints=resolve)
    return [[(int(head), relation) for head, relation in sentence] for sentence in found]


# Random weights make more conflicts than Stanza cares to settle.
@pytest.mark.filterwarnings("ignore:resolve_head_constraint_violations")
@pytest.mark.parametrize("linearization", [True, False])
@pytest.mark.parametrize("resolve", [True, False])
def test_heads_and_relations_are_those_of_stanza(linearization: bool, resolve: bool) -> None:
    for seed in range(4):
        wanted = predictions(parser(seed, linearization=linearization), seed, resolve)
        assert predictions(ArcsFirst(parser(seed, linearization=linearization)), seed, resolve) == wanted


def test_subjects_that_stanza_would_part_are_parted() -> None:
    model = ArcsFirst(parser(0))
    assert predictions(model, 0, resolve=True) != predictions(model, 0, resolve=False)


def test_a_parser_that_scores_arcs_and_relations_at_once_is_left_alone() -> None:
    assert ArcsFirst.fits(parser(0))
    assert not ArcsFirst.fits(parser(0, use_arc_embedding=True))


def test_real_sentences_are_parsed_as_by_stanza(monkeypatch: pytest.MonkeyPatch) -> None:
    article = {"title": None, "text": SAMPLE.read_text(encoding="utf-8")}
    sentences = [s.text for s in article_sentences(article, load_settings().parse.max_sentence_words)]
    ours = load_parser(model_folder(OPEN), threads=1).parse(sentences)
    monkeypatch.setattr(ArcsFirst, "fits", lambda model: False)
    assert ours == load_parser(model_folder(OPEN), threads=1).parse(sentences)
