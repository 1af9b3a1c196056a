"""Encoders packed in int8."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import BertConfig

from nabra.tasks.errors import ModelError
from nabra.tasks.models.encoder import load_encoder, save_packed
from nabra.tasks.models.packed import packed, unpacked


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.floats(1e-6, 1e3))
def test_weights_come_back_within_half_a_step(seed: int, size: float) -> None:
    weight = torch.randn(5, 7, generator=torch.Generator().manual_seed(seed)) * size
    back = unpacked(packed({"w": weight}))["w"]
    assert bool(((back - weight).abs() <= weight.abs().amax(1, keepdim=True) / 127 * 0.501).all())


@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_packing_what_was_packed_changes_nothing(seed: int) -> None:
    weight = torch.randn(5, 7, generator=torch.Generator().manual_seed(seed))
    once = unpacked(packed({"w": weight}))
    torch.testing.assert_close(unpacked(packed(once))["w"], once["w"], rtol=1e-6, atol=0)


def test_a_packed_encoder_computes_as_before(tiny_encoder: Path, tmp_path: Path) -> None:
    model, tokenizer = load_encoder(tiny_encoder)
    save_packed(model, tmp_path)
    shutil.copytree(
        tiny_encoder, tmp_path, ignore=shutil.ignore_patterns("*.safetensors", "config.json"), dirs_exist_ok=True
    )
    loaded, again = load_encoder(tmp_path)
    ids = torch.tensor([tokenizer("قال سامر")["input_ids"]])
    assert again("قال سامر")["input_ids"] == ids[0].tolist()
    with torch.no_grad():
        torch.testing.assert_close(loaded(ids)[0], model(ids)[0], atol=0.1, rtol=0)


def test_weights_that_do_not_fit_their_configuration_are_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    model, _ = load_encoder(tiny_encoder)
    save_packed(model, tmp_path)
    BertConfig(**{**model.config.to_dict(), "num_hidden_layers": 9}).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=str(tmp_path)):
        load_encoder(tmp_path)
