"""Assembling the folder that ships, and finding damage in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nabra.tasks.errors import ModelError
from nabra.tasks.models.encoder import load_encoder, save_packed
from nabra.tasks.models.folders import BUNDLED, model_folder, verify
from nabra.tasks.models.packed import unpacked
from nabra.tasks.train.bundle import bundle_parser, cut_opinions, head_only, write_manifest
from nabra.tasks.train.encoder import WORDS


def test_a_head_has_no_optimiser_and_no_path() -> None:
    checkpoint = {
        "model": {"output.weight": torch.ones(2)},
        "config": {"save_dir": "/home/me", "hidden_dim": 8},
        "optimizer_state_dict": {"state": 3},
        "vocab": {"word": []},
    }
    head = head_only(checkpoint)
    assert head["model"]["output.weight"].dtype == torch.float16
    assert {name: value for name, value in head.items() if name != "model"} == {
        "config": {"hidden_dim": 8},
        "vocab": {"word": []},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ar").mkdir()
    (tmp_path / "ar" / "pos.pt").write_bytes(b"weights")
    (tmp_path / "resources.json").write_text("{}")
    write_manifest(tmp_path)
    verify.cache_clear()
    return tmp_path


def test_whole_files_pass(folder: Path) -> None:
    assert len(verify(folder)) == 64


def test_a_damaged_file_is_named(folder: Path) -> None:
    (folder / "ar" / "pos.pt").write_bytes(b"weight!")
    with pytest.raises(ModelError, match=r"ar/pos\.pt is damaged"):
        verify(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "ar" / "pos.pt").unlink()
    with pytest.raises(ModelError, match=r"ar/pos\.pt is missing"):
        verify(folder)


def test_a_folder_without_models_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"{tmp_path} holds no models"):
        model_folder(str(tmp_path))


def test_a_new_parser_takes_the_place_of_the_old_one(tiny_encoder: Path, tmp_path: Path) -> None:
    joint, out = tmp_path / "joint", tmp_path / "out"
    shutil.copytree(tiny_encoder, joint / "encoder")
    (joint / "heads").mkdir()
    (joint / "heads" / "labels.json").write_text("{}")
    (out / "ar" / "pos").mkdir(parents=True)
    (out / "ar" / "pos" / "nabra.pt").write_bytes(b"old")
    (out / "segment").mkdir()
    bundle_parser(model_folder(BUNDLED) / "ar" / "tokenize" / "nabra.pt", joint, tiny_encoder, out)
    listed = [entry["path"] for entry in json.loads((out / "MANIFEST.json").read_text(encoding="utf-8"))]
    assert sorted(listed) == [
        "ar/tokenize/nabra.pt",
        "encoder/config.json",
        "encoder/packed.safetensors",
        "encoder/tokenizer.json",
        "encoder/tokenizer_config.json",
        "heads/labels.json",
        "resources.json",
    ]
    assert not (out / "ar" / "pos").exists()


def test_an_opinion_encoder_is_cut_to_another_vocabulary(tiny_encoder: Path, tmp_path: Path) -> None:
    model, _ = load_encoder(tiny_encoder)
    save_packed(model, tmp_path)
    layers = {name: value for name, value in load_file(tmp_path / "packed.safetensors").items() if WORDS not in name}
    base = tmp_path / "base"
    shutil.copytree(tiny_encoder, base)
    other, _ = load_encoder.__wrapped__(base)
    other.resize_token_embeddings(9)
    torch.nn.init.normal_(other.get_input_embeddings().weight)
    other.save_pretrained(base)

    cut_opinions(tmp_path, base)
    after = load_file(tmp_path / "packed.safetensors")
    words = other.get_input_embeddings().weight.detach()
    torch.testing.assert_close(unpacked(after)[WORDS], words, atol=0.02, rtol=0)
    assert all(torch.equal(after[name], value) for name, value in layers.items())
    shutil.copy(base / "tokenizer.json", tmp_path)
    shutil.copy(base / "tokenizer_config.json", tmp_path)
    assert load_encoder(tmp_path)[0].config.vocab_size == 9
