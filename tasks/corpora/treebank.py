"""Treebanks as CoNLL-U: a sentence is the list of its lines, comments included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from nabra.tasks.parse.parser import ParsedSentence, Word

FORM: Final = 1


def read_conllu(path: Path) -> Iterator[list[str]]:
    """Yield each sentence of a CoNLL-U file as its lines, comments included."""
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                lines.append(line.rstrip("\n"))
            elif lines:
                yield lines
                lines = []
    if lines:
        yield lines


def write_conllu(sentences: list[list[str]], path: Path) -> None:
    """Write sentences as `read_conllu` yields them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\n".join(lines) + "\n\n" for lines in sentences), encoding="utf-8")


def sentence_text(lines: list[str]) -> str:
    """The `# text` of a sentence."""
    return next(line.removeprefix("# text = ") for line in lines if line.startswith("# text = "))


def is_pud(lines: list[str]) -> bool:
    """Whether a sentence of the treebank is PUD's, whose licence allows commercial use."""
    return any(line.startswith("# source") and "PUD" in line for line in lines)


def surface_tokens(lines: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The tokens of a sentence of CoNLL-U as they are written, each with its words."""
    tokens: list[tuple[str, tuple[str, ...]]] = []
    last = 0
    for columns in (line.split("\t") for line in lines if not line.startswith("#")):
        if "-" in columns[0]:
            last = int(columns[0].split("-")[1])
            tokens.append((columns[FORM], ()))
        elif int(columns[0]) <= last:
            tokens[-1] = (tokens[-1][0], (*tokens[-1][1], columns[FORM]))
        else:
            tokens.append((columns[FORM], (columns[FORM],)))
    return tokens


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
