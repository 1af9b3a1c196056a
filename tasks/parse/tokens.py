"""Stanza's tokenizer: where the tokens of sentences stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from nabra.tasks.parse.parser import PARAGRAPH_BREAK, TOKENIZER, Span


class StanzaTokenizer:
    """The tokenizer of Stanza's Pipeline, which must not split sentences itself (`tokenize_no_ssplit`)."""

    def __init__(self, pipeline: Any) -> None:
        self._processor = pipeline.processors[TOKENIZER]

    def tokenize(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of the tokens of each of `texts`, which are sentences with a letter in them."""
        lengths = [len(text) + len(PARAGRAPH_BREAK) for text in texts]
        bases = [0, *accumulate(lengths)][:-1]
        found = self._processor.process(PARAGRAPH_BREAK.join(texts)).sentences
        if len(found) != len(texts):
            raise ValueError(f"the tokenizer made {len(found)} sentences of {len(texts)}")
        spans = [
            [(token.start_char - base, token.end_char - base) for token in sentence.tokens]
            for sentence, base in zip(found, bases, strict=True)
        ]
        for text, tokens in zip(texts, spans, strict=True):
            if tokens[0][0] < 0 or tokens[-1][1] > len(text):
                raise ValueError(f"the tokenizer did not keep the sentence {text[:60]!r} apart")
        return spans
