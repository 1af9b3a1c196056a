"""Teasers: the first sentences of other articles, which a site puts one below the other at the end of an article.

Each is a sentence like any in an article, so no single line tells. Together they do: each opens a story, none goes on
from the one before, and they have few words in common with the text above. `config/boilerplate.toml` has the words.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Final

from pydantic import Field, model_validator

from nabra.tasks.arabic.folding import fold, words
from nabra.tasks.data_files import Entry
from nabra.tasks.patterns import compile_pattern

# Fewer paragraphs in a row that do not go on from one another occur in articles too.
LEAST: Final = 5
# A longer row is a digest, of which each paragraph is the article.
MOST: Final = 8
# Of the lines at the end: a row and what is to be told from it.
LOOKED_AT: Final = 2 * MOST
# Of a teaser: sites cut it off at some 240.
CHARS: Final = range(50, 246)
# So many of a row may look like part of the text, as this is told from a word or two.
EXCEPTIONS: Final = 1
# At least this share of a row opens as news does.
NEWS_SHARE: Final = 0.4
# At least this share of the lines above end as a sentence does; where a text was wrapped, most end amid one.
SENTENCE_SHARE: Final = 0.7
# Of its words a row has at most this share from the text above, and its first line a little less.
KNOWN_SHARE: Final = 0.5
KNOWN_SHARE_OF_FIRST: Final = 0.4
# Shorter words are mostly particles, which all texts share.
WORD_CHARS: Final = 4
SENTENCE_END: Final = re.compile(r"[.؟?!…][\"'»”)\]]*$|[\"»”]$")
ARTICLE: Final = re.compile(r"^[وفبكل]{0,2}(?:ال|لل)(?=..)")

Words = Annotated[str, Field(min_length=1)]


class Teasers(Entry):
    """What tells teasers from an article; the patterns are explained in `config/boilerplate.toml`."""

    goes_on: Words
    item: Words
    news: Words
    removes: list[Words] = Field(min_length=1)
    keeps: list[Words] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_good_patterns(self) -> Teasers:
        try:
            _ = self._part_of_text, self._news
        except ValueError as error:
            raise ValueError(f"a pattern is {error}") from error
        return self

    @cached_property
    def _part_of_text(self) -> re.Pattern[str]:
        return compile_pattern(f"^\\W*(?:{self.goes_on})|^(?:{self.item})", CHARS.stop, whole=False)

    @cached_property
    def _news(self) -> re.Pattern[str]:
        return compile_pattern(self.news, CHARS.stop, whole=False)

    def cut(self, lines: list[str]) -> list[str]:
        """The lines of an article without the teasers in their end."""
        row = lines[len(lines) - self._longest_row(lines) :]
        while len(row) > LEAST and not self._can_be_first(row[0], lines[: -len(row)]):
            row = row[1:]
        return lines[: -len(row)] if self._are_teasers(row, lines[: len(lines) - len(row)]) else lines

    def _longest_row(self, lines: list[str]) -> int:
        """How many lines at the end can be teasers, of so many as are looked at; the first line of a text is none."""
        exceptions = length = 0
        for number, line in enumerate(reversed(lines[1:][-LOOKED_AT:]), 1):
            is_part = self._is_part_of_text(line)
            exceptions += is_part
            if len(line) not in CHARS or exceptions > EXCEPTIONS:
                break
            length = length if is_part else number
        return length

    def _can_be_first(self, line: str, above: list[str]) -> bool:
        if self._is_part_of_text(line) or not SENTENCE_END.search(above[-1]):
            return False
        return _known_share(line, _stems(above)) <= KNOWN_SHARE_OF_FIRST

    def _are_teasers(self, row: list[str], above: list[str]) -> bool:
        if not LEAST <= len(row) <= MOST or not _is_of_sentences(above):
            return False
        stems = _stems(above)
        news = sum(bool(self._news.search(fold(line))) for line in row)
        known = sum(_known_share(line, stems) for line in row)
        return news >= NEWS_SHARE * len(row) and known <= KNOWN_SHARE * len(row)

    def _is_part_of_text(self, line: str) -> bool:
        return bool(self._part_of_text.match(fold(line)))


def _is_of_sentences(lines: list[str]) -> bool:
    """Whether a text ends as a sentence does, and most of its lines do."""
    ends = [bool(SENTENCE_END.search(line)) for line in lines]
    return ends[-1] and sum(ends) >= SENTENCE_SHARE * len(ends)


def _stems(lines: list[str]) -> set[str]:
    """The longer words of lines, without the article and what is joined to it."""
    return {ARTICLE.sub("", word.key) for line in lines for word in words(line) if len(word.key) >= WORD_CHARS}


def _known_share(line: str, stems: set[str]) -> float:
    own = _stems([line])
    return len(own & stems) / max(len(own), 1)
