"""Scores of the parser on a treebank: its own sentences or the annotators', the official trees or the tables'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from nabra.tasks.arabic.sentences import split_sentences
from nabra.tasks.corpora.treebank import (
    from_conllu,
    parsed_lines,
    read_tokens,
    sentence_text,
    with_analysis,
    with_heads,
)
from nabra.tasks.evaluate.conll import METRICS, TREE_METRICS, count
from nabra.tasks.evaluate.intervals import INTERVALS, scores_of
from nabra.tasks.evaluate.sentences import MAX_WORDS
from nabra.tasks.evaluate.surface import Piece, parse_whole
from nabra.tasks.evaluate.ways import GIVEN, OFFICIAL, OWN, TABLES
from nabra.tasks.parse.conventions import in_conventions
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Parser

UFEATS: Final = "UFeats"
FEATS: Final = 5

Lines = Sequence[str]


@dataclass(frozen=True)
class _Text:
    """A text of a treebank: the annotators' sentences, the entities found in them, and what the parser made of it."""

    gold: Sequence[Lines]
    entities: Sequence[Sequence[NamedEntity]]
    pieces: Sequence[Piece]


def score_given(sentences: Sequence[Lines], parser: Parser) -> dict[str, Any]:
    """F1 and intervals of the CoNLL 2018 metrics on the raw text of sentences, their boundaries being given."""
    return _official(_given(sentences, parser), sentences)


def score_treebank(sentences: Sequence[Lines], parser: Parser) -> dict[str, dict[str, Any]]:
    """The same with the boundaries `given` and with nabra's `own`, each `official` and in the `tables`' conventions.

    In the latter the step that the tables take after the parser is applied to both sides; the entities that it asks
    for are those that the parser finds. nabra splits paragraphs: those that the file marks, or else its sentences.
    """
    given = _given(sentences, parser)
    own = _own(given, parser)
    return {
        name: {OFFICIAL: _official(texts, sentences), TABLES: _official(list(map(_in_tables, texts)), sentences)}
        for name, texts in ((GIVEN, given), (OWN, own))
    }


def _given(sentences: Sequence[Lines], parser: Parser) -> list[_Text]:
    parsed = parse_whole([[sentence_text(lines)] for lines in sentences], parser)
    return [_Text([lines], [_entities(pieces)], pieces) for lines, pieces in zip(sentences, parsed, strict=True)]


def _entities(pieces: Sequence[Piece]) -> list[NamedEntity]:
    """The entities of a text that was parsed in pieces, their spans counted in the text."""
    return [
        NamedEntity(piece.start + entity.start, piece.start + entity.end, entity.type)
        for piece in pieces
        for entity in piece.parsed.entities
    ]


def _own(given: Sequence[_Text], parser: Parser) -> list[_Text]:
    paragraphs = list(_paragraphs(given))
    texts = ["".join(_spaced(text.gold[0]) for text in paragraph) for paragraph in paragraphs]
    parsed = parse_whole([list(_split(text)) for text in texts], parser)
    return [
        _Text([one.gold[0] for one in paragraph], [one.entities[0] for one in paragraph], pieces)
        for paragraph, pieces in zip(paragraphs, parsed, strict=True)
    ]


def _paragraphs(texts: Sequence[_Text]) -> Iterator[list[_Text]]:
    marked = any(_begins_paragraph(text.gold[0]) for text in texts)
    paragraph: list[_Text] = []
    for text in texts:
        if paragraph and (not marked or _begins_paragraph(text.gold[0])):
            yield paragraph
            paragraph = []
        paragraph.append(text)
    if paragraph:
        yield paragraph


def _begins_paragraph(lines: Lines) -> bool:
    return any(line.startswith("# newpar") for line in lines)


def _spaced(lines: Lines) -> str:
    return sentence_text(lines) + " " * read_tokens(lines)[-1].space_after


def _split(text: str) -> Iterator[str]:
    """The sentences of a paragraph, each with all that stands before the next: the scorer wants every character."""
    starts = [0, *(start for start, _ in split_sentences(text, MAX_WORDS)[1:]), len(text)]
    yield from (text[start:end] for start, end in pairwise(starts))


def _official(texts: Sequence[_Text], sentences: Sequence[Lines]) -> dict[str, Any]:
    gold = [[with_heads(lines) for lines in text.gold] for text in texts]
    found = [[parsed_lines(piece.text, piece.parsed) for piece in text.pieces] for text in texts]
    scores = scores_of(count(gold, found), METRICS)
    return _without(scores, _unscored(sentences))


def _in_tables(text: _Text) -> _Text:
    gold = [_gold_in_tables(lines, named) for lines, named in zip(text.gold, text.entities, strict=True)]
    pieces = [replace(piece, parsed=in_conventions(piece.parsed)) for piece in text.pieces]
    return _Text(gold, text.entities, pieces)


def _gold_in_tables(lines: Lines, entities: Sequence[NamedEntity]) -> list[str]:
    parsed = ParsedSentence(from_conllu(with_heads(lines)), tuple(entities))
    return with_analysis(with_heads(lines), in_conventions(parsed).words)


def _unscored(sentences: Sequence[Lines]) -> set[str]:
    """The metrics of columns that the file leaves empty."""
    rows = [columns for lines in sentences for token in read_tokens(lines) for columns in token.words]
    left = {UFEATS, "MLAS"} if all(columns[FEATS] == "_" for columns in rows) else set()
    return left | (set(TREE_METRICS) if any(columns[FEATS + 1] == "_" for columns in rows) else set())


def _without(scores: Mapping[str, Any], metrics: set[str]) -> dict[str, Any]:
    kept = {name: value for name, value in scores.items() if name not in metrics}
    kept[INTERVALS] = {name: bounds for name, bounds in scores[INTERVALS].items() if name not in metrics}
    return kept
