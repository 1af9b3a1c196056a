"""Training files in the forms that Stanza's trainers read, made from the treebank and the NER data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from stanza.utils.datasets import prepare_tokenizer_data

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.corpora.treebank import is_pud, read_conllu, sentence_text, write_conllu
from nabra.tasks.train.spellings import (
    Respelling,
    annotated_scripts,
    respelt,
    typographic,
    with_joined_names,
    with_slips,
    without_a_space,
    without_hamza,
    without_marks,
)

# Each respells one sentence in so many, each other ones. Few have a name after a preposition that can be joined to it.
RESPELLINGS: Final[Mapping[Respelling, int]] = {
    without_hamza: 10,
    with_slips: 10,
    without_a_space: 10,
    typographic: 10,
    with_joined_names: 2,
}
# How often the trees of PUD count: they are an eighth of PADT's, of another kind of text, and all that the open
# profile has.
PUD_TIMES: Final = 2


def annotated_trees(treebank: Path) -> list[list[str]]:
    """The trees of a treebank as the parser sees its text: without diacritics. Labels are to be counted on these."""
    return [without_marks(lines) for lines in read_conllu(treebank)]


def augmented(sentences: Sequence[list[str]]) -> list[list[str]]:
    """`sentences`, PUD's once more, and copies of some as other hands would type them.

    A respelling that changes nothing in a sentence gives no copy of it.
    """
    again = [lines for lines in sentences if is_pud(lines)] * (PUD_TIMES - 1)
    scripts = annotated_scripts(sentences)
    copies = [
        (lines, respelt(change, lines, scripts))
        for number, (change, every) in enumerate(RESPELLINGS.items())
        for lines in sentences[number::every]
    ]
    return [*sentences, *again, *(copy for lines, copy in copies if copy != lines)]


def write_tokenizer_data(treebank: Path, folder: Path, part: str, *, augment: bool) -> None:
    """Write `<part>.conllu`, `.txt`, `.labels` and `.mwt.json` for Stanza's tokenizer into `folder`.

    Each sentence is a paragraph: nabra splits sentences itself, so the tokenizer sees one at a time. With `augment`,
    the sentences are those of `augmented`, and all that hold quotes or dashes in the typography of news pages too.
    """
    sentences = list(read_conllu(treebank))
    if augment:
        scripts = annotated_scripts(sentences)
        marked = [lines for lines in sentences if set('"-') & set(sentence_text(lines))]
        sentences = [*augmented(sentences), *(respelt(typographic, lines, scripts) for lines in marked)]
    conllu, text = folder / f"{part}.conllu", folder / f"{part}.txt"
    write_conllu(sentences, conllu)
    text.write_text("\n\n".join(map(sentence_text, sentences)) + "\n", encoding="utf-8")
    labels, expansions = folder / f"{part}.labels", folder / f"{part}.mwt.json"
    prepare_tokenizer_data.main([str(text), str(conllu), "-o", str(labels), "-m", str(expansions)])


def write_ner_data(sentences: Sequence[Sequence[tuple[str, str]]], path: Path) -> None:
    """Write sentences as the JSON that Stanza's NER trainer reads, without diacritics, as the parser sees them."""
    documents = [[{"text": skeleton(token).text or "-", "ner": label} for token, label in rows] for rows in sentences]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(documents, ensure_ascii=False), encoding="utf-8")
