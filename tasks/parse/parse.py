"""The stage `parse`: articles into sentences, UD words and mentions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from nabra.config.settings import ParseSettings
from nabra.tasks.arabic.sentences import Span, has_word, split_sentences
from nabra.tasks.parse.clitics import without_clitics
from nabra.tasks.parse.conventions import in_conventions
from nabra.tasks.parse.parser import LongSentencesError, NamedEntity, ParsedSentence, Parser
from nabra.tasks.schemas import PARTS
from nabra.tasks.stage import StageOutput, reject, stage_output

logger = logging.getLogger(__name__)

# The parser works best on many sentences at once; memory grows with them.
CHUNK_CHARS = 60_000

Row = dict[str, Any]


@dataclass(frozen=True)
class Sentence:
    """A sentence to parse: where it stands in the article, and its text."""

    part: str
    start: int
    end: int
    text: str

    def cut(self, spans: Sequence[Span]) -> Iterator[Sentence]:
        """The sentences that spans of this one come to; what holds no word is none."""
        for start, end in spans:
            if has_word(self.text, start, end):
                yield Sentence(self.part, self.start + start, self.start + end, self.text[start:end])


Parsed = list[tuple[Sentence, ParsedSentence]]
# A sentence, with the number of its article in the chunk.
Numbered = tuple[int, Sentence]


def parse_articles(clean: pa.Table, settings: ParseSettings, parser: Parser) -> StageOutput:
    """Split, tokenize and parse the articles of `clean` (read: doc_id, url, source, title, text).

    Makes `sentences` (one row a sentence, the headline's first), `tokens` (one row a UD word) and `entities` (one row
    a mention). An article on which the parser fails is refused with reason `failed`, one without a word with `empty`;
    the others go on.
    """
    rows: dict[str, list[Row]] = {"sentences": [], "tokens": [], "entities": []}
    rejects = []
    for chunk in _chunks(clean.to_pylist(), settings.max_sentence_words):
        for article, parsed in _parse_chunk(chunk, parser):
            if isinstance(parsed, Exception):
                logger.warning("parse: %s: %s", article["url"], parsed)
                rejects.append(reject("parse", article, "failed", f"{type(parsed).__name__}: {parsed}"))
            elif not parsed:
                rejects.append(reject("parse", article, "empty", "the article holds no word: no letter and no digit"))
            else:
                _add_rows(rows, article, parsed)
    return stage_output(rows, rejects)


def article_sentences(article: Row, max_words: int) -> list[Sentence]:
    """The sentences of an article's title and text, in order."""
    return [
        Sentence(part, start, end, article[part][start:end])
        for part in PARTS
        for start, end in split_sentences(article[part] or "", max_words)
    ]


def _chunks(articles: Sequence[Row], max_words: int) -> Iterator[list[tuple[Row, list[Sentence]]]]:
    chunk: list[tuple[Row, list[Sentence]]] = []
    chars = 0
    for article in articles:
        sentences = article_sentences(article, max_words)
        length = sum(len(sentence.text) for sentence in sentences)
        if chunk and chars + length > CHUNK_CHARS:
            yield chunk
            chunk, chars = [], 0
        chunk.append((article, sentences))
        chars += length
    if chunk:
        yield chunk


def _parse_chunk(chunk: list[tuple[Row, list[Sentence]]], parser: Parser) -> Iterator[tuple[Row, Parsed | Exception]]:
    """Parse all articles of the chunk together; if that fails, one by one, so that only the culprit is refused."""
    parsed: list[Parsed] = [[] for _ in chunk]
    try:
        numbered = [(number, sentence) for number, (_, sentences) in enumerate(chunk) for sentence in sentences]
        for number, sentence, found in _parse(numbered, parser):
            parsed[number].append((sentence, found))
    except MemoryError:
        raise  # the process has no more, whatever article is next
    except Exception as error:  # noqa: BLE001 - one bad article must not cost the others
        if len(chunk) == 1:
            yield chunk[0][0], error
            return
        for article in chunk:
            yield from _parse_chunk([article], parser)
        return
    yield from ((article, found) for (article, _), found in zip(chunk, parsed, strict=True))


def _parse(sentences: Sequence[Numbered], parser: Parser) -> Iterator[tuple[int, Sentence, ParsedSentence]]:
    """Parse sentences, `CHUNK_CHARS` of them at once, cut where the parser asks for it."""
    for part in _parts(sentences):
        try:
            parsed = parser.parse([sentence.text for _, sentence in part])
        except LongSentencesError as error:
            yield from _parse(list(_shorter(part, error.cuts)), parser)
            continue
        yield from ((*numbered, in_conventions(found)) for numbered, found in zip(part, parsed, strict=True))


def _parts(sentences: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """The sentences in parts of `CHUNK_CHARS`: a chunk of one long article has more."""
    part: list[Numbered] = []
    chars = 0
    for number, sentence in sentences:
        if part and chars + len(sentence.text) > CHUNK_CHARS:
            yield part
            part, chars = [], 0
        part.append((number, sentence))
        chars += len(sentence.text)
    if part:
        yield part


def _shorter(part: Sequence[Numbered], cuts: Mapping[int, Sequence[Span]]) -> Iterator[Numbered]:
    for index, (number, sentence) in enumerate(part):
        for piece in sentence.cut(cuts[index]) if index in cuts else (sentence,):
            yield number, piece


def _add_rows(
    rows: dict[str, list[Row]],
    article: Row,
    parsed: Parsed,
) -> None:
    entity_id = 0
    for sent_id, (sentence, parse) in enumerate(parsed):
        key = {"doc_id": article["doc_id"], "sent_id": sent_id}
        place = {"part": sentence.part, "start": sentence.start, "end": sentence.end}
        rows["sentences"].append({**key, **place, "text": sentence.text, "words": len(parse.words)})
        for word in parse.words:
            shifted = {"start": sentence.start + word.start, "end": sentence.start + word.end}
            rows["tokens"].append({**key, **vars(word), **shifted})
        for name in _names(sentence.text, parse):
            rows["entities"].append(
                {
                    **key,
                    "part": sentence.part,
                    "entity_id": entity_id,
                    "start": sentence.start + name.start,
                    "end": sentence.start + name.end,
                    "text": sentence.text[name.start : name.end],
                    "type": name.type,
                    "actor_id": None,
                }
            )
            entity_id += 1


def _names(sentence: str, parsed: ParsedSentence) -> Iterator[NamedEntity]:
    """The names of a sentence, without proclitics; of two that overlap the first."""
    end = 0
    for entity in sorted(parsed.entities, key=lambda entity: entity.start):
        name = without_clitics(sentence, entity, parsed.words)
        if name.start >= end:
            yield name
            end = name.end
