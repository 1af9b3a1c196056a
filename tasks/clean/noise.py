"""The names and headings under which sites put what is no part of an article, of `config/noise.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from lxml.html import HtmlElement

from nabra.tasks.arabic.folding import fold
from nabra.tasks.errors import ConfigError
from nabra.tasks.patterns import compile_pattern

HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
MAX_HEADING_CHARS: Final = 250
# Names that say what a page has beside it (`has-sidebar`, `comments-open`) are those of the article.
NO_NAMES_AFTER: Final = frozenset({"has", "no", "with", "without", "is", "not"})
NO_NAMES_BEFORE: Final = frozenset({"open", "closed", "first", "left", "right", "layout"})


@dataclass(frozen=True)
class Noise:
    """What `config/noise.toml` holds; its keys are explained there."""

    words: frozenset[str]
    names: frozenset[str]
    long: frozenset[str]
    headings: re.Pattern[str]
    readers: re.Pattern[str]

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
    """The names and headings of a TOML file.

    Raises ConfigError naming the file, the key and what is wrong with it.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the file of noise: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    keys = [field.name for field in fields(Noise)]
    for key in sorted(content.keys() ^ set(keys)):
        problem = "is missing" if key in keys else "is unknown"
        raise ConfigError(f"{path}: the key {key} {problem}; the file has {', '.join(keys)}")
    words, names, long = (_words(path, key, content[key]) for key in ("words", "names", "long"))
    headings, readers = (_patterns(path, key, content[key]) for key in ("headings", "readers"))
    return Noise(words, names, long, headings, readers)


def _words(path: Path, key: str, value: Any) -> frozenset[str]:
    if not isinstance(value, str):
        raise ConfigError(f"{path}: {key} = {value!r} should be words in one text in quotes")
    return frozenset(value.split())


def _patterns(path: Path, key: str, value: Any) -> re.Pattern[str]:
    if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
        raise ConfigError(f"{path}: {key} = {value!r} should be a list of regular expressions in quotes")
    try:
        return compile_pattern("\\W*(?:" + "|".join(value) + ")\\W*", MAX_HEADING_CHARS, whole=True)
    except ValueError as error:
        raise ConfigError(f"{path}: {key}: {error}") from error
