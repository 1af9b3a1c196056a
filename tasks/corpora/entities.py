"""Sentences with named entities: ANERCorp's, and AQMAR's after them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# How many sentences of the files are ANERCorp's.
ANERCORP: Final = {"train": 3834, "dev": 420}


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
