"""The names and headings under which sites put what is no part of an article, of `config/noise.toml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Final

from lxml.html import HtmlElement
from pydantic import BeforeValidator, Field

from nabra.tasks.arabic.folding import fold
from nabra.tasks.data_files import Entry, read_data_file
from nabra.tasks.patterns import compile_pattern

HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
MAX_HEADING_CHARS: Final = 250
# Names that say what a page has beside it (`has-sidebar`, `comments-open`) are those of the article.
NO_NAMES_AFTER: Final = frozenset({"has", "no", "with", "without", "is", "not"})
NO_NAMES_BEFORE: Final = frozenset({"open", "closed", "first", "left", "right", "layout"})


def _words(value: Any) -> frozenset[str]:
    if not isinstance(value, str):
        raise ValueError(f"words in one text in quotes, not {value!r}")
    return frozenset(value.split())


def _pattern(value: Any) -> re.Pattern[str]:
    if not isinstance(value, list) or not value or not all(isinstance(pattern, str) and pattern for pattern in value):
        raise ValueError(f"regular expressions in quotes, one at least, in a list, not {value!r}")
    return compile_pattern("\\W*(?:" + "|".join(value) + ")\\W*", MAX_HEADING_CHARS, whole=True)


Words = Annotated[frozenset[str], BeforeValidator(_words)]
Headings = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


class Noise(Entry):
    """What `config/noise.toml` holds; its keys are explained there."""

    words: Words = Field(min_length=1)
    names: Words = Field(min_length=1)
    long: Words
    headings: Headings
    readers: Headings

    def names_it(self, element: HtmlElement) -> bool:
        """Whether class or id of an element say that it is no part of the article."""
        names = [*(element.get("class") or "").split(), *(element.get("id") or "").split()]
        return any(name.lower() in self.names or self._has_word(name) for name in names)

    def can_be_long(self, element: HtmlElement) -> bool:
        """Whether class or id name something of which a page can have more than of its article."""
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        return any(part.lower() in self.long for part in WORD.findall(names))

    def announces(self, text: str) -> bool:
        """Whether a heading announces what is no part of the article."""
        return _is_whole(self.headings, text) or self.announces_readers(text)

    def announces_readers(self, text: str) -> bool:
        """Whether a heading announces what readers write."""
        return _is_whole(self.readers, text)

    def _has_word(self, name: str) -> bool:
        parts = [part.lower() for part in WORD.findall(name)]
        if not parts or parts[0] in NO_NAMES_AFTER or parts[-1] in NO_NAMES_BEFORE:
            return False
        return any(part in self.words for part in parts)


def _is_whole(pattern: re.Pattern[str], text: str) -> bool:
    return len(text) <= MAX_HEADING_CHARS and bool(pattern.fullmatch(fold(text)))


def is_hidden(element: HtmlElement) -> bool:
    """Whether an element is not shown."""
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(HIDDEN_STYLE.search(element.get("style") or ""))
    )


def load_noise(path: Path) -> Noise:
    """The names and headings of a TOML file; ConfigError names the file, the key and what is wrong with it."""
    return read_data_file(path, Noise)
