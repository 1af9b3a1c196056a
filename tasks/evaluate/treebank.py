"""Scores of the parser on a treebank and on NER data, measured through nabra's own parse."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from udtools import udeval

from tasks.parse.parser import ParsedSentence, Parser, Word
from tasks.parse.sentences import split_sentences
from tasks.train.data import read_conllu, sentence_text

METRICS = ("Tokens", "Words", "UPOS", "UFeats", "Lemmas", "UAS", "LAS", "MLAS", "BLEX")
MAX_WORDS = 10_000


def score_treebank(path: Path, parser: Parser) -> dict[str, float]:
    """F1 of the CoNLL 2018 metrics, 0 to 1, on the raw text of `path` with its sentence boundaries given.

    `Sentences` is measured apart: the sentences of each document are joined by a space and split again by the rules.
    """
    gold = list(read_conllu(path))
    texts = [sentence_text(lines) for lines in gold]
    gold_file = "".join("\n".join(lines) + "\n\n" for lines in gold)
    scores = udeval.evaluate(_load(gold_file), _load(to_conllu(texts, parser.parse(texts))))
    return {name: scores[name].f1 for name in METRICS} | {"Sentences": _sentence_f1(gold)}


def to_conllu(texts: Sequence[str], parsed: Sequence[ParsedSentence]) -> str:
    """Parsed sentences as CoNLL-U."""
    lines: list[str] = []
    for text, sentence in zip(texts, parsed, strict=True):
        lines.append(f"# text = {text}")
        for _, group in groupby(sentence.words, key=lambda word: word.token_id):
            words = list(group)
            surface = text[words[0].start : words[0].end]
            if len(words) > 1:
                lines.append("\t".join([f"{words[0].word_id}-{words[-1].word_id}", surface, *"________"]))
            lines.extend(_word_line(word, word.form if len(words) > 1 else surface) for word in words)
        lines.append("")
    return "\n".join(lines) + "\n"


def _word_line(word: Word, form: str) -> str:
    optional = [column or "_" for column in (word.lemma, word.upos, word.xpos, word.feats)]
    return "\t".join([str(word.word_id), form, *optional, str(word.head), word.deprel, "_", "_"])


def score_ner(path: Path, parser: Parser) -> dict[str, float]:
    """Precision, recall and F1 of exact entity spans with their types; `path` holds BIO data (token, tab, label)."""
    blocks = [block.splitlines() for block in path.read_text(encoding="utf-8").split("\n\n") if block.strip()]
    sentences = [[line.split("\t") for line in block] for block in blocks]
    texts = [" ".join(token for token, _ in rows) for rows in sentences]
    hits = found = wanted = 0
    for rows, parsed in zip(sentences, parser.parse(texts), strict=True):
        gold = set(_bio_spans(rows))
        predicted = {(entity.start, entity.end, entity.type) for entity in parsed.entities}
        hits, found, wanted = hits + len(gold & predicted), found + len(predicted), wanted + len(gold)
    precision, recall = hits / max(found, 1), hits / max(wanted, 1)
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9)}


def _bio_spans(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, str]]:
    at, start, kind = 0, 0, ""
    for token, label in [*rows, ["", "O"]]:
        if kind and not label.startswith("I-"):
            yield start, at - 1, kind
            kind = ""
        if label.startswith("B-"):
            start, kind = at, label[2:]
        at += len(token) + 1


def _sentence_f1(gold: Sequence[Sequence[str]]) -> float:
    documents: list[list[str]] = []
    for lines in gold:
        if not documents or any(line.startswith("# newdoc") for line in lines):
            documents.append([])
        documents[-1].append(sentence_text(list(lines)))
    hits = found = wanted = 0
    for texts in documents:
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text) + 1)
        spans = {(start, start + len(text)) for start, text in zip(starts, texts, strict=False)}
        predicted = set(split_sentences(" ".join(texts), MAX_WORDS))
        hits, found, wanted = hits + len(spans & predicted), found + len(predicted), wanted + len(spans)
    return 2 * hits / (found + wanted)


def _load(text: str) -> object:
    return udeval.load_conllu(io.StringIO(text), "text", {})
