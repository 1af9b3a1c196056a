"""Tokens cut into words by scripts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nabra.tasks.errors import ModelError
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.parse.scripts import Script
from nabra.tasks.parse.segment import Segmenter, load_segmenter, save_segmenter

LETTERS = st.text(alphabet="وبلكسفاتةىيهمنع", min_size=1, max_size=6)


@given(LETTERS, st.builds(Script, st.lists(LETTERS, max_size=2).map(tuple), st.lists(LETTERS, max_size=1).map(tuple)))
def test_a_script_leaves_a_stem_or_does_not_fit(token: str, script: Script) -> None:
    words = script.apply(token)
    assert words is None or (all(words) and "".join(words) == token)


class OneStateEncoder(torch.nn.Module):
    """Every piece has the state (1, 0)."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, ids: torch.Tensor, attention_mask: torch.Tensor, output_hidden_states: bool) -> Any:
        states = torch.zeros(*ids.shape, 2)
        states[..., 0] = 1.0
        return SimpleNamespace(hidden_states=[states] * 5)


class LetterTokenizer:
    """A piece a letter, between a first and a last."""

    def __call__(self, sentences: list[list[str]], **_: Any) -> Any:
        indices = [[None, *(index for index, word in enumerate(words) for _ in word), None] for words in sentences]
        width = max(map(len, indices))
        pieces = {
            "input_ids": [[1] * len(row) + [0] * (width - len(row)) for row in indices],
            "attention_mask": [[1] * len(row) + [0] * (width - len(row)) for row in indices],
        }

        class Pieces(dict[str, Any]):
            def word_ids(self, batch_index: int) -> list[int | None]:
                return indices[batch_index]

        return Pieces(pieces)


SCRIPTS = (Script(before=("و",)), Script())


def test_the_best_script_that_fits_is_taken_sentence_by_sentence(tmp_path: Path) -> None:
    save_segmenter(tmp_path, torch.tensor([[1.0, 0, 0, 0], [0.5, 0, 0, 0]]), torch.zeros(2), SCRIPTS)
    segmenter = load_segmenter(tmp_path, OneStateEncoder(), LetterTokenizer())
    assert isinstance(segmenter, Segmenter)
    assert segmenter.segment([["وقال", "سامر", "و"], [], ["ووعد"]]) == [
        [["و", "قال"], ["سامر"], ["و"]],
        [],
        [["و", "وعد"]],
    ]


def test_a_sentence_beyond_what_the_encoder_sees_keeps_all_its_tokens(tmp_path: Path, tiny_encoder: Path) -> None:
    save_segmenter(tmp_path, torch.zeros(2, 32), torch.tensor([1.0, 0.0]), SCRIPTS)
    segmenter = load_segmenter(tmp_path, *load_encoder(tiny_encoder))
    long = ["وقال"] * 400 + ["ب" * 900]
    assert segmenter.segment([["نعم"], long]) == [[["نعم"]], [["و", "قال"]] * 400 + [["ب" * 900]]]


def test_a_damaged_segmenter_is_named(tmp_path: Path) -> None:
    (tmp_path / "segmenter.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=f"segmenter in {tmp_path}"):
        load_segmenter(tmp_path, OneStateEncoder(), LetterTokenizer())
