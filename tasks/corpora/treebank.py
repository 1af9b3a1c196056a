"""Treebanks as CoNLL-U: a sentence is the list of its lines, comments included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from nabra.tasks.parse.parser import ParsedSentence, Word

FORM: Final = 1
MISC: Final = 9
NO_SPACE: Final = "SpaceAfter=No"
Columns = tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A token as it is written, the columns of its words, and whether a space follows it."""

    surface: str
    words: tuple[Columns, ...]
    space_after: bool

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of its words."""
        return tuple(columns[FORM] for columns in self.words)

    def lines(self) -> Iterator[str]:
        """Its lines of CoNLL-U: one for the token where it has several words, whose forms stay; one for each word."""
        if len(self.words) == 1:
            (columns,) = self.words
            rest = [part for part in columns[MISC].split("|") if part not in ("_", NO_SPACE)]
            misc = "|".join(sorted(rest if self.space_after else [*rest, NO_SPACE], key=str.lower)) or "_"
            yield "\t".join([columns[0], self.surface, *columns[FORM + 1 : MISC], misc])
            return
        span = f"{self.words[0][0]}-{self.words[-1][0]}"
        yield "\t".join([span, self.surface, *"_______", "_" if self.space_after else NO_SPACE])
        yield from map("\t".join, self.words)


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


def read_tokens(lines: Sequence[str]) -> list[Token]:
    """The tokens of a sentence of CoNLL-U."""
    tokens: list[Token] = []
    last = 0
    for columns in (tuple(line.split("\t")) for line in lines if not line.startswith("#")):
        if "-" in columns[0]:
            last = int(columns[0].split("-")[1])
            tokens.append(Token(columns[FORM], (), _space_after(columns)))
        elif int(columns[0]) <= last:
            whole = tokens[-1]
            tokens[-1] = Token(whole.surface, (*whole.words, columns), whole.space_after)
        else:
            tokens.append(Token(columns[FORM], (columns,), _space_after(columns)))
    return tokens


def _space_after(columns: Columns) -> bool:
    return NO_SPACE not in columns[MISC].split("|")


def with_tokens(lines: Sequence[str], tokens: Sequence[Token]) -> list[str]:
    """The sentence with these tokens in the place of its own, and a `# text` that says what they say."""
    text = "".join(token.surface + " " * token.space_after for token in tokens[:-1]) + tokens[-1].surface
    comments = [f"# text = {text}" if line.startswith("# text = ") else line for line in lines if line[0] == "#"]
    return [*comments, *(line for token in tokens for line in token.lines())]


def surface_tokens(lines: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The tokens of a sentence of CoNLL-U as they are written, each with its words."""
    return [(token.surface, token.forms) for token in read_tokens(lines)]


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
