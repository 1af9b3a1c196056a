"""Lemmas by edit scripts: what to change in a word, each place counted from the nearer end of it.

So one script covers the broken plurals of a pattern (أمناء → أمين: ي after the second letter, the last two cut), and a
lemma never holds a letter that neither the word nor a script of the treebank has. The labels of the lemmatiser are the
scripts that the treebank shows; one that does not fit a word is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

# A word of a treebank: form, UPOS, lemma.
Lemmatised = tuple[str, str, str]


class Edit(NamedTuple):
    """`cut` letters give way to `add`; `place` letters stand between them and the start of the word, or its end."""

    from_end: bool
    place: int
    cut: int
    add: str


@dataclass(frozen=True)
class LemmaScript:
    """The edits that turn a word into its lemma, in the order of the word; without one the word is its lemma."""

    edits: tuple[Edit, ...] = ()

    def apply(self, form: str) -> str | None:
        """The lemma of `form`; None if the script does not fit or would leave no letter of the word."""
        lemma, at, kept = "", 0, 0
        for edit in self.edits:
            start = len(form) - edit.place - edit.cut if edit.from_end else edit.place
            if not at <= start <= len(form) - edit.cut:
                return None
            lemma += form[at:start] + edit.add
            kept += start - at
            at = start + edit.cut
        return lemma + form[at:] if kept + len(form) - at else None


def derive_lemma(form: str, lemma: str) -> LemmaScript | None:
    """The script that turns `form` into `lemma`; None where the two have no letter in common."""
    edits = [
        _edit(form, start, end, lemma[low:high])
        for kind, start, end, low, high in SequenceMatcher(None, form, lemma, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    script = LemmaScript(tuple(edits))
    return script if script.apply(form) == lemma else None


def _edit(form: str, start: int, end: int, add: str) -> Edit:
    left, right = start, len(form) - end
    return Edit(True, right, end - start, add) if right < left else Edit(False, left, end - start, add)


def lemma_table(words: Iterable[Lemmatised]) -> dict[str, str]:
    """The lemma of each form and UPOS that always has the same, by `table_key`."""
    seen: Mapping[str, set[str]] = defaultdict(set)
    for form, upos, lemma in words:
        seen[table_key(form, upos)].add(lemma)
    return {key: lemma for key, (lemma, *others) in seen.items() if not others}


def table_key(form: str, upos: str) -> str:
    """The key of a word in a lemma table."""
    return f"{form}\t{upos}"


def first_lemma(form: str, scripts: Iterable[LemmaScript]) -> str:
    """What the first script that fits makes of `form`; the form itself if none does."""
    return next((lemma for script in scripts if (lemma := script.apply(form))), form)
