"""From trained checkpoints to the folder that ships: packed encoders, small heads, a manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file

from nabra.tasks.models.encoder import load_encoder, save_packed
from nabra.tasks.models.folders import (
    DECISION,
    ENCODER,
    HEADS,
    LANGUAGE,
    MANIFEST,
    OPEN,
    OPINION,
    SCORES,
    SEGMENTER,
    SENTIMENT,
    STANCE,
)
from nabra.tasks.models.packed import PACKED, SCALE
from nabra.tasks.models.products import to_integers
from nabra.tasks.parse.parser import TOKENIZER
from nabra.tasks.train.encoder import WORDS

PACKAGE = "nabra"
BASE = "encoder-base"
# Stanza's `resources.json`: of its processors the tokenizer alone.
RESOURCES: Final = {
    LANGUAGE: {
        TOKENIZER: {PACKAGE: {"md5": ""}},
        "packages": {"default": {TOKENIZER: PACKAGE}},
        "lang_name": "Arabic",
    }
}
MODEL_FILES = frozenset({".pt", ".safetensors", ".json"})


def bundle_parser(tokenizer: Path, joint: Path, base: Path, out: Path) -> None:
    """Assemble the parser in `out` in the place of the one there: packed encoder, heads, tokenizer, manifest.

    Encoder and heads come from the folder `joint` of a joint training, `tokenizer` is a checkpoint of Stanza's. An
    opinion encoder in `out` stays, its vocabulary cut to that of the published encoder in the folder `base`.
    """
    for name in (ENCODER, HEADS, LANGUAGE, SEGMENTER):
        shutil.rmtree(out / name, ignore_errors=True)
    _pack(joint / ENCODER, out / ENCODER)
    copy_models(joint / HEADS, out / HEADS)
    target = out / LANGUAGE / TOKENIZER / f"{PACKAGE}.pt"
    target.parent.mkdir(parents=True)
    torch.save(head_only(torch.load(tokenizer, map_location="cpu", weights_only=True)), target)
    (out / "resources.json").write_text(json.dumps(RESOURCES, indent=1) + "\n", encoding="utf-8")
    if (out / OPINION / PACKED).is_file():
        cut_opinions(out / OPINION, base)
    write_manifest(out)


def cut_opinions(folder: Path, base: Path) -> None:
    """Give the packed encoder in `folder` the vocabulary of the published encoder in `base`.

    Its word vectors are the published ones, which no training changes: so the layers go with another cut of them.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    published = load_encoder(base)[0].get_input_embeddings().weight.detach()
    words, scale = to_integers(published)
    save_file({**load_file(folder / PACKED), WORDS: words, WORDS + SCALE: scale}, folder / PACKED)
    config["vocab_size"] = len(words)
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


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
    """A Stanza checkpoint in half precision, without optimiser and without the paths of the machine that trained it."""
    kept = {key: value for key, value in checkpoint.items() if not key.endswith("_state_dict")}
    if isinstance(kept.get("model"), dict):
        kept["model"] = {key: _half(value) for key, value in kept["model"].items()}
    if isinstance(kept.get("config"), dict):
        config = kept["config"].items()
        kept["config"] = {key: value for key, value in config if not (isinstance(value, str) and "/" in value)}
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
