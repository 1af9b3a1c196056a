"""Training files in the forms that Stanza's trainers read, made from the treebank and the NER data."""

from __future__ import annotations

import json
from pathlib import Path

from stanza.utils.datasets import prepare_tokenizer_data

from nabra.tasks.corpora.treebank import FORM, read_conllu, sentence_text, write_conllu

PLAIN_ALIF = str.maketrans("أإآ", "ااا")
# The treebank has straight quotes and hyphens only; news pages have these as well.
TYPOGRAPHIC = str.maketrans({"-": "–"})


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
