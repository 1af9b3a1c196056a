"""Regular expressions that a user writes into `config`, tried before they meet the text of others.

Python's `re` goes back and tries anew: a pattern such as `(\\w+\\s*)*:` takes twice as long for each further letter of
a line that it does not fit. What is slow on lines made from the pattern's own words is refused when it is loaded.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Final

from nabra.tasks.arabic.folding import fold_letters

# A line as long takes a good pattern some microseconds, one that grows with the square some thousand of them.
SLOW_SECONDS: Final = 0.02
# By small steps first: what doubles with each letter must be seen before it takes a minute.
FIRST_CHARS: Final = (8, 12, 16, 20, 24, 28, 32)
RUNS: Final = (" ", "ا", "a", "1", ".", "-")
MAX_LEADS: Final = 8
WORDS: Final = re.compile(r"[^\W\d_]{2,40}+")


def compile_pattern(pattern: str, max_chars: int, *, whole: bool) -> re.Pattern[str]:
    """The pattern on folded text, letter case ignored.

    `max_chars` is the length of the lines that it will meet; `whole`: it is a whole line, else it is looked for in one.
    Raises ValueError on what is no regular expression, or is slow.
    """
    try:
        compiled = re.compile(fold_letters(pattern), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    line = _slow_line(compiled, max_chars, whole)
    if line is not None:
        raise ValueError(
            f"too slow for lines such as {line[:40]!r}: let no two parts that stand together take the same characters "
            "any number of times; a `+` after `*` or `+` (`\\s*+`) forbids to go back"
        )
    return compiled


def _slow_line(pattern: re.Pattern[str], max_chars: int, whole: bool) -> str | None:
    for begin, run in _hostile(pattern.pattern):
        chars = 0
        while chars < max_chars:
            chars = next((few for few in FIRST_CHARS if few > chars), min(2 * chars, max_chars))
            # The last character is one that hardly any pattern takes.
            line = f"{begin}{run * (chars // len(run))}\x01"
            if min(_seconds(pattern, line, whole) for _ in range(2)) > SLOW_SECONDS:
                return line
    return None


def _hostile(pattern: str) -> Iterator[tuple[str, str]]:
    """Beginnings and runs of lines that the pattern nearly fits: its own words, and what repetitions take."""
    words = list(dict.fromkeys(WORDS.findall(pattern)))[:MAX_LEADS]
    for run in (*RUNS, *words, *(f"{word} " for word in words)):
        yield "", run
    for begin in (*words, " ".join(words)):
        for run in RUNS:
            yield begin, run


def _seconds(pattern: re.Pattern[str], line: str, whole: bool) -> float:
    """On the CPU."""
    begin = time.thread_time()
    for _ in (pattern.fullmatch(line),) if whole else pattern.finditer(line):
        pass
    return time.thread_time() - begin
