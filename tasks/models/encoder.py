"""Encoders as `transformers` has them, loaded from folders packed or as saved."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel
from transformers.utils import logging as transformers_logging

from nabra.tasks.errors import ModelError
from nabra.tasks.models.packed import PACKED, packed, unpacked


@lru_cache(maxsize=4)
def load_encoder(folder: Path, pieces: Path | None = None) -> tuple[Any, Any]:
    """The encoder (a `transformers.BertModel` in evaluation mode, float32) and its tokenizer, packed or as saved.

    `pieces` is the folder of another encoder that has the tokenizer, where `folder` has none of its own. ModelError
    names the folder that cannot be read.
    """
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        if (folder / PACKED).is_file():
            model: Any = _unpacked(folder)
        else:
            model = AutoModel.from_pretrained(
                folder, local_files_only=True, dtype=torch.float32, add_pooling_layer=False
            )
        tokenizer = AutoTokenizer.from_pretrained(pieces or folder, local_files_only=True)
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise ModelError(f"the encoder in {folder} cannot be loaded: {error}") from error
    return model.eval(), tokenizer


def save_packed(model: BertModel, folder: Path) -> None:
    """Write `config.json` and the packed weights of `model` into `folder`."""
    model.config.save_pretrained(folder)
    save_file(packed(model.state_dict()), folder / PACKED)


def _unpacked(folder: Path) -> BertModel:
    model = BertModel(BertConfig.from_pretrained(folder, local_files_only=True), add_pooling_layer=False)
    state = unpacked(load_file(folder / PACKED))
    missing, unexpected = model.load_state_dict(state, strict=False)
    # Buffers such as position ids are not stored.
    if unexpected or any(name in dict(model.named_parameters()) for name in missing):
        raise ValueError(f"{PACKED} and config.json do not belong together")
    return model
