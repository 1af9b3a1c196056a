"""Sentences to learn from, spelt as parsing sees them: trees of a treebank and tagged tokens, and their labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from stanza.models.ner.utils import bio2_to_bioes

from nabra.tasks.arabic.skeleton import skeleton
from nabra.tasks.corpora.treebank import read_conllu
from nabra.tasks.parse.labels import Labels
from nabra.tasks.parse.lemmas import derive_lemma, lemma_table
from nabra.tasks.parse.scripts import derive

T = TypeVar("T")

# A lemma script or a clitic that the treebank shows less often is no label.
FEWEST = 2


@dataclass(frozen=True)
class TreeWord:
    """A word as it is annotated; `head` counts from 1, and is 0 for the root."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    relation: str


@dataclass(frozen=True)
class TreeToken:
    """A token as it is written, and its words."""

    text: str
    words: tuple[TreeWord, ...]

    @property
    def forms(self) -> list[str]:
        """The forms of its words."""
        return [word.form for word in self.words]


Tree = tuple[TreeToken, ...]
# Tokens with their BIOES tags.
Tagged = tuple[list[str], list[str]]


def read_trees(path: Path) -> list[Tree]:
    """The trees of a CoNLL-U file, spelt as parsing sees text: without diacritics and tatweel."""
    return [_tree(lines) for lines in read_conllu(path)]


def _tree(lines: Sequence[str]) -> Tree:
    tokens: list[TreeToken] = []
    last = 0
    for columns in (line.split("\t") for line in lines if not line.startswith("#")):
        number, form = columns[0], seen(columns[1])
        if "-" in number:
            last = int(number.split("-")[1])
            tokens.append(TreeToken(form, ()))
            continue
        lemma, upos, xpos, feats, head, relation = columns[2:8]
        word = TreeWord(form, lemma, upos, xpos, feats, int(head), relation)
        if int(number) <= last:
            tokens[-1] = TreeToken(tokens[-1].text, (*tokens[-1].words, word))
        else:
            tokens.append(TreeToken(form, (word,)))
    return tuple(tokens)


def seen(token: str) -> str:
    """A token as parsing sees it; one of marks alone stays as it is."""
    return skeleton(token).text or token


def read_tagged(path: Path) -> list[Tagged]:
    """The sentences that `write_ner_data` wrote, as parsing sees them."""
    documents = json.loads(path.read_text(encoding="utf-8"))
    return [([seen(row["text"]) for row in rows], bio2_to_bioes([row["ner"] for row in rows])) for rows in documents]


def labels_of(trees: Sequence[Tree], names: Sequence[Tagged], width: int) -> Labels:
    """All that occurs in annotated trees and tagged sentences, in an order that depends on nothing else."""
    tokens = [token for tree in trees for token in tree]
    words = [word for token in tokens for word in token.words]
    scripts = Counter(script for token in tokens if (script := derive(token.text, token.forms)))
    clitics = Counter(clitic for script in scripts.elements() for clitic in (*script.before, *script.after))
    lemmas = Counter(found for word in words if (found := derive_lemma(word.form, word.lemma)))
    return Labels(
        width,
        scripts=_ranked(scripts, 1),
        clitics=_ranked(clitics, FEWEST),
        lemma_scripts=_ranked(lemmas, FEWEST),
        upos=_distinct(word.upos for word in words),
        xpos=_distinct(word.xpos for word in words),
        feats=_distinct(word.feats for word in words),
        relations=_distinct(word.relation for word in words),
        names=_distinct(tag for _, tags in names for tag in tags),
        lemmas=lemma_table((word.form, word.upos, word.lemma) for word in words),
    )


def _ranked(counts: Counter[T], fewest: int) -> tuple[T, ...]:
    """What is counted so often at least, the commonest first."""
    kept = [label for label, count in counts.items() if count >= fewest]
    return tuple(sorted(kept, key=lambda label: (-counts[label], repr(label))))


def _distinct(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(labels)))
