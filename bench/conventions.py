"""How often `tasks/parse/conventions.py` gives an unanalysed word the right part of speech.

    python -m bench.conventions FOLDER/treebank/train.conllu

PUD has a part of speech for every word, PADT has none for names and many others. The words of PUD whose form PADT
leaves X more often than not are taken as X, each in its own sentence and tree, with the entities that the parser
finds there; what the conventions make of them is compared with what the annotators of PUD said. Prints how many of each
part of speech there are and how many are right.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nabra.config.settings import load_settings
from nabra.tasks.corpora.treebank import FORM, UPOS, from_conllu, is_pud, read_tokens, read_treebank, sentence_text
from nabra.tasks.parse.conventions import UNANALYSED, with_parts_of_speech
from nabra.tasks.parse.load import parser
from nabra.tasks.parse.parser import NamedEntity

Lines = Sequence[str]


def mostly_unanalysed(trees: Sequence[Lines]) -> set[str]:
    """The forms that trees leave X more often than not."""
    counts: Counter[tuple[str, bool]] = Counter()
    for lines in trees:
        rows = (columns for token in read_tokens(lines) for columns in token.words)
        counts.update((columns[FORM], columns[UPOS] == UNANALYSED) for columns in rows)
    return {form for form, unanalysed in counts if unanalysed and counts[form, True] > counts[form, False]}


def judged(lines: Lines, forms: set[str], entities: Sequence[NamedEntity]) -> Iterator[tuple[str, str]]:
    """What the annotators and what the conventions say of the words of a sentence that have one of `forms`."""
    words = from_conllu(lines)
    hidden = [replace(w, upos=UNANALYSED, xpos="U---------") if w.form in forms else w for w in words]
    for gold, found in zip(words, with_parts_of_speech(hidden, entities), strict=True):
        if gold.form in forms:
            yield gold.upos, found.upos


def main(treebank: Path) -> None:
    """Print a line for each part of speech, and one for all."""
    trees = read_treebank(treebank)
    forms = mostly_unanalysed([lines for lines in trees if not is_pud(lines)])
    held = [lines for lines in trees if is_pud(lines) and any(word.form in forms for word in from_conllu(lines))]
    parsed = parser(load_settings()).parse([sentence_text(lines) for lines in held])
    pairs = Counter(
        pair for lines, found in zip(held, parsed, strict=True) for pair in judged(lines, forms, found.entities)
    )
    for tag in sorted({gold for gold, _ in pairs}):
        wanted = sum(count for (gold, _), count in pairs.items() if gold == tag)
        print(f"{tag:6} {pairs[tag, tag]:4} of {wanted:4} right")
    right = sum(count for (gold, found), count in pairs.items() if gold == found)
    print(f"all    {right:4} of {pairs.total():4} right: {right / pairs.total():.3f}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("treebank", type=Path)
    main(options.parse_args().treebank)
