"""From trained checkpoints to the folder that ships: two shared encoders, small heads, a manifest."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel

from tasks.errors import ModelError
from tasks.parse.models import ENCODERS, LANGUAGE, MANIFEST, PROCESSORS, SYNTAX
from tasks.train.encoder import save_encoder

PACKAGE = "nabra"
BASE = "encoder-base"
ENCODER_PREFIX = "bert_model."


def extract_encoder(parser: Path, base: Path, folder: Path) -> None:
    """Write the encoder that `parser` (a depparse checkpoint) fine-tuned, as an encoder folder like `base`.

    Its weights are rounded to half precision, as they ship, so that what is trained on it sees what it will run on.
    """
    state = torch.load(parser, map_location="cpu", weights_only=True)["model"]
    tuned = {key.removeprefix(ENCODER_PREFIX): value for key, value in state.items() if key.startswith(ENCODER_PREFIX)}
    if not tuned:
        raise ModelError(f"{parser} holds no encoder; it was trained without --bert_finetune")
    model = AutoModel.from_pretrained(base, dtype=torch.float32, add_pooling_layer=False)
    model.load_state_dict({key: value for key, value in tuned.items() if not key.startswith("pooler.")})
    save_encoder(model.half().float(), _tokenizer(base), folder, torch.float32)


def bundle(work: Path, out: Path) -> None:
    """Assemble `out` from the checkpoints in `work`: encoders in half precision, heads, `resources.json`, manifest."""
    for name in ENCODERS:
        encoder = AutoModel.from_pretrained(work / name, dtype=torch.float32, add_pooling_layer=False)
        save_encoder(encoder, _tokenizer(work / name), out / name, torch.float16)
    for processor in PROCESSORS.split(","):
        checkpoint = torch.load(work / processor / f"{processor}.pt", map_location="cpu", weights_only=True)
        target = out / LANGUAGE / processor / f"{PACKAGE}.pt"
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.save(head_only(checkpoint), target)
    shutil.copytree(work / "sentiment", out / "sentiment", dirs_exist_ok=True)
    (out / "resources.json").write_text(json.dumps(_resources(), indent=1) + "\n", encoding="utf-8")
    write_manifest(out)


def head_only(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """A Stanza checkpoint in half precision, without encoder and optimiser, naming the encoder instead of a path."""
    kept = {key: value for key, value in checkpoint.items() if not key.endswith("_state_dict")}
    config = kept.get("config")
    if isinstance(kept.get("model"), dict):
        kept["model"] = {k: _half(v) for k, v in kept["model"].items() if not k.startswith(ENCODER_PREFIX)}
    if isinstance(config, dict):
        # Paths of the machine that trained it are of no use elsewhere.
        config = {key: value for key, value in config.items() if not (isinstance(value, str) and "/" in value)}
        trained_on = checkpoint["config"].get("bert_model")
        if trained_on:
            name = Path(trained_on).name
            # The parser began from the base; what it made of it ships.
            config |= {"bert_model": SYNTAX if name == BASE else name, "bert_finetune": False}
        kept["config"] = config
    return kept


def _half(value: Any) -> Any:
    """Weights in half precision; Stanza computes with them in single precision all the same."""
    return value.half() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def write_manifest(folder: Path) -> None:
    """Write `MANIFEST.json`: path, bytes and SHA-256 of every model file below `folder`."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".pt", ".safetensors", ".json"})
    entries = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
        if path.name not in (MANIFEST, "scores.json")
    ]
    (folder / MANIFEST).write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def _resources() -> dict[str, Any]:
    """Stanza's `resources.json` for the one package of the one language."""
    processors = PROCESSORS.split(",")
    models = {processor: {PACKAGE: {"md5": ""}} for processor in processors}
    default = dict.fromkeys(processors, PACKAGE)
    return {LANGUAGE: {**models, "packages": {"default": default}, "lang_name": "Arabic"}}


def _tokenizer(folder: Path) -> dict[str, Any]:
    tokenizer: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    return tokenizer
