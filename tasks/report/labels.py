"""What a report says by itself, in Arabic or English."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

LABELS: Final = Path(__file__).with_name("labels.toml")
# With the direction in which they are read.
LANGUAGES: Final = {"ar": "rtl", "en": "ltr"}
# Those that the script uses.
OF_SCRIPT: Final = (
    *("read_article", "address", "untitled_article", "nobody", "author", "favor", "against", "found", "more", "close"),
    *("positive", "negative", "quotes", "stances", "score"),
)


def read_labels(language: str) -> dict[str, str]:
    """The labels of a language by their names."""
    labels: dict[str, str] = tomllib.loads(LABELS.read_text(encoding="utf-8"))[language]
    return labels
