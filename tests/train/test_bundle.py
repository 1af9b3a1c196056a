"""Assembling the folder that ships, and finding damage in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.errors import ModelError
from nabra.tasks.models.folders import ENCODER, model_folder, verify
from nabra.tasks.train.bundle import head_only, write_manifest


def test_a_head_has_no_encoder_no_optimiser_and_no_path() -> None:
    checkpoint = {
        "model": {"bert_model.x": 1, "output.weight": 2},
        "config": {
            "bert_model": "/home/me/encoder-base",
            "bert_finetune": True,
            "save_dir": "/home/me",
            "hidden_dim": 8,
        },
        "optimizer_state_dict": {"state": 3},
        "vocab": {"word": []},
    }
    assert head_only(checkpoint) == {
        "model": {"output.weight": 2},
        "config": {"bert_model": ENCODER, "bert_finetune": False, "hidden_dim": 8},
        "vocab": {"word": []},
    }


def test_a_model_without_an_encoder_asks_for_none() -> None:
    assert head_only({"model": {"a": 1}, "config": {"hidden_dim": 8}})["config"] == {"hidden_dim": 8}


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
