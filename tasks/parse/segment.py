"""Words of a token by classification: which clitics stand before and after the stem, and how the stem is respelt.

An expander that writes words letter by letter sees one token and now and then invents a letter. Here the encoder sees
the sentence, and a token's label says what to cut off and which letters the joint had changed (للحكومة → ل + الحكومة,
مدرسته → مدرسة + ه). The labels are those that occur in the treebank; one that does not fit the token is passed over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from nabra.tasks.errors import ModelError
from nabra.tasks.models.memo import KEPT_LAYERS
from nabra.tasks.parse.scripts import Script

BATCH_SENTENCES = 64
# A longer sentence is read in parts: the encoder sees 512 pieces at most.
PART_TOKENS = 150


def token_states(model: Any, tokenizer: Any, sentences: Sequence[Sequence[str]]) -> torch.Tensor:
    """What the encoder says of each token: the mean of its last four layers at its first and its last piece, joined.

    Shape (tokens of all sentences, 2 x width). A token without pieces, or beyond the pieces that the encoder can see,
    has the state of the sentence's beginning.
    """
    words = [list(tokens) for tokens in sentences]
    pieces = tokenizer(words, padding="longest", truncation=True, is_split_into_words=True)
    ids, mask = torch.tensor(pieces["input_ids"]), torch.tensor(pieces["attention_mask"])
    device = next(model.parameters()).device
    layers = model(ids.to(device), attention_mask=mask.to(device), output_hidden_states=True).hidden_states
    states = sum(layers[-KEPT_LAYERS:]) / KEPT_LAYERS
    rows, firsts, lasts = [], [], []
    for row, tokens in enumerate(sentences):
        first, last = [0] * len(tokens), [0] * len(tokens)
        for position, index in enumerate(pieces.word_ids(batch_index=row)):
            if index is not None:
                first[index] = first[index] or position
                last[index] = position
        rows.extend([row] * len(tokens))
        firsts.extend(first)
        lasts.extend(last)
    joined: torch.Tensor = torch.cat([states[rows, firsts], states[rows, lasts]], dim=1)
    return joined


@dataclass(frozen=True)
class Segmenter:
    """Chooses a script for every token: a linear layer, `weight` (scripts, 2 x width) and `bias`, on the encoder."""

    model: Any
    tokenizer: Any
    weight: torch.Tensor
    bias: torch.Tensor
    scripts: tuple[Script, ...]

    def segment(self, sentences: Sequence[Sequence[str]]) -> list[list[list[str]]]:
        """For each sentence, for each of its tokens, the words of it."""
        parts = [
            (index, tokens[at : at + PART_TOKENS])
            for index, tokens in enumerate(sentences)
            for at in range(0, len(tokens), PART_TOKENS)
        ]
        # Sentences of like length together: most of what is read would be padding otherwise.
        order = sorted(range(len(parts)), key=lambda number: len(parts[number][1]))
        made: dict[int, list[list[str]]] = {}
        for at in range(0, len(order), BATCH_SENTENCES):
            numbers = order[at : at + BATCH_SENTENCES]
            with torch.inference_mode():
                states = token_states(self.model, self.tokenizer, [parts[number][1] for number in numbers])
                ranked = (states @ self.weight.T + self.bias).argsort(dim=1, descending=True).tolist()
            choices = iter(ranked)
            made |= {number: [self._words(token, next(choices)) for token in parts[number][1]] for number in numbers}
        segmented: list[list[list[str]]] = [[] for _ in sentences]
        for number, (index, _) in enumerate(parts):
            segmented[index].extend(made[number])
        return segmented

    def pieces(self, sentences: Sequence[Sequence[str]]) -> list[list[int]]:
        """For each sentence, for each of its tokens, how many pieces of it the encoder reads."""
        encoded = self.tokenizer([list(s) for s in sentences], is_split_into_words=True, add_special_tokens=False)
        counts = (Counter(encoded.word_ids(batch_index=row)) for row in range(len(sentences)))
        return [[count[token] for token in range(len(s))] for s, count in zip(sentences, counts, strict=True)]

    def _words(self, token: str, ranked: Sequence[int]) -> list[str]:
        for choice in ranked:
            words = self.scripts[choice].apply(token)
            if words:
                return words
        return [token]


def save_segmenter(folder: Path, weight: torch.Tensor, bias: torch.Tensor, scripts: Sequence[Script]) -> None:
    """Write `segmenter.safetensors` and `scripts.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {"weight": weight.half().contiguous(), "bias": bias.half().contiguous()}, folder / "segmenter.safetensors"
    )
    rows = [list(vars(script).values()) for script in scripts]
    (folder / "scripts.json").write_text(json.dumps(rows, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def load_segmenter(folder: Path, model: Any, tokenizer: Any) -> Segmenter:
    """The segmenter in `folder` on the given encoder; ModelError if unusable."""
    try:
        tensors = load_file(folder / "segmenter.safetensors")
        rows = json.loads((folder / "scripts.json").read_text(encoding="utf-8"))
        scripts = tuple(Script(tuple(before), tuple(after), *letters) for before, after, *letters in rows)
        return Segmenter(model, tokenizer, tensors["weight"].float(), tensors["bias"].float(), scripts)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the segmenter in {folder} cannot be loaded: {error}") from error
