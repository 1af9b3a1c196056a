"""Boilerplate: what a site puts around and into an article, cut by the patterns of `config/boilerplate.toml`."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from nabra.tasks.arabic.folding import fold, fold_with_offsets
from nabra.tasks.clean.teasers import Teasers
from nabra.tasks.data_files import Entry, read_data_file, refuse_repeated_ids
from nabra.tasks.patterns import compile_pattern

HEAD_LINES: Final = 3
# A `tail` may cut this share of the text at most: the same words early in it are a link inside the article.
TAIL_SHARE: Final = 0.4
# What sites add is short: a longer line is no boilerplate, and an `end` is looked for in so much of the last line.
MAX_LINE_CHARS: Final = 1000
# Of an `inline` pattern when it is tried: it meets paragraphs of any length, and must not be slow in one.
INLINE_CHARS: Final = 8000
# Boilerplate stands behind boilerplate; who stacks more layers than any site does not keep us busy with it.
MAX_ROUNDS: Final = 10

Words = Annotated[str, Field(min_length=1)]


class Rule(Entry):
    """One pattern, a regular expression on the folded line; kinds are explained in `config/boilerplate.toml`."""

    id: Words
    kind: Literal["line", "head", "tail", "inline", "end"]
    pattern: Words
    comment: Words
    removes: list[Words] = Field(min_length=1)
    keeps: list[Words] = Field(min_length=1)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The pattern, ready for searching; ValueError on what is no regular expression, or is slow."""
        return compile_pattern(
            f"(?:{self.pattern})$" if self.kind == "end" else self.pattern,
            INLINE_CHARS if self.kind == "inline" else MAX_LINE_CHARS,
            whole=self.kind not in ("inline", "end"),
        )

    @model_validator(mode="after")
    def _has_a_good_pattern(self) -> Rule:
        try:
            _ = self.expression
        except ValueError as error:
            raise ValueError(f"the pattern is {error}") from error
        return self


class RuleFile(Entry):
    """A file of rules."""

    rule: list[Rule] = Field(min_length=1)
    teasers: Teasers | None = None

    @model_validator(mode="after")
    def _has_each_id_once(self) -> RuleFile:
        refuse_repeated_ids("rules", (rule.id for rule in self.rule))
        return self


@dataclass(frozen=True)
class Boilerplate:
    """All rules, by kind, and what teasers look like."""

    rules: tuple[Rule, ...]
    teasers: Teasers | None = None

    def of(self, kind: str) -> list[Rule]:
        """The rules of a kind."""
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> defaultdict[str, list[Rule]]:
        kinds: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            kinds[rule.kind].append(rule)
        return kinds

    def cut(self, text: str) -> str:
        """The normalised text without boilerplate."""
        lines = self._cut_by_rules(text.split("\n"))
        without = self.teasers.cut(lines) if self.teasers else lines
        return "\n".join(lines if without == lines else self._cut_by_rules(without))

    def _cut_by_rules(self, lines: list[str]) -> list[str]:
        """The lines without what the rules cut; cut again until nothing is found, `MAX_ROUNDS` times at most."""
        for _ in range(MAX_ROUNDS):
            before = lines
            lines = self._cut_inline(lines)
            lines = self._cut_tail(lines)
            lines = [line for line in lines if not self._matches("line", line)]
            lines = [line for n, line in enumerate(lines) if n >= HEAD_LINES or not self._matches("head", line)]
            lines = self._cut_end(lines)
            if lines == before:
                break
        return lines

    def _matches(self, kind: str, line: str) -> bool:
        if len(line) > MAX_LINE_CHARS:
            return False
        key = fold(line)
        return any(rule.expression.fullmatch(key) for rule in self.of(kind))

    def _cut_inline(self, lines: list[str]) -> list[str]:
        return [line for line in map(self._without_inline, lines) if line]

    def _without_inline(self, line: str) -> str:
        key = fold(line)
        for rule in self.of("inline"):
            if rule.expression.search(key):  # a quick look, as nearly always there is nothing
                line = _without(rule.expression, line)
                key = fold(line)
        return line

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
            match = rule.expression.search(key, before > 0)  # not from the first letter, where no line begins
            if match:
                rest = last[: before + offsets[match.start()]].rstrip()
                return [*lines[:-1], rest] if rest else lines[:-1]
        return lines


def load_boilerplate(path: Path) -> Boilerplate:
    """The rules of a TOML file: tables `[[rule]]`, and `[teasers]` if it has one.

    ConfigError names file, rule, key and what is wrong.
    """
    file = read_data_file(path, RuleFile)
    return Boilerplate(tuple(file.rule), file.teasers)


def _without(pattern: re.Pattern[str], line: str) -> str:
    """The line without the matches; one space is left where there was one on both sides."""
    key, offsets = fold_with_offsets(line)
    kept, position = [], 0
    for match in pattern.finditer(key):
        kept.append(line[position : offsets[match.start()]].strip(" "))
        position = offsets[match.end()]
    kept.append(line[position:].strip(" "))
    return " ".join(part for part in kept if part)
