"""The stage `parse`: articles into sentences, UD words and mentions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from config.settings import ParseSettings
from tasks.actors import Actors
from tasks.parse.entities import find_mentions
from tasks.parse.parser import ParsedSentence, Parser
from tasks.parse.sentences import split_sentences
from tasks.schemas import PARTS
from tasks.stages import StageOutput, reject, stage_output

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


def parse_articles(clean: pa.Table, settings: ParseSettings, parser: Parser, actors: Actors) -> StageOutput:
    """Split, tokenize and parse the articles of `clean` (read: doc_id, url, source, title, text).

    Makes `sentences` (one row a sentence, the headline's first), `tokens` (one row a UD word) and `entities` (one row
    a mention). An article on which the parser fails is refused with reason `failed`; the others go on.
    """
    rows: dict[str, list[Row]] = {"sentences": [], "tokens": [], "entities": []}
    rejects = []
    for chunk in _chunks(clean.to_pylist(), settings.max_sentence_words):
        for article, sentences, parsed in _parse_chunk(chunk, parser):
            if isinstance(parsed, Exception):
                logger.warning("parse: %s: %s", article["url"], parsed)
                rejects.append(reject("parse", article, "failed", f"{type(parsed).__name__}: {parsed}"))
                continue
            _add_rows(rows, article, sentences, parsed, actors)
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


def _parse_chunk(
    chunk: list[tuple[Row, list[Sentence]]], parser: Parser
) -> Iterator[tuple[Row, list[Sentence], list[ParsedSentence] | Exception]]:
    """Parse all articles of the chunk together; if that fails, one by one, so that only the culprit is refused."""
    try:
        parsed = iter(parser.parse([s.text for _, sentences in chunk for s in sentences]))
        whole = [(article, sentences, [next(parsed) for _ in sentences]) for article, sentences in chunk]
    except Exception as error:  # noqa: BLE001 - one bad article must not cost the others
        if len(chunk) == 1:
            yield *chunk[0], error
            return
        for pair in chunk:
            yield from _parse_chunk([pair], parser)
        return
    yield from whole


def _add_rows(
    rows: dict[str, list[Row]],
    article: Row,
    sentences: Sequence[Sentence],
    parsed: Sequence[ParsedSentence],
    actors: Actors,
) -> None:
    entity_id = 0
    context = f"{article['title'] or ''}\n{article['text']}"
    for sent_id, (sentence, parse) in enumerate(zip(sentences, parsed, strict=True)):
        key = {"doc_id": article["doc_id"], "sent_id": sent_id}
        place = {"part": sentence.part, "start": sentence.start, "end": sentence.end}
        rows["sentences"].append({**key, **place, "text": sentence.text, "words": len(parse.words)})
        for word in parse.words:
            shifted = {"start": sentence.start + word.start, "end": sentence.start + word.end}
            rows["tokens"].append({**key, **vars(word), **shifted})
        for mention in find_mentions(sentence.text, context, parse, actors):
            rows["entities"].append(
                {
                    **key,
                    "part": sentence.part,
                    "entity_id": entity_id,
                    "start": sentence.start + mention.start,
                    "end": sentence.start + mention.end,
                    "text": sentence.text[mention.start : mention.end],
                    "type": mention.type,
                    "actor_id": mention.actor_id,
                }
            )
            entity_id += 1
