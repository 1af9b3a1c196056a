"""Self-training: news sentences that the parser analyses the same way however they are spelled.

A parser's own analyses show it what news looks like, and mislead it where they are wrong. The confident ones are found
by consistency: a sentence is parsed as it stands and without its hamzas, as much of the web spells it; where words,
heads and relations agree, the analysis rests on the sentence and not on an accident of the input.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from nabra.tasks.arabic.sentences import split_sentences
from nabra.tasks.corpora.treebank import parsed_lines
from nabra.tasks.parse.parser import ParsedSentence, Parser
from nabra.tasks.train.spellings import PLAIN_ALIF

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 8, 45
# The share of words that must have the same head and relation in both spellings.
AGREEMENT = 0.97
BATCH = 64
# Headlines and lists do not end as sentences do; what holds Latin letters is mostly products and addresses.
SENTENCE = re.compile(r"[^A-Za-z@/\n]+[.؟!]")


def news_sentences(texts: Iterable[str]) -> Iterator[str]:
    """The sentences of `texts` that end as sentences do, of 8 to 45 white-space words in Arabic letters, in order."""
    for text in texts:
        for start, end in split_sentences(text, LONGEST + 1):
            sentence = " ".join(text[start:end].split())
            if SHORTEST <= len(sentence.split()) <= LONGEST and SENTENCE.fullmatch(sentence):
                yield sentence


def silver_trees(sentences: Iterable[str], parser: Parser, count: int) -> list[list[str]]:
    """CoNLL-U of the first `count` sentences that `parser` analyses alike in both spellings, or of all there are."""
    source = iter(sentences)
    kept: list[list[str]] = []
    seen = 0
    while len(kept) < count and (batch := list(islice(source, BATCH))):
        parsed = parser.parse([*batch, *(sentence.translate(PLAIN_ALIF) for sentence in batch)])
        pairs = zip(batch, parsed[: len(batch)], parsed[len(batch) :], strict=True)
        kept += [parsed_lines(text, tree) for text, tree, other in pairs if agree(tree, other)]
        seen += len(batch)
        logger.info("silver: %d sentences of %d read", len(kept), seen)
    return kept[:count]


def agree(one: ParsedSentence, other: ParsedSentence) -> bool:
    """Whether two analyses have as many words and 97 in 100 of them the same head and relation."""
    if len(one.words) != len(other.words) or not one.words:
        return False
    pairs = zip(one.words, other.words, strict=True)
    same = sum((word.head, word.deprel) == (twin.head, twin.deprel) for word, twin in pairs)
    return same >= AGREEMENT * len(one.words)
