"""From the treebank's manner of annotation to that of the tables: a part of speech for every word, a clause as root.

The parser is trained on the official trees of PADT and predicts what they have. Two habits of theirs help no reader:

* Words that the annotators left unanalysed have the part of speech X: names mostly, but also words of any class
  (`UPOS X`). `part_of_speech` gives them one from their shape, closed classes, entities, relation and neighbours. XPOS
  stays and shows what was done: `U---------`, or `X---------` for foreign names, `Y---------` for abbreviations.
* In more than half of its sentences a conjunction heads the tree, mostly the و at the beginning, and its clauses are
  its `parataxis`. `clause_as_root` makes the first of them the root and the conjunction its `cc`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nabra.tasks.arabic.folding import fold
from nabra.tasks.arabic.particles import BEFORE_VERBS, CLOSED_CLASSES
from nabra.tasks.parse.parser import NamedEntity, ParsedSentence, Word

UNANALYSED: Final = "X"
FOREIGN: Final = "X---------"
ROOT: Final = "root"
ARTICLE: Final = "ال"

# What a relation says of the word that has it, by the relation without its subtype.
BY_RELATION: Final = {"case": "ADP", "mark": "SCONJ", "amod": "ADJ", "nummod": "NUM", "punct": "PUNCT", "aux": "AUX"}
# A verb governs what names do not, and stands where clauses do.
GOVERNED: Final = frozenset({"obj", "ccomp", "nsubj:pass", "aux"})
CLAUSES: Final = frozenset({"root", "parataxis", "ccomp", "xcomp", "advcl", "acl", "csubj"})
PERSONS: Final = ("ن", "ي", "ت", "أ", "ا", "س")  # prefixes of the imperfect, and س of the future
PERFECT: Final = ("نا", "ت")  # endings of the perfect: we, she or I
BELONGING: Final = ("ي", "ى", "ية", "يه", "يون", "يين", "يات")
ACCUSATIVE: Final = "ا"
NOMINAL: Final = frozenset({"NOUN", "ADJ", "NUM"})
# Relations of the conjunction's dependents that can be its clause, best first.
CLAUSE: Final = ("parataxis", "ccomp", "advcl", "dep", "conj", "nsubj", "obj", "obl", "appos")


def in_conventions(parsed: ParsedSentence) -> ParsedSentence:
    """The sentence in the tables' conventions: no word is an X, no conjunction heads a clause.

    Words and entities stay, and so do the lemma, XPOS and features of every word. The tree stays a tree.
    """
    return replace(parsed, words=with_parts_of_speech(clause_as_root(parsed.words), parsed.entities))


def clause_as_root(words: Sequence[Word]) -> tuple[Word, ...]:
    """The tree with the first clause of a conjunction that heads it as its root: و is `cc` of it, the rest moves on."""
    root = next((word for word in words if word.head == 0), None)
    clause = _clause(words, root) if root is not None and root.upos == "CCONJ" else None
    if root is None or clause is None:
        return tuple(words)
    moved = []
    for word in words:
        if word is clause:
            moved.append(replace(word, head=0, deprel=ROOT))
        elif word is root:
            moved.append(replace(word, head=clause.word_id, deprel="cc"))
        elif word.head == root.word_id and word.deprel != "fixed":
            moved.append(replace(word, head=clause.word_id))
        else:
            moved.append(word)
    return tuple(moved)


def _clause(words: Sequence[Word], conjunction: Word) -> Word | None:
    under = [word for word in words if word.head == conjunction.word_id]
    return next((word for relation in CLAUSE for word in under if _plain(word.deprel) == relation), None)


def with_parts_of_speech(words: Sequence[Word], entities: Sequence[NamedEntity]) -> tuple[Word, ...]:
    """The words, each X with the part of speech that its surroundings suggest."""
    governed: dict[int, set[str]] = {}
    for word in words:
        governed.setdefault(word.head, set()).add(word.deprel)
    tagged: list[Word] = []
    for word in words:
        before = tagged[-1] if tagged else None
        if word.upos != UNANALYSED:
            tagged.append(word)
            continue
        named = any(entity.start < word.end and word.start < entity.end for entity in entities)
        tag = part_of_speech(word, before, governed.get(word.word_id, set()), named=named)
        tagged.append(replace(word, upos=tag))
    return tuple(tagged)


def part_of_speech(word: Word, before: Word | None, governs: set[str], *, named: bool) -> str:
    """The part of speech of an unanalysed word.

    `before` is the word before it, `governs` the relations of its dependents, `named` whether it stands in an entity.
    """
    surface = _by_shape(word.form)
    if surface:
        return surface
    relation = _plain(word.deprel)
    if relation != "amod" and (named or word.xpos == FOREIGN):
        return "PROPN"
    closed = CLOSED_CLASSES.get(fold(word.form)) or BY_RELATION.get(relation)
    if closed:
        return closed
    if _is_verb(word, before, governs):
        return "VERB"
    return _nominal(word, before)


def _by_shape(form: str) -> str | None:
    kinds = {unicodedata.category(letter)[0] for letter in form}
    if "N" in kinds and "L" not in kinds:
        return "NUM"
    if form == "%":
        return "SYM"
    if kinds <= {"P", "M"}:
        return "PUNCT"
    return "SYM" if kinds <= {"P", "S"} else None


def _is_verb(word: Word, before: Word | None, governs: set[str]) -> bool:
    shaped = word.form.startswith(PERSONS) or word.form.endswith(PERFECT)
    told = before is not None and fold(before.form) in BEFORE_VERBS
    return shaped and not word.form.startswith(ARTICLE) and (word.deprel in CLAUSES or told or bool(governs & GOVERNED))


def _nominal(word: Word, before: Word | None) -> str:
    """NOUN, unless the form or what stands before speaks for an adjective, or a name goes on."""
    if before is None:
        return "NOUN"
    agrees = word.form.startswith(ARTICLE) == before.form.startswith(ARTICLE)
    accusative = word.form.endswith(ACCUSATIVE) and before.form.endswith(ACCUSATIVE)
    if before.upos in NOMINAL and agrees and (accusative or word.form.endswith(BELONGING)):
        return "ADJ"
    return "PROPN" if before.upos == "PROPN" else "NOUN"


def _plain(relation: str) -> str:
    return relation.split(":")[0]
