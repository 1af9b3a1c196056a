"""The ways in which a parser is scored on a treebank."""

from __future__ import annotations

from typing import Final

# Sentence boundaries: the annotators', or nabra's.
GIVEN: Final = "given"
OWN: Final = "own"
# Trees: as the annotators and the models have them, or after the step that the tables take (`conventions`).
OFFICIAL: Final = "official"
TABLES: Final = "tables"
