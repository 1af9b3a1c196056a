"""The models of sentiment and stance that go with a parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nabra.config.settings import Settings
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import ENCODER, OPINION, opinion_folder, verify


def opinions(settings: Settings) -> Path:
    """Their folder, checked."""
    folder = opinion_folder(settings.parse.parser)
    verify(folder)
    return folder


def opinion_encoder(folder: Path) -> tuple[Any, Any]:
    """Their encoder and its tokenizer, loaded once."""
    return load_encoder(folder / OPINION, folder / ENCODER)
