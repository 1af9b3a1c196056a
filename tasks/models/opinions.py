"""The models of sentiment and stance that go with a parser."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from nabra.config.settings import Settings
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, HEADS, OPINION, opinion_folder, verify
from nabra.tasks.models.stand_in import load_stand_ins


def opinions(settings: Settings) -> Path:
    """Their folder, checked."""
    folder = opinion_folder(settings.parse.parser)
    verify(folder)
    return folder


def opinion_encoder(folder: Path) -> tuple[Any, Any]:
    """Their encoder and its tokenizer, as `transformers` has them or standing in for these, loaded once."""
    if not (folder / HEADS).is_dir():
        return load_encoder(folder / OPINION, folder / ENCODER)
    return _stand_ins(folder)


@lru_cache(maxsize=4)
def _stand_ins(folder: Path) -> tuple[Any, Any]:
    return load_stand_ins(folder / OPINION, folder / ENCODER)
