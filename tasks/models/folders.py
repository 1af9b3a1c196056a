"""Folders of models: where they lie, and that they are whole. Imports no model's library: every run asks this.

A folder of models has Stanza's layout (`resources.json`, `ar/<processor>/<package>.pt`). The bundled folder adds
the folders of the encoders that its processors share, and `MANIFEST.json` with the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib import resources
from pathlib import Path

from nabra.config.settings import Settings
from nabra.tasks.errors import ModelError

LANGUAGE = "ar"
# What `parse.parser` can name besides a folder: the models that ship, those of them trained on nothing that forbids
# commercial use, and the Arabic package of Stanza's makers in Stanza's own folder.
BUNDLED, OPEN, STANFORD = PROFILES = ("bundled", "open", "stanford")
# The name under which the bundled checkpoints ask Stanza for the encoder that they share, and its folder: no path, so
# that any place works.
ENCODER = "encoder"
# The encoder of the classifiers of sentiment and stance, which forgets less of meaning for not having learned syntax.
OPINION = "encoder-opinion"
SEGMENTER = "segment"
# The heads of a parser that reads each sentence once; a folder of models without them is one for Stanza's Pipeline.
HEADS = "heads"
SENTIMENT = "sentiment"
STANCE = "stance"
DECISION = "decision.json"
MANIFEST = "MANIFEST.json"
SCORES = "scores.json"


def model_root(parser: str) -> Path:
    """The folder that the setting `parse.parser` names, whether it is there or not."""
    if parser == STANFORD:
        from stanza.resources.common import DEFAULT_MODEL_DIR

        return Path(DEFAULT_MODEL_DIR)
    shipped = Path(str(resources.files("nabra.models")))
    return {BUNDLED: shipped, OPEN: shipped / OPEN}.get(parser) or Path(parser)


def model_folder(parser: str) -> Path:
    """The folder that the setting `parse.parser` names; ModelError where it is no folder of models."""
    folder = model_root(parser)
    if (folder / "resources.json").is_file():
        return folder
    if parser == STANFORD:
        raise ModelError(f"Stanza's own Arabic models are not in {folder}; fetch them with: nabra models download")
    raise ModelError(
        f"{folder} holds no models: there is no resources.json; set parse.parser to {', '.join(PROFILES)}"
        " or to a folder of Stanza models"
    )


def opinion_folder(parser: str) -> Path:
    """The folder with the classifiers of sentiment and stance that go with a parser: its own, else the bundled."""
    own = model_root(parser)
    return own if (own / OPINION).is_dir() else model_root(BUNDLED)


def parser_sum(settings: Settings) -> object:
    """What tells the parser's models from others."""
    return folder_sum(model_folder(settings.parse.parser))


def opinion_sum(settings: Settings) -> object:
    """What tells the classifiers of sentiment and stance, and their encoder, from others."""
    return folder_sum(opinion_folder(settings.parse.parser))


def folder_sum(folder: Path) -> str:
    """The SHA-256 of the manifest, without a look at the files that it lists; see `verify`."""
    manifest = folder / MANIFEST
    listed = manifest if manifest.is_file() else folder / "resources.json"
    return hashlib.sha256(listed.read_bytes()).hexdigest()


@lru_cache(maxsize=4)
def verify(folder: Path) -> str:
    """Check every file of the manifest against its SHA-256 and return `folder_sum`.

    A folder without a manifest (one of Stanza's own) is taken as it is. ModelError names a missing or damaged file.
    """
    manifest = folder / MANIFEST
    listed = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else []
    for entry in listed:
        path = folder / entry["path"]
        if not path.is_file():
            raise ModelError(f"model file {path} is missing; reinstall nabra, or restore it with git checkout")
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise ModelError(f"model file {path} is damaged: its SHA-256 is not that of {MANIFEST}; reinstall nabra")
    return folder_sum(folder)
