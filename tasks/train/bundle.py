"""From trained checkpoints to the folder that ships: packed encoders, small heads, a manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import torch

from nabra.tasks.models.encoder import load_encoder, save_packed
from nabra.tasks.models.folders import (
    DECISION,
    ENCODER,
    LANGUAGE,
    MANIFEST,
    OPEN,
    OPINION,
    SCORES,
    SEGMENTER,
    SENTIMENT,
    STANCE,
)
from nabra.tasks.parse.load import PROCESSORS

PACKAGE = "nabra"
BASE = "encoder-base"
ENCODER_PREFIX = "bert_model."
# What the joint training makes; the others lie in the folder of checkpoints under the name of their trainer.
JOINT_PROCESSORS = ("pos", "depparse", "ner")
MODEL_FILES = frozenset({".pt", ".safetensors", ".json"})


def bundle_parser(work: Path, joint: Path, out: Path) -> None:
    """Assemble the parser in `out`: packed encoder, heads, `resources.json`, manifest.

    The encoder and its heads come from the folder `joint` of a joint training, the rest from the checkpoints in `work`.
    """
    _pack(joint / ENCODER, out / ENCODER)
    for processor in PROCESSORS.split(","):
        place = joint if processor in JOINT_PROCESSORS else work
        checkpoint = torch.load(place / processor / f"{processor}.pt", map_location="cpu", weights_only=True)
        target = out / LANGUAGE / processor / f"{PACKAGE}.pt"
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.save(head_only(checkpoint), target)
    copy_models(joint / SEGMENTER, out / SEGMENTER)
    (out / "resources.json").write_text(json.dumps(_resources(), indent=1) + "\n", encoding="utf-8")
    write_manifest(out)


def bundle_opinions(opinion: Path, decision: Path, out: Path) -> None:
    """Add the classifiers of sentiment and stance to `out`, and renew its manifest.

    They and their encoder come from the folder `opinion`, what weighs them against the rules from the file `decision`.
    The tokenizer is that of the parser's encoder, cut to the same vocabulary.
    """
    save_packed(load_encoder(opinion / ENCODER)[0], out / OPINION)
    for name in (SENTIMENT, STANCE):
        copy_models(opinion / name, out / name)
    shutil.copyfile(decision, out / STANCE / DECISION)
    write_manifest(out)


def _pack(source: Path, target: Path) -> None:
    model, _ = load_encoder(source)
    save_packed(model, target)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(source / file, target / file)


def copy_models(source: Path, target: Path) -> None:
    """Copy the model files of a folder, without the marks of training."""
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.suffix in MODEL_FILES and file.name != "done.json":
            shutil.copyfile(file, target / file.name)


def head_only(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """A Stanza checkpoint in half precision, without encoder and optimiser, naming the encoder instead of a path."""
    kept = {key: value for key, value in checkpoint.items() if not key.endswith("_state_dict")}
    config = kept.get("config")
    if isinstance(kept.get("model"), dict):
        kept["model"] = {k: _half(v) for k, v in kept["model"].items() if not k.startswith(ENCODER_PREFIX)}
    if isinstance(config, dict):
        # Paths of the machine that trained it are of no use elsewhere.
        config = {key: value for key, value in config.items() if not (isinstance(value, str) and "/" in value)}
        if checkpoint["config"].get("bert_model"):
            config |= {"bert_model": ENCODER, "bert_finetune": False}
        kept["config"] = config
    return kept


def _half(value: Any) -> Any:
    """Weights in half precision; Stanza computes with them in single precision all the same."""
    return value.half() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def write_manifest(folder: Path) -> None:
    """Write `MANIFEST.json`: path, bytes and SHA-256 of every model file of the profile in `folder`."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in MODEL_FILES and path.is_file() and OPEN not in path.relative_to(folder).parts
    )
    entries = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
        if path.name not in (MANIFEST, SCORES)
    ]
    (folder / MANIFEST).write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _resources() -> dict[str, Any]:
    """Stanza's `resources.json` for the one package of the one language."""
    processors = PROCESSORS.split(",")
    models = {processor: {PACKAGE: {"md5": ""}} for processor in processors}
    default = dict.fromkeys(processors, PACKAGE)
    return {LANGUAGE: {**models, "packages": {"default": default}, "lang_name": "Arabic"}}
