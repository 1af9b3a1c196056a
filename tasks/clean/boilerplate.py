"""Boilerplate: what a site puts around and into an article, cut by the patterns of `config/boilerplate.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from nabra.tasks.arabic.folding import fold, fold_with_offsets
from nabra.tasks.errors import ConfigError
from nabra.tasks.patterns import compile_pattern

KINDS: Final = ("line", "head", "tail", "inline", "end")
EXAMPLES: Final = ("removes", "keeps")
HEAD_LINES: Final = 3
# A `tail` may cut this share of the text at most: the same words early in it are a link inside the article.
TAIL_SHARE: Final = 0.4
# What sites add is short: a longer line is no boilerplate, and an `end` is looked for in so much of the last line.
MAX_LINE_CHARS: Final = 1000
# Of an `inline` pattern when it is tried: it meets paragraphs of any length, and must not be slow in one.
INLINE_CHARS: Final = 8000
# Boilerplate stands behind boilerplate; who stacks more layers than any site does not keep us busy with it.
MAX_ROUNDS: Final = 10


@dataclass(frozen=True)
class Rule:
    """One pattern, a regular expression on the folded line; kinds are explained in `config/boilerplate.toml`."""

    id: str
    kind: str
    pattern: re.Pattern[str]
    comment: str
    removes: tuple[str, ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True)
class Boilerplate:
    """All rules, by kind."""

    rules: tuple[Rule, ...]

    def of(self, kind: str) -> list[Rule]:
        """The rules of a kind."""
        return [rule for rule in self.rules if rule.kind == kind]

    def cut(self, text: str) -> str:
        """The normalised text without boilerplate; cut again until nothing is found, `MAX_ROUNDS` times at most."""
        lines = text.split("\n")
        for _ in range(MAX_ROUNDS):
            before = lines
            lines = self._cut_inline(lines)
            lines = self._cut_tail(lines)
            lines = [line for line in lines if not self._matches("line", line)]
            lines = [line for n, line in enumerate(lines) if n >= HEAD_LINES or not self._matches("head", line)]
            lines = self._cut_end(lines)
            if lines == before:
                break
        return "\n".join(lines)

    def _matches(self, kind: str, line: str) -> bool:
        if len(line) > MAX_LINE_CHARS:
            return False
        key = fold(line)
        return any(rule.pattern.fullmatch(key) for rule in self.of(kind))

    def _cut_inline(self, lines: list[str]) -> list[str]:
        for rule in self.of("inline"):
            lines = [_without(rule.pattern, line) for line in lines]
        return [line for line in lines if line]

    def _cut_tail(self, lines: list[str]) -> list[str]:
        chars = kept = sum(map(len, lines))
        end, number = len(lines), len(lines) - 1
        while number > 0 and (chars := chars - len(lines[number])) >= kept * (1 - TAIL_SHARE):
            if self._matches("tail", lines[number]):
                end, kept = number, chars
            number -= 1
        return lines[:end]

    def _cut_end(self, lines: list[str]) -> list[str]:
        if not lines:
            return lines
        last = lines[-1]
        before = max(0, len(last) - MAX_LINE_CHARS)
        key, offsets = fold_with_offsets(last[before:])
        for rule in self.of("end"):
            match = rule.pattern.search(key, before > 0)  # not from the first letter, where no line begins
            if match:
                rest = last[: before + offsets[match.start()]].rstrip()
                return [*lines[:-1], rest] if rest else lines[:-1]
        return lines


def load_boilerplate(path: Path) -> Boilerplate:
    """The rules of a TOML file of `[[rule]]` tables.

    Raises ConfigError naming the file, the rule, the key and what is allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the boilerplate file: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error
    tables = content.get("rule", [])
    if content.keys() - {"rule"} or not isinstance(tables, list):
        raise ConfigError(f"{path}: allowed are tables that begin with [[rule]] only")
    return Boilerplate(tuple(_rule(path, number, table) for number, table in enumerate(tables, start=1)))


def _rule(path: Path, number: int, table: dict[str, Any]) -> Rule:
    where = f"{path}: rule {table.get('id', number)}"
    keys = [field.name for field in fields(Rule)]
    for key in sorted(table.keys() ^ set(keys)):
        problem = "is missing" if key in keys else "is unknown"
        raise ConfigError(f"{where}: the key {key} {problem}; each rule has {', '.join(keys)}")
    for key in keys:
        if key not in EXAMPLES and (not isinstance(table[key], str) or not table[key]):
            raise ConfigError(f"{where}: {key} = {table[key]!r} should be a text in quotes")
    for key in EXAMPLES:
        lines = table[key]
        if not isinstance(lines, list) or not lines or not all(isinstance(line, str) and line for line in lines):
            raise ConfigError(f"{where}: {key} = {lines!r} should be example lines, one at least")
    if table["kind"] not in KINDS:
        raise ConfigError(f"{where}: kind = {table['kind']!r}; allowed: {', '.join(KINDS)}")
    written, kind = table["pattern"], table["kind"]
    try:
        pattern = compile_pattern(
            f"(?:{written})$" if kind == "end" else written,
            INLINE_CHARS if kind == "inline" else MAX_LINE_CHARS,
            whole=kind not in ("inline", "end"),
        )
    except ValueError as error:
        raise ConfigError(f"{where}: the pattern is {error}") from error
    return Rule(**{**table, "pattern": pattern, **{key: tuple(table[key]) for key in EXAMPLES}})


def _without(pattern: re.Pattern[str], line: str) -> str:
    """The line without the matches; one space is left where there was one on both sides."""
    key, offsets = fold_with_offsets(line)
    kept, position = [], 0
    for match in pattern.finditer(key):
        kept.append(line[position : offsets[match.start()]].strip(" "))
        position = offsets[match.end()]
    if not kept:
        return line
    kept.append(line[position:].strip(" "))
    return " ".join(part for part in kept if part)
