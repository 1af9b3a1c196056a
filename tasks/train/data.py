"""Training files in the forms that Stanza's trainers read, made from the treebank and the NER data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from stanza.utils.datasets import prepare_tokenizer_data

from tasks.errors import UsageError

FORM = 1
# The treebank has straight quotes and hyphens only; news pages have these as well.
TYPOGRAPHIC = str.maketrans({"-": "–"})


def data_file(data: Path, name: str) -> Path:
    """The data file `name` below the folder `data`, or beside it (`gold/` may lie in either place); else UsageError."""
    for path in (data / name, data.parent / name):
        if path.is_file():
            return path
    raise UsageError(f"training data {data / name} is missing; name its folder with --data")


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


def typographic(lines: list[str]) -> list[str]:
    """The sentence with the quotation marks and dashes of news pages in place of straight ones."""

    def convert(text: str) -> str:
        text = text.translate(TYPOGRAPHIC)
        for mark in "“”" * (text.count('"') // 2 + 1):
            text = text.replace('"', mark, 1)
        return text

    converted = convert(sentence_text(lines))
    quotes = iter([letter for letter in converted if letter in "“”"])
    result = []
    for line in lines:
        if line.startswith("#"):
            result.append(f"# text = {converted}" if line.startswith("# text = ") else line)
            continue
        columns = line.split("\t")
        form = columns[FORM].translate(TYPOGRAPHIC)
        columns[FORM] = "".join(next(quotes) if letter == '"' else letter for letter in form)
        result.append("\t".join(columns))
    return result


def write_tokenizer_data(treebank: Path, folder: Path, part: str, *, augment: bool) -> None:
    """Write `<part>.conllu`, `.txt`, `.labels` and `.mwt.json` for Stanza's tokenizer into `folder`.

    Each sentence is a paragraph: nabra splits sentences itself, so the tokenizer sees one at a time. With `augment`,
    sentences that hold quotes or dashes come a second time in the typography of news pages.
    """
    sentences = list(read_conllu(treebank))
    if augment:
        sentences += [typographic(lines) for lines in sentences if set('"-') & set(sentence_text(lines))]
    conllu, text = folder / f"{part}.conllu", folder / f"{part}.txt"
    write_conllu(sentences, conllu)
    text.write_text("\n\n".join(map(sentence_text, sentences)) + "\n", encoding="utf-8")
    labels, expansions = folder / f"{part}.labels", folder / f"{part}.mwt.json"
    prepare_tokenizer_data.main([str(text), str(conllu), "-o", str(labels), "-m", str(expansions)])


def write_ner_data(bio: Path, path: Path) -> None:
    """Write `token<TAB>label` blocks as the JSON that Stanza's NER trainer reads."""
    sentences = []
    for block in bio.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if line.strip()]
        if rows:
            sentences.append([{"text": token, "ner": label} for token, label in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sentences, ensure_ascii=False), encoding="utf-8")
