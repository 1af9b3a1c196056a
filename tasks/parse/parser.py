"""From sentences to UD words and named entities, with spans in the text they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Protocol

from nabra.tasks.arabic.clitics import repaired_forms
from nabra.tasks.arabic.skeleton import Skeleton, skeleton

PARAGRAPH_BREAK = "\n\n"

TOKENIZER = "tokenize"
SEGMENTERS = f"{TOKENIZER},mwt"
# How Stanza marks the tokens that its expander is to see.
MULTI_WORD = "MWT=Yes"
# What Stanza puts in the place of a token that is longer than any.
TOO_LONG: Final = "<UNK>"
ANALYSERS = "pos,lemma,depparse,ner"
# Of one sentence: memory grows with the square of its tokens, and the encoder sees 512 pieces at once.
MAX_TOKENS: Final = 400
MAX_PIECES: Final = 500

Span = tuple[int, int]


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


class LongSentencesError(Exception):
    """Sentences have more tokens or pieces than a parser can take: by index, the spans to cut each into."""

    def __init__(self, cuts: Mapping[int, Sequence[Span]]) -> None:
        super().__init__(f"{len(cuts)} sentences are too long")
        self.cuts = cuts


class Parser(Protocol):
    """What the parse stage needs of a parser."""

    def parse(self, sentences: Sequence[str]) -> list[ParsedSentence]:
        """Parse sentences, one result each, in order; spans count code points of the sentence given.

        LongSentencesError, before anything costly is done, where some have to be cut first.
        """


class WordSegmenter(Protocol):
    """What a parser needs of a segmenter of its own."""

    def segment(self, sentences: Sequence[Sequence[str]]) -> list[list[list[str]]]:
        """For each sentence, for each of its tokens, the words of it."""

    def pieces(self, sentences: Sequence[Sequence[str]]) -> list[list[int]]:
        """For each sentence, for each of its tokens, how many pieces of it the encoder reads."""


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
            tokenized = self._tokenized([skeletons[index] for index in shown])
            long = {i: cuts for i, cuts in zip(shown, self._cuts(tokenized), strict=True) if len(cuts) > 1}
            if long:
                raise LongSentencesError(
                    {i: [skeletons[i].span(start, end) for start, end in cuts] for i, cuts in long.items()}
                )
            document = self._pipeline(self._segmented(tokenized.document), processors=ANALYSERS)
        finally:
            for forget in self._forget:
                forget()
        for position, index in enumerate(shown):
            parsed[index] = _convert(document.sentences[position], skeletons[index], tokenized.bases[position])
        return parsed

    def _tokenized(self, shown: Sequence[Skeleton]) -> _Tokenized:
        text = PARAGRAPH_BREAK.join(one.text for one in shown)
        if self._segmenter is None:
            document = self._pipeline(text, processors=SEGMENTERS)
        else:
            # Asked for the tokenizer alone, the pipeline would run its expander too.
            document = self._pipeline.processors[TOKENIZER].process(text)
        lengths = [len(one.text) + len(PARAGRAPH_BREAK) for one in shown]
        bases = [0, *accumulate(lengths)][:-1]
        for one, found, base in zip(shown, document.sentences, bases, strict=False):
            end = base + len(one.text)
            if not base <= found.tokens[0].start_char < end or found.tokens[-1].end_char > end:
                raise ValueError(f"the parser did not keep the sentence {one.text[:60]!r} apart")
        return _Tokenized(document, bases)

    def _cuts(self, tokenized: _Tokenized) -> Iterator[list[Span]]:
        """For each sentence the spans that are short enough: one, if it is short enough itself."""
        sentences = tokenized.document.sentences
        texts = [[token.text for token in sentence.tokens] for sentence in sentences]
        pieces = self._segmenter.pieces(texts) if self._segmenter else [[1] * len(tokens) for tokens in texts]
        for sentence, base, sizes in zip(sentences, tokenized.bases, pieces, strict=True):
            spans = [(token.start_char - base, token.end_char - base) for token in sentence.tokens]
            yield [(spans[first][0], spans[last - 1][1]) for first, last in fitting(sizes)]

    def _segmented(self, document: Any) -> Any:
        if self._segmenter is None:
            _repair_forms(document)
            return document
        tokens = [[token.text for token in sentence.tokens] for sentence in document.sentences]
        _expand(document, self._segmenter.segment(tokens))
        return document


@dataclass(frozen=True)
class _Tokenized:
    """Stanza's document of tokens, and where in its text each sentence begins."""

    document: Any
    bases: Sequence[int]


def fitting(pieces: Sequence[int]) -> Iterator[Span]:
    """Runs of tokens, (first, after the last), of `MAX_TOKENS` tokens and `MAX_PIECES` pieces, or of a token alone."""
    first, seen = 0, 0
    for index, size in enumerate(pieces):
        if index > first and (index - first >= MAX_TOKENS or seen + size > MAX_PIECES):
            yield first, index
            first, seen = index, 0
        seen += size
    yield first, len(pieces)


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
        first, last = token.start_char - base, token.end_char - base
        start, end = shape.span(first, last)
        written = shape.text[first:last]
        words.extend(
            Word(
                word.id,
                token_id,
                start,
                end,
                written if word.text == TOO_LONG else word.text,
                written if word.lemma == TOO_LONG else word.lemma,
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
