"""Hostile texts, and how the time that something takes grows with their length.

What is linear takes twice as long for a text twice as long. All times are those of this process on the CPU, so that a
busy machine changes little, and nothing is measured that takes a moment: only what is slow is looked at twice.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

# Of a text, in code points: a long page's, and the shorter ones at which it is found out what is slow.
LONGEST: Final = 128_000
SCREENED: Final = (300, 4_000)
QUICK_SECONDS_A_CHAR: Final = 5e-7
FLOOR_SECONDS: Final = 0.1
GROWTH: Final = 3.0  # times as long for twice the length; 2 is linear, 4 the square
DEADLINE_SECONDS: Final = 2.0  # for one text: what is exponential never ends

SEEDS: Final = (
    *(
        " ",
        "\t",
        "\n",
        "\u00a0",
        " \n",
        "a",
        "ا",
        "و",
        "1",
        "é",
        "😀",
        ".",
        "،",
        "-",
        "_",
        "|",
        ":",
        "/",
        "\\",
        "*",
        "@",
    ),
    *(
        "(",
        ")",
        "[",
        "<",
        ">",
        "<>",
        "«",
        "»",
        '"',
        "'",
        '\\"',
        "“",
        "ـ",
        "\u064b",
        "\u200c",
        "\u200f",
        "\u202e",
        "\x00",
    ),
    *("<!---->", "<!-- -->\n", "<a>", "&amp;", "&", "%20", "]]>", "a b ", "ا ب ", "1 2 ", "a.b.", "1/", "1:1 ", "a@a-"),
    *("ا، ", "ا. ", "قال ", "من ", '": "', "Ø§", "â€", "ط§", "Ã", "\u0080", "لا", "q" * 50 + " ", "ا" * 50 + "\n"),
)
# Behind the text: nothing, and what hardly any pattern takes.
ENDS: Final = ("", "\n\x01a")


@dataclass(frozen=True)
class Hostile:
    """A text of any length: `seed` again and again between `begin` and `end`."""

    seed: str
    begin: str = ""
    end: str = ""

    def text(self, chars: int) -> str:
        """The text of this length, or a little more."""
        return self.begin + self.seed * (chars // len(self.seed) + 1) + self.end


COMMON: Final = tuple(Hostile(seed, end=end) for seed in SEEDS for end in ENDS)


class TooSlowError(Exception):
    """Something did not end in time."""


@contextmanager
def cpu_deadline(seconds: float) -> Iterator[None]:
    """TooSlowError in what takes longer on the CPU; the `re` of Python looks out for signals while it matches."""

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def faults(call: Callable[[str], object], texts: tuple[Hostile, ...], longest: int = LONGEST) -> Iterator[str]:
    """On which of the texts, and how, the call takes longer than in proportion to their length."""
    for hostile in texts:
        if fault := _fault(call, hostile, longest):
            yield f"{fault}: {_shown(hostile)}"


def _shown(hostile: Hostile) -> str:
    return f"{hostile.begin!r} + {hostile.seed!r} * n + {hostile.end!r}"


def _fault(call: Callable[[str], object], hostile: Hostile, longest: int) -> str:
    for chars in SCREENED:
        if (seconds := _seconds(call, hostile, chars)) is None:
            return f"does not end within {DEADLINE_SECONDS:g} s for {chars} characters"
    if seconds < QUICK_SECONDS_A_CHAR * chars or _is_in_proportion(call, hostile, longest, seconds / chars):
        return ""
    while chars * 2 <= longest:
        chars, before = chars * 2, seconds
        if (seconds := _seconds(call, hostile, chars)) is None:
            return f"does not end within {DEADLINE_SECONDS:g} s for {chars} characters"
        if seconds > max(FLOOR_SECONDS, GROWTH * before) and _still_grows(call, hostile, chars):
            return f"{seconds:.2f} s for {chars} characters, {before:.2f} s for half of them"
    return ""


def _is_in_proportion(call: Callable[[str], object], hostile: Hostile, chars: int, seconds_a_char: float) -> bool:
    """Whether the longest text takes hardly longer a character than a short one, so that none between need be tried."""
    bound = min(DEADLINE_SECONDS, max(FLOOR_SECONDS, GROWTH * seconds_a_char * chars))
    return _seconds(call, hostile, chars, bound) is not None


def _still_grows(call: Callable[[str], object], hostile: Hostile, chars: int) -> bool:
    """Whether it does so again by the least of three times each, of which a neighbour on the CPU spoils some."""
    half, whole = (min(_seconds(call, hostile, n) or DEADLINE_SECONDS for _ in range(3)) for n in (chars // 2, chars))
    return whole > GROWTH * half


def _seconds(
    call: Callable[[str], object], hostile: Hostile, chars: int, deadline: float = DEADLINE_SECONDS
) -> float | None:
    """How long the call takes, None where it passes the deadline."""
    text = hostile.text(chars)
    begin = time.process_time()
    try:
        with cpu_deadline(deadline):
            call(text)
    except TooSlowError:
        return None
    return time.process_time() - begin


def made_for(pattern: re.Pattern[Any]) -> tuple[Hostile, ...]:
    """Texts made from a pattern's own parts.

    For each repetition in it what leads there, the repeated once more and again, and an end that fits nothing; besides
    them the whole, and each beginning of it, again and again.
    """
    tree = re._parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)  # type: ignore[attr-defined]
    found: dict[Hostile, None] = {}
    for lead, seed in [*_repeated(tree, ""), *(("", lead) for lead in _beginnings(tree))]:
        if seed:
            found |= dict.fromkeys(Hostile(seed, lead, end) for end in ENDS)
    return tuple(found)


def _beginnings(tree: Any) -> Iterator[str]:
    said = ""
    for node in tree:
        said += next(iter(_samples(node)))
        yield said


def _repeated(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """What leads to each repetition of a tree, and what that repeats."""
    for node in tree:
        operation, value = node
        name = str(operation)
        if name.endswith("_REPEAT"):
            for seed in _sequences(value[2]):
                yield lead, seed
            yield from _repeated(value[2], lead)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "BRANCH"):
            for inner in value[1] if name == "BRANCH" else (value[-1] if name == "SUBPATTERN" else value,):
                yield from _repeated(inner, lead)
        lead += next(iter(_samples(node)))


def _sequences(tree: Any) -> list[str]:
    """Some texts that the nodes of a tree match one after another: all first ones, and each other one among those."""
    samples = [list(_samples(node)) for node in tree]
    firsts = [each[0] for each in samples]
    found = ["".join(firsts)]
    for place, each in enumerate(samples):
        found += ["".join([*firsts[:place], other, *firsts[place + 1 :]]) for other in each[1:]]
    return found


def _samples(node: tuple[Any, Any]) -> Iterator[str]:
    """Some texts that a node of a parsed pattern matches."""
    operation, value = node
    match str(operation):
        case "LITERAL":
            yield chr(value)
        case "NOT_LITERAL":
            yield "a" if value != ord("a") else "b"
        case "ANY":
            yield from ("a", " ")
        case "IN":
            yield from _members(value)
        case "BRANCH":
            for branch in value[1][:8]:
                yield _sequences(branch)[0]
        case "SUBPATTERN":
            yield from _sequences(value[-1])
        case "ATOMIC_GROUP":
            yield from _sequences(value)
        case name if name.endswith("_REPEAT"):
            yield from (one * max(1, value[0]) for one in _sequences(value[2]))
        case _:  # anchors, looks around
            yield ""


PROBES: Final = " \t\na\u0627bA1٣.,،-_|:/\\*#=~<>()[]{}\"'&%@+!؟Ø§ط\u064b\u0080"


def _members(items: list[tuple[Any, Any]]) -> Iterator[str]:
    """Some characters of a set: those of a few kinds that are in it, else its first."""
    tests = [partial(_is_member, item) for item in items if str(item[0]) != "NEGATE"]
    negated = len(tests) < len(items)
    found = [probe for probe in PROBES if any(test(probe) for test in tests) != negated]
    yield from found[:4] or [chr(items[0][1] if str(items[0][0]) == "LITERAL" else items[0][1][0])]


def _is_member(item: tuple[Any, Any], char: str) -> bool:
    operation, value = item
    if str(operation) == "LITERAL":
        return ord(char) == value
    if str(operation) == "RANGE":
        return value[0] <= ord(char) <= value[1]
    kinds = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda c: c.isalnum() or c == "_"}
    *_, negation, kind = f"_{value}".split("_")
    return kinds[kind](char) != (negation == "NOT")
