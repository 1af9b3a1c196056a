"""Parser models: where they lie, that they are whole, and Stanza's Pipeline over them, offline.

A folder of models has Stanza's layout (`resources.json`, `ar/<processor>/<package>.pt`). The bundled folder adds
the folders of the encoders that its processors share, and `MANIFEST.json` with the SHA-256 of every file.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import stanza
import torch
from stanza.models.common.foundation_cache import BertRecord, FoundationCache
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from tasks.errors import ModelError
from tasks.parse.memo import MemoEncoder
from tasks.parse.parser import ANALYSERS, SEGMENTERS, StanzaParser

LANGUAGE = "ar"
BUNDLED = "bundled"
PROCESSORS = f"{SEGMENTERS},{ANALYSERS}"
# The names under which the bundled checkpoints ask Stanza for their encoders, and their folders: no path, so that any
# place works. SYNTAX was fine-tuned by the parser, GENERAL is as it was pretrained.
SYNTAX, GENERAL = ENCODERS = ("encoder-syntax", "encoder-general")
MANIFEST = "MANIFEST.json"


def model_root(models: str) -> Path:
    """The folder that the setting `parse.models` names, whether it is there or not."""
    return Path(str(resources.files("models"))) if models == BUNDLED else Path(models)


def model_folder(models: str) -> Path:
    """The folder that the setting `parse.models` names; ModelError where it is no folder of models."""
    folder = model_root(models)
    if not (folder / "resources.json").is_file():
        raise ModelError(
            f"{folder} holds no models: there is no resources.json; set parse.models to `bundled` or to a Stanza folder"
        )
    return folder


@lru_cache(maxsize=4)
def verify(folder: Path) -> str:
    """Check every file of the manifest against its SHA-256 and return the hash of the manifest.

    A folder without a manifest (one of Stanza's own) is taken as it is. ModelError names a missing or damaged file.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return hashlib.sha256((folder / "resources.json").read_bytes()).hexdigest()
    for entry in json.loads(manifest.read_text(encoding="utf-8")):
        path = folder / entry["path"]
        if not path.is_file():
            raise ModelError(f"model file {path} is missing; reinstall nabra, or run `git checkout {entry['path']}`")
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise ModelError(f"model file {path} is damaged: its SHA-256 is not that of {MANIFEST}; reinstall nabra")
    return hashlib.sha256(manifest.read_bytes()).hexdigest()


@lru_cache(maxsize=len(ENCODERS))
def load_encoder(folder: Path) -> tuple[Any, Any]:
    """The encoder (a `transformers.BertModel` in evaluation mode, float32) and its tokenizer."""
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32, add_pooling_layer=False)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"the encoder in {folder} cannot be loaded: {error}") from error
    return model.eval(), tokenizer


def load_parser(folder: Path, threads: int) -> StanzaParser:
    """A parser over the models of `folder`, on the CPU, never touching the network.

    `threads` is the number of torch threads, 0 for one per core. ModelError names a file that is missing or damaged.
    """
    verify(folder)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    cache = FoundationCache()
    for name in ENCODERS:
        if (folder / name).is_dir():
            model, tokenizer = load_encoder(folder / name)
            cache.bert[name] = BertRecord(MemoEncoder(model), tokenizer, {})
    try:
        pipeline = stanza.Pipeline(
            LANGUAGE,
            dir=str(folder),
            processors=PROCESSORS,
            package="default",
            download_method=None,
            foundation_cache=cache,
            tokenize_no_ssplit=True,
            use_gpu=False,
            logging_level="ERROR",
        )
    except Exception as error:
        # Stanza raises anything from KeyError to UnpicklingError on models that it does not like.
        raise ModelError(f"the models in {folder} cannot be loaded: {type(error).__name__}: {error}") from error
    return StanzaParser(pipeline, [record.model.forget for record in cache.bert.values()])
