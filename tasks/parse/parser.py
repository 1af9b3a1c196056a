"""From sentences to UD words and named entities, with spans in the text they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tasks.parse.clitics import repaired_forms
from tasks.parse.skeleton import Skeleton, skeleton

PARAGRAPH_BREAK = "\n\n"

TOKENIZER = "tokenize"
SEGMENTERS = f"{TOKENIZER},mwt"
# How Stanza marks the tokens that its expander is to see.
MULTI_WORD = "MWT=Yes"
ANALYSERS = "pos,lemma,depparse,ner"


@dataclass(frozen=True)
class Word:
    """One UD word; `start` and `end` are those of its surface token in the sentence."""

    word_id: int
    token_id: int
    start: int
    end: int
    form: str
    lemma: str | None
    upos: str
    xpos: str | None
    feats: str | None
    head: int
    deprel: str


@dataclass(frozen=True)
class NamedEntity:
    """One mention as the model found it; the span counts in the sentence."""

    start: int
    end: int
    type: str


@dataclass(frozen=True)
class ParsedSentence:
    """The words and entities of one sentence."""

    words: tuple[Word, ...]
    entities: tuple[NamedEntity, ...]


class Parser(Protocol):
    """What the parse stage needs of a parser."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        """Parse sentences, one result each, in order; spans count code points of the sentence given."""


class WordSegmenter(Protocol):
    """What a parser needs of a segmenter of its own."""

    def segment(self, sentences: Sequence[Sequence[str]]) -> list[list[list[str]]]:
        """For each sentence, for each of its tokens, the words of it."""


class StanzaParser:
    """A `Parser` over Stanza's Pipeline, which must not split sentences itself (`tokenize_no_ssplit`).

    A `segmenter` takes the place of the pipeline's own expander of multi-word tokens. Each of `forget` is called after
    a text, to drop what an encoder remembers of it.
    """

    def __init__(
        self,
        pipeline: Any,
        segmenter: WordSegmenter | None = None,
        forget: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._pipeline = pipeline
        self._segmenter = segmenter
        self._forget = forget

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        """See `Parser`. Sentences without a letter the model could see come back without words."""
        skeletons = [skeleton(sentence) for sentence in sentences]
        # Sentences of like length together: Stanza's tagger batches them as they come, and pads each to the longest.
        shown = [index for index, s in enumerate(skeletons) if s.text.strip()]
        shown.sort(key=lambda index: len(skeletons[index].text))
        parsed = [ParsedSentence((), ())] * len(sentences)
        if not shown:
            return parsed
        try:
            text = PARAGRAPH_BREAK.join(skeletons[index].text for index in shown)
            document = self._pipeline(self._segmented(text), processors=ANALYSERS)
        finally:
            for forget in self._forget:
                forget()
        base, position = 0, 0
        for index in shown:
            end = base + len(skeletons[index].text)
            found = document.sentences[position]
            if not base <= found.tokens[0].start_char < end or found.tokens[-1].end_char > end:
                raise ValueError(f"the parser did not keep the sentence {sentences[index][:60]!r} apart")
            parsed[index] = _convert(found, skeletons[index], base)
            base, position = end + len(PARAGRAPH_BREAK), position + 1
        return parsed

    def _segmented(self, text: str) -> Any:
        if self._segmenter is None:
            document = self._pipeline(text, processors=SEGMENTERS)
            _repair_forms(document)
            return document
        # Asked for the tokenizer alone, the pipeline would run its expander too.
        document = self._pipeline.processors[TOKENIZER].process(text)
        tokens = [[token.text for token in sentence.tokens] for sentence in document.sentences]
        _expand(document, self._segmenter.segment(tokens))
        return document


def _expand(document: Any, segmented: list[list[list[str]]]) -> None:
    """Give the tokens of `document` their words, whatever the tokenizer thought of them."""
    expansions = []
    for sentence, tokens in zip(document.sentences, segmented, strict=True):
        for token, words in zip(sentence.tokens, tokens, strict=True):
            # Stanza's lists of words are parted by spaces, which numbers may hold.
            several = len(words) > 1 and " " not in token.text
            token.misc = MULTI_WORD if several else None
            if several:
                expansions.append(" ".join(words))
    document.set_mwt_expansions(expansions, process_manual_expanded=False)


def _repair_forms(document: Any) -> None:
    """Undo misspellings of the expander before tagger, lemmatiser and parser see them."""
    for sentence in document.sentences:
        for token in sentence.tokens:
            if len(token.words) > 1:
                forms = repaired_forms(token.text, [word.text for word in token.words])
                for word, form in zip(token.words, forms, strict=True):
                    word.text = form


def _convert(sentence: Any, shape: Skeleton, base: int) -> ParsedSentence:
    words: list[Word] = []
    for token_id, token in enumerate(sentence.tokens, start=1):
        start, end = shape.span(token.start_char - base, token.end_char - base)
        words.extend(
            Word(
                word.id,
                token_id,
                start,
                end,
                word.text,
                word.lemma,
                word.upos or "X",
                word.xpos,
                word.feats,
                word.head,
                word.deprel,
            )
            for word in token.words
        )
    entities = [
        NamedEntity(*shape.span(entity.start_char - base, entity.end_char - base), entity.type)
        for entity in sentence.ents
    ]
    return ParsedSentence(tuple(words), tuple(entities))
