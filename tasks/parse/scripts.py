"""Scripts: edits that turn a token into its words, and where in the token each word stands.

A script says which clitics stand before and after the stem, and which letters the joints had changed at either end of
it (للحكومة → ل + الحكومة, مدرسته → مدرسة + ه). The labels of the segmenter are the scripts that a treebank shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Piece:
    """A word of a token: its form, its letters in the token, and the clitic that it is, None for the stem."""

    form: str
    start: int
    end: int
    clitic: str | None


@dataclass(frozen=True)
class Script:
    """An edit from a token to its words: clitics, and the letters cut from and added to either end of the stem."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    cut_start: str = ""
    add_start: str = ""
    cut_end: str = ""
    add_end: str = ""

    def apply(self, token: str) -> list[str] | None:
        """The words of `token`; None if the script does not fit it."""
        pieces = self.pieces(token)
        return [piece.form for piece in pieces] if pieces else None

    def pieces(self, token: str) -> list[Piece] | None:
        """The words of `token` with their letters; None if the script does not fit, or leaves nothing of the stem."""
        start, end = "".join(self.before), "".join(self.after)
        low, high = len(start), len(token) - len(end)
        first, last = low + len(self.cut_start), high - len(self.cut_end)
        if not (token.startswith(start) and token.endswith(end) and first < last):
            return None
        if not (token.startswith(self.cut_start, low) and token.endswith(self.cut_end, 0, high)):
            return None
        stem = Piece(self.add_start + token[first:last] + self.add_end, low, high, None)
        return [*_in_a_row(self.before, 0), stem, *_in_a_row(self.after, high)]

    @property
    def cost(self) -> int:
        """How many letters of the stem are cut or added."""
        return len(self.cut_start) + len(self.add_start) + len(self.cut_end) + len(self.add_end)


def _in_a_row(clitics: Sequence[str], at: int) -> list[Piece]:
    pieces = []
    for clitic in clitics:
        pieces.append(Piece(clitic, at, at + len(clitic), clitic))
        at += len(clitic)
    return pieces


def derive(token: str, words: Sequence[str]) -> Script | None:
    """The script that turns `token` into `words` and respells the least; None where two words are respelt.

    Of scripts that respell equally much, the one with the longest stem.
    """
    found = [script for stem in range(len(words)) if (script := _around(token, words, stem))]
    return min(found, key=lambda script: (script.cost, -len(words[len(script.before)])), default=None)


def _around(token: str, words: Sequence[str], stem: int) -> Script | None:
    """The script whose stem is the word number `stem`."""
    before, after = tuple(words[:stem]), tuple(words[stem + 1 :])
    low, high = len("".join(before)), len(token) - len("".join(after))
    if not all(words) or low >= high:
        return None
    written, meant = token[low:high], words[stem]
    same = SequenceMatcher(None, written, meant, autojunk=False).find_longest_match()
    script = Script(
        before,
        after,
        cut_start=written[: same.a],
        add_start=meant[: same.b],
        cut_end=written[same.a + same.size :],
        add_end=meant[same.b + same.size :],
    )
    return script if script.apply(token) == list(words) else None


def word_pieces(token: str, words: Sequence[str]) -> list[Piece]:
    """The letters of `token` in which each of its `words` stands, as exactly as their spelling allows.

    Where no script fits, as in a token of two respelt words, the letters are shared out by the words' lengths; each
    has one letter at least, and words of a token that is too short share them.
    """
    script = derive(token, words)
    pieces = script.pieces(token) if script else None
    if pieces:
        return pieces
    total, at = sum(map(len, words)), 0
    stem = max(range(len(words)), key=lambda index: len(words[index]))
    shared = []
    for index, word in enumerate(words):
        start = min(at * len(token) // total, len(token) - 1)
        at += len(word)
        end = max(at * len(token) // total, start + 1)
        shared.append(Piece(word, start, end, None if index == stem else word))
    return shared
