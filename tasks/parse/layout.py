"""How a batch of sentences lies in an encoder's rows: which pieces belong to which token and to which word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from nabra.tasks.models.pieces import PieceReader, Pieces

# An encoder sees so many pieces at once; what begins and ends a sentence takes two.
LONGEST = 512
# A run of pieces in a row: row, first, after the last.
Run = tuple[int, int, int]


@dataclass(frozen=True)
class Layout:
    """Piece ids, (sentences, pieces), the length of each row, and the run of pieces of each token, row by row.

    A token without pieces, or beyond what the encoder can see, has the piece at the sentence's beginning.
    """

    ids: torch.Tensor
    lengths: tuple[int, ...]
    tokens: tuple[tuple[Run, ...], ...]
    pieces: tuple[Sequence[Pieces], ...]

    @property
    def mask(self) -> torch.Tensor:
        """True where a row has a piece."""
        return torch.arange(self.ids.shape[1]) < torch.tensor(self.lengths).unsqueeze(1)

    def letters(self, row: int, token: int, start: int, end: int) -> Run:
        """The run of pieces that cover some letters of a token."""
        _, first, last = self.tokens[row][token]
        low, high = self.pieces[row][token].covering(start, end)
        return (row, first + low, first + high) if low < high <= last - first else (row, first, last)


def lay_out(sentences: Sequence[Sequence[Pieces]], reader: PieceReader) -> Layout:
    """The layout of sentences, each given as the pieces of its tokens."""
    rows, tokens = [], []
    for row, pieces in enumerate(sentences):
        ids, runs = [reader.begin], []
        for token in pieces:
            first, last = len(ids), len(ids) + len(token.ids)
            seen = bool(token.ids) and last < LONGEST
            runs.append((row, first, last) if seen else (row, 0, 1))
            ids.extend(token.ids if seen else ())
        rows.append([*ids, reader.end])
        tokens.append(tuple(runs))
    longest = max(map(len, rows))
    # What fills a row up is never read: any piece will do.
    padded = [row + [reader.end] * (longest - len(row)) for row in rows]
    return Layout(torch.tensor(padded), tuple(map(len, rows)), tuple(tokens), tuple(sentences))
