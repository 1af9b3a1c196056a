"""An encoder and a tokenizer that the classifiers of opinion call as they call those of `transformers`.

Training needs the latter; a run computes the same with neither its seconds of import nor its single precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from nabra.tasks.models.bert import Bert, load_bert
from nabra.tasks.models.pieces import PieceReader
from nabra.tasks.models.precision import best_arithmetic, device


class EncoderStandIn:
    """Stands in for a `transformers.BertModel` in evaluation."""

    def __init__(self, bert: Bert) -> None:
        self._bert = bert
        self.config = SimpleNamespace(hidden_size=bert.width)

    def __call__(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        **_: bool,
    ) -> SimpleNamespace:
        """The states of all layers and of the last, (sentences, pieces, width), on the CPU."""
        states = [layer.cpu() for layer in self._bert.states(input_ids, attention_mask, token_type_ids)]
        return SimpleNamespace(hidden_states=states, last_hidden_state=states[-1])


class TokenizerStandIn:
    """Stands in for a `transformers.PreTrainedTokenizerFast`: a text as its pieces, texts as a batch of them."""

    def __init__(self, reader: PieceReader) -> None:
        self._reader = reader
        self.cls_token_id, self.sep_token_id, self.pad_token_id = reader.begin, reader.end, reader.end

    def __call__(self, texts: str | Sequence[str], max_length: int = 0, **_: Any) -> dict[str, Any]:
        """One text without the pieces around it and with offsets; several with them, at most `max_length` each."""
        if isinstance(texts, str):
            (pieces,) = self._reader.read_texts([texts])
            return {"input_ids": list(pieces.ids), "offset_mapping": list(pieces.letters)}
        rows = [
            [self._reader.begin, *pieces.ids[: max_length - 2], self._reader.end]
            for pieces in self._reader.read_texts(texts)
        ]
        ids = torch.full((len(rows), max(map(len, rows))), self.pad_token_id)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        return {"input_ids": ids, "attention_mask": mask}


def load_stand_ins(folder: Path, pieces: Path) -> tuple[EncoderStandIn, TokenizerStandIn]:
    """The packed encoder in `folder` and the tokenizer in `pieces`; ModelError names what cannot be read."""
    place = device()
    bert = load_bert(folder, best_arithmetic(place.type), place)
    return EncoderStandIn(bert), TokenizerStandIn(PieceReader(pieces))
