"""Masked language modelling."""

from __future__ import annotations

from pathlib import Path

import torch
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.train import pretrain as module
from nabra.tasks.train.pretrain import choose_words, hide, pretrain, read_windows


@given(st.integers(0, 1000))
def test_words_are_chosen_whole_and_never_the_ends(seed: int) -> None:
    torch.manual_seed(seed)
    begins = torch.rand(3, 20) < 0.5
    begins[:, [0, 1, -1]] = True
    chosen = choose_words(begins)
    assert not chosen[:, [0, -1]].any()
    inside = ~begins[:, 1:]
    assert torch.equal(chosen[:, 1:][inside], chosen[:, :-1][inside])


def test_only_chosen_pieces_are_hidden() -> None:
    ids = torch.arange(400).view(4, 100)
    chosen = torch.zeros_like(ids, dtype=torch.bool)
    chosen[:, 10:60] = True
    hidden = hide(ids, chosen, mask_id=999)
    assert torch.equal(hidden[~chosen], ids[~chosen])
    assert 0.7 < (hidden[chosen] == 999).float().mean() < 0.9


def test_articles_run_on_in_windows_with_their_ends(tiny_encoder: Path) -> None:
    windows = read_windows(["قال سامر نعم. " * 20] * 4, tiny_encoder, limit=3)
    assert windows.ids.shape == (3, module.WINDOW)
    assert windows.ids[:, 0].tolist() == [0, 0, 0]
    assert windows.ids[:, -1].tolist() == [2, 2, 2]


def test_pretraining_goes_on_from_the_encoder_given(tiny_encoder: Path, tmp_path: Path) -> None:
    pretrain(tiny_encoder, ["قال سامر نعم. " * 40] * 4, tmp_path, steps=2, seed=1)
    (before, _), (after, tokenizer) = load_encoder(tiny_encoder), load_encoder(tmp_path)
    weights = [model.embeddings.word_embeddings.weight for model in (before, after)]
    assert weights[0].shape == weights[1].shape
    assert not torch.equal(*weights)
    assert tokenizer("سامر")["input_ids"]
