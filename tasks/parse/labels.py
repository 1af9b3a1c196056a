"""What the heads of a one-pass parser can say: scripts, clitics, tags, relations, names. Plain lists, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from stanza.models.common.vocab import CompositeVocab
from stanza.models.pos.vocab import WordVocab

from nabra.tasks.parse.lemmas import Edit, LemmaScript
from nabra.tasks.parse.scripts import Script

# A separator that occurs in no tag: a named entity's tag is one part.
WHOLE = " "


@dataclass(frozen=True)
class Labels:
    """The labels of all heads, each list in the order of the head's outputs, and the width of the encoder.

    `clitics` are the words beside a stem that have a vector of their own; `lemmas` is the table that goes before the
    lemma scripts (see `lemma_table`); `names` are BIOES tags.
    """

    width: int
    scripts: tuple[Script, ...]
    clitics: tuple[str, ...]
    lemma_scripts: tuple[LemmaScript, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    relations: tuple[str, ...]
    names: tuple[str, ...]
    lemmas: dict[str, str] = field(repr=False)

    @cached_property
    def vocabularies(self) -> dict[str, Any]:
        """The labels as Stanza's models want them; the models read vectors, so that they know of one word alone."""
        return {
            "word": ("",),
            "upos": WordVocab(_column(self.upos)),
            "xpos": CompositeVocab(_column(self.xpos), sep=""),
            "feats": CompositeVocab(_column(self.feats), sep="|", keyed=True),
            "deprel": WordVocab(_column(self.relations)),
            "tag": CompositeVocab(_column(self.names), sep=WHOLE),
        }

    def save(self, path: Path) -> None:
        """Write the labels as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _column(labels: Sequence[str]) -> list[list[tuple[str]]]:
    """Labels as a treebank of one sentence with one column, from which Stanza makes a vocabulary."""
    return [[(label,) for label in labels]]


def load_labels(path: Path) -> Labels:
    """The labels that `Labels.save` wrote; OSError, ValueError, KeyError or TypeError if they cannot be read."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    scripts = tuple(
        Script(tuple(before), tuple(after), *letters) for before, after, *letters in map(dict.values, rows["scripts"])
    )
    lemma_scripts = tuple(LemmaScript(tuple(Edit(*edit) for edit in row["edits"])) for row in rows["lemma_scripts"])
    plain = {name: tuple(rows[name]) for name in ("clitics", "upos", "xpos", "feats", "relations", "names")}
    return Labels(rows["width"], scripts, lemma_scripts=lemma_scripts, lemmas=rows["lemmas"], **plain)
