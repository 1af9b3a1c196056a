"""Treebanks as CoNLL-U: a sentence is the list of its lines, comments included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from nabra.tasks.errors import UsageError
from nabra.tasks.parse.parser import ParsedSentence, Word

FORM: Final = 1
LEMMA: Final = 2
UPOS: Final = 3
HEAD: Final = 6
DEPREL: Final = 7
MISC: Final = 9
NO_SPACE: Final = "SpaceAfter=No"
TEXT: Final = "# text = "
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


def read_treebank(path: Path) -> list[list[str]]:
    """The sentences of a CoNLL-U file that somebody names; UsageError says what keeps it from being one."""
    try:
        sentences = list(read_conllu(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    for number, lines in enumerate(sentences, start=1):
        if fault := _fault(lines):
            raise UsageError(f"{path}: sentence {number} is no CoNLL-U: {fault}")
    if not sentences:
        raise UsageError(f"{path} holds no sentence; name a file in CoNLL-U")
    return sentences


def _fault(lines: Sequence[str]) -> str | None:
    """What is wrong with a sentence whose text is to be parsed."""
    rows = [line for line in lines if not line.startswith("#")]
    short = next((row for row in rows if row.count("\t") != MISC), None)
    if not rows or short is not None:
        return f"{(short or '')[:60]!r} has no ten columns"
    if any("." in row.split("\t")[0] for row in rows):
        return "it has empty nodes; leave them out"
    text = next((line.removeprefix(TEXT) for line in lines if line.startswith(TEXT)), None)
    if text is None:
        return "it has no # text"
    said = "".join(token.surface for token in read_tokens(lines))
    same = "".join(said.split()) == "".join(text.split())
    return None if same else f"its tokens say {said[:60]!r}, its # text {text[:60]!r}"


def write_conllu(sentences: list[list[str]], path: Path) -> None:
    """Write sentences as `read_conllu` yields them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\n".join(lines) + "\n\n" for lines in sentences), encoding="utf-8")


def sentence_text(lines: Sequence[str]) -> str:
    """The `# text` of a sentence."""
    return next(line.removeprefix(TEXT) for line in lines if line.startswith(TEXT))


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
    comments = [f"{TEXT}{text}" if line.startswith(TEXT) else line for line in lines if line[0] == "#"]
    return [*comments, *(line for token in tokens for line in token.lines())]


def surface_tokens(lines: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The tokens of a sentence of CoNLL-U as they are written, each with its words."""
    return [(token.surface, token.forms) for token in read_tokens(lines)]


def from_conllu(lines: Sequence[str]) -> tuple[Word, ...]:
    """The words of a sentence of CoNLL-U, with the spans of their tokens in its text."""
    text, words, at = sentence_text(lines), [], 0
    for number, token in enumerate(read_tokens(lines), start=1):
        at = max(text.find(token.surface, at), at)
        end = at + len(token.surface)
        for word_id, form, lemma, upos, xpos, feats, head, deprel, *_ in token.words:
            tags = [None if column == "_" else column for column in (lemma, xpos, feats)]
            words.append(Word(int(word_id), number, at, end, form, tags[0], upos, tags[1], tags[2], int(head), deprel))
        at = end
    return tuple(words)


def with_analysis(lines: Sequence[str], words: Sequence[Word]) -> list[str]:
    """The sentence with parts of speech, heads and relations of `words`, one for each of its own."""
    analysed = iter(words)
    tokens = [
        replace(token, words=tuple(_analysed(columns, next(analysed)) for columns in token.words))
        for token in read_tokens(lines)
    ]
    return with_tokens(lines, tokens)


def _analysed(columns: Columns, word: Word) -> Columns:
    return (*columns[:UPOS], word.upos, *columns[UPOS + 1 : HEAD], str(word.head), word.deprel, *columns[DEPREL + 1 :])


def with_heads(lines: Sequence[str]) -> list[str]:
    """The sentence itself; where it has no tree, with every word under the first, for readers who want one."""
    return [_with_head(line) for line in lines]


def _with_head(line: str) -> str:
    columns = line.split("\t")
    if line.startswith("#") or "-" in columns[0] or columns[HEAD] != "_":
        return line
    head = ["0", "root"] if columns[0] == "1" else ["1", "dep"]
    return "\t".join([*columns[:HEAD], *head, *columns[DEPREL + 1 :]])


def parsed_lines(text: str, sentence: ParsedSentence) -> list[str]:
    """A parsed sentence as its lines of CoNLL-U."""
    lines = [f"{TEXT}{text}"]
    for _, group in groupby(sentence.words, key=lambda word: word.token_id):
        words = list(group)
        surface = text[words[0].start : words[0].end]
        if len(words) > 1:
            lines.append("\t".join([f"{words[0].word_id}-{words[-1].word_id}", surface, *"________"]))
        lines.extend(_word_line(word, word.form if len(words) > 1 else surface) for word in words)
    return lines


def _word_line(word: Word, form: str) -> str:
    optional = [column or "_" for column in (word.lemma, word.upos, word.xpos, word.feats)]
    return "\t".join([str(word.word_id), form, *optional, str(word.head), word.deprel, "_", "_"])
