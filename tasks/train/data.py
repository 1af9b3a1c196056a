"""Training files in the forms that Stanza's trainers read, made from the treebank and the NER data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from stanza.utils.datasets import prepare_tokenizer_data

from nabra.tasks.errors import UsageError

FORM = 1
PLAIN_ALIF = str.maketrans("أإآ", "ااا")
# How many sentences of the NER files are ANERCorp's; those of AQMAR follow.
ANERCORP = {"train": 3834, "dev": 420}
# The treebank has straight quotes and hyphens only; news pages have these as well.
TYPOGRAPHIC = str.maketrans({"-": "–"})


def data_files(data: Path, names: Sequence[str]) -> list[Path]:
    """The data files `names` below the folder `data`, or beside it (`gold/` may lie in either place).

    UsageError with all that are missing.
    """
    found = {name: [path for path in (data / name, data.parent / name) if path.is_file()] for name in names}
    missing = [str(data / name) for name, paths in found.items() if not paths]
    if missing:
        raise UsageError(f"training data is missing: {', '.join(missing)}; name its folder with --data")
    return [found[name][0] for name in names]


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


def read_bio(path: Path) -> list[list[tuple[str, str]]]:
    """The sentences of a file of `token<TAB>label` blocks, each as its tokens with their labels."""
    blocks = (block.splitlines() for block in path.read_text(encoding="utf-8").split("\n\n"))
    sentences = ([line.split("\t") for line in block if line.strip()] for block in blocks)
    return [[(token, label) for token, label in rows] for rows in sentences if rows]


def from_anercorp(part: str, number: int) -> bool:
    """Whether sentence `number` of the NER file of `part` is ANERCorp's; the others are AQMAR's."""
    return number < ANERCORP[part]


def without_misc(part: str, sentences: list[list[tuple[str, str]]]) -> list[list[tuple[str, str]]]:
    """`sentences` without those of AQMAR that hold MISC.

    What AQMAR calls MISC depends on the topic of its articles and contradicts ANERCorp.
    """
    return [
        rows
        for number, rows in enumerate(sentences)
        if from_anercorp(part, number) or not any(label.endswith("MISC") for _, label in rows)
    ]


def write_ner_data(sentences: list[list[tuple[str, str]]], path: Path) -> None:
    """Write sentences as the JSON that Stanza's NER trainer reads."""
    documents = [[{"text": token, "ner": label} for token, label in rows] for rows in sentences]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(documents, ensure_ascii=False), encoding="utf-8")


def without_hamza(lines: list[str]) -> list[str]:
    """The sentence as much of the web spells it: no hamza on or under alif; lemmas and features are kept."""
    plain = []
    for line in lines:
        columns = line.split("\t")
        if line.startswith("# text = "):
            plain.append(line.translate(PLAIN_ALIF))
        elif line.startswith("#"):
            plain.append(line)
        else:
            plain.append("\t".join([columns[0], columns[FORM].translate(PLAIN_ALIF), *columns[FORM + 1 :]]))
    return plain


def augmented(sentences: list[list[str]]) -> list[list[str]]:
    """`sentences`, one in ten of them a second time without hamza, one in ten with the typography of news pages."""
    hamza = [without_hamza(lines) for lines in sentences[::10]]
    return [*sentences, *hamza, *(typographic(lines) for lines in sentences[5::10])]


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
