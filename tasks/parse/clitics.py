"""What is written onto the first word of a name and is no part of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from nabra.tasks.parse.parser import NamedEntity, Word

# What can stand before a name within its surface token.
CLITIC_UPOS: Final = frozenset({"CCONJ", "SCONJ", "ADP", "PART", "AUX", "ADV"})


def without_clitics(sentence: str, entity: NamedEntity, words: Sequence[Word]) -> NamedEntity:
    """The entity without the conjunctions and prepositions written onto its first word."""
    start = entity.start
    token = [word for word in words if word.start == entity.start]
    for word, following in pairwise(token):
        rest = sentence[start + len(word.form) : entity.end]
        # In للأمم the preposition and the article share a letter: then the token stays whole.
        if (
            word.upos not in CLITIC_UPOS
            or not sentence.startswith(word.form, start)
            or not rest.startswith(following.form)
        ):
            break
        start += len(word.form)
    return NamedEntity(start, entity.end, entity.type)
