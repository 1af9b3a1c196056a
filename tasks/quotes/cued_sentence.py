"""One sentence with its words and marks, as the search for reports reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from nabra.tasks.arabic.quotation_marks import MARKS, Quotation
from nabra.tasks.quotes.cues import Cues, Reporter, starts_with
from nabra.tasks.quotes.document import Part, Sentence, Token

MIN_QUOTED: Final = 4  # words from which a quotation is a statement and not a name or a scare quote


@dataclass
class CuedSentence:
    """A sentence, the part that holds it, and the cues."""

    part: Part
    sentence: Sentence
    cues: Cues

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the sentence."""
        return self.sentence.tokens

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the tokens."""
        return [token.key for token in self.tokens]

    @cached_property
    def plain(self) -> list[str]:
        """The keys without a leading و or ف where the rest is a known word of the lexicon's phrases."""
        return [key[1:] if key[0] in "وف" and len(key) > 3 else key for key in self.keys]

    @cached_property
    def quoted(self) -> list[Quotation | None]:
        """For each token the quotation that holds it, where that is long enough to be a statement."""
        spans = [self.part.quotation_at(token.start) for token in self.tokens]
        return [span if span and self.size(span) >= MIN_QUOTED else None for span in spans]

    def size(self, quotation: Quotation) -> int:
        """How many words a quotation has."""
        return len(self.part.text[quotation.start : quotation.end].split())

    def gap(self, index: int) -> str:
        """What stands between the token before `index` and the token: spaces, marks, punctuation."""
        tokens = self.tokens
        end = tokens[index].start if index < len(tokens) else self.sentence.end
        return self.part.text[tokens[index - 1].end if index else self.sentence.start : end]

    def cue(self, index: int) -> tuple[int, Reporter] | None:
        """The reporting word at `index` and how many letters of it are proclitics."""
        key = self.keys[index]
        if any(refuses(self, index) for refuses in NO_CUES):
            return None
        for letters in (0, 1):
            reporter = self.cues.reporters.get(key[letters:])
            if reporter is not None and (not letters or self._may_precede(index, key[0], reporter)):
                return letters, reporter
        return None

    def is_aside(self, index: int) -> bool:
        """True if something is told in passing from the token on: طلب عدم ذكر اسمه."""
        return starts_with(self.keys, index, self.cues.asides) is not None

    def _may_precede(self, index: int, letter: str, reporter: Reporter) -> bool:
        token = self.tokens[index]
        whole = token.key in self.cues.whole and token.upos != "" and not token.letters
        return letter in ("ب" if reporter.form == "noun" else "وف") and not whole

    def opened(self, at: int) -> Quotation | None:
        """The quotation that opens right before token `at`."""
        if not MARKS & {*self.gap(at)}:
            return None
        low = self.tokens[at - 1].end if at else self.sentence.start
        return next((q for q in self.part.quotations if low < q.start <= self.tokens[at].start), None)

    def children(self, index: int, *relations: str) -> Iterator[int]:
        """The dependents of a token that stand to it in one of the relations."""
        for at, token in enumerate(self.tokens):
            if token.head == index and token.deprel.split(":")[0] in relations:
                yield at

    def clause_end(self, at: int) -> int:
        """The token after the words that stand together from `at` on: up to punctuation."""
        end = at
        while end < len(self.keys) and (end == at or not set(self.gap(end)) & set("،؛.:()")):
            end += 1
        return end


# Each keeps a word of the lexicon from being a cue.
NO_CUES: Final = (CuedSentence.is_aside,)
