"""The pieces that an encoder reads of tokens, and the letters of a token that each of them covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from nabra.tasks.errors import ModelError

BEGIN, END = "<s>", "</s>"


@dataclass(frozen=True)
class Pieces:
    """The pieces of a token: their ids, and the letters of it that each covers, as (first, after the last)."""

    ids: tuple[int, ...]
    letters: tuple[tuple[int, int], ...]

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """The run of pieces, (first, after the last), that cover the letters from `start` to `end`.

        The whole token where none does: a normaliser may have dropped letters.
        """
        inside = [at for at, (low, high) in enumerate(self.letters) if low < end and high > start]
        return (inside[0], inside[-1] + 1) if inside else (0, len(self.ids))


class PieceReader:
    """A tokenizer of words; `begin` and `end` are the pieces around a sentence."""

    def __init__(self, folder: Path) -> None:
        path = folder / "tokenizer.json"
        try:
            self._engine = Tokenizer.from_file(str(path))
        except Exception as error:
            # The library knows but the one kind.
            raise ModelError(f"the tokenizer {path} cannot be loaded: {error}") from error
        begin, end = (self._engine.token_to_id(piece) for piece in (BEGIN, END))
        if begin is None or end is None:
            raise ModelError(f"the tokenizer {path} has no pieces {BEGIN} and {END}")
        self.begin, self.end = begin, end

    def read(self, sentences: Sequence[Sequence[str]]) -> list[list[Pieces]]:
        """The pieces of every token of every sentence; the same token has the same pieces wherever it stands."""
        known = self._pieces(dict.fromkeys(token for tokens in sentences for token in tokens))
        return [[known[token] for token in tokens] for tokens in sentences]

    def read_texts(self, texts: Sequence[str]) -> list[Pieces]:
        """The pieces of running texts."""
        return [_pieces(one) for one in self._engine.encode_batch(list(texts), add_special_tokens=False)]

    def _pieces(self, tokens: Iterable[str]) -> dict[str, Pieces]:
        distinct = list(tokens)
        encoded = self._engine.encode_batch(
            [[token] for token in distinct], is_pretokenized=True, add_special_tokens=False
        )
        return {token: _pieces(one) for token, one in zip(distinct, encoded, strict=True)}


def _pieces(encoded: Encoding) -> Pieces:
    return Pieces(tuple(encoded.ids), tuple(encoded.offsets))
