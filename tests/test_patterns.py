"""No pattern that meets input takes longer than in proportion to it: all of them, on hostile texts.

None is named here. Patterns are met as Python compiles them, while all modules are imported and the files of `config`
are read; those that are written where they are used are found in the sources.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

import nabra.config
import nabra.flows
import nabra.tasks
from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.clean.boilerplate import load_boilerplate
from nabra.tasks.clean.noise import load_noise
from nabra.tasks.patterns import compile_pattern
from tests.hostile import COMMON, faults, made_for

pytestmark = pytest.mark.slow

# Faults of a pattern: each can take the deadline.
SHOWN: Final = 3
USES: Final = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")
# The place of the flags among the arguments of functions of `re`, where it is not the third.
FLAGS_AT: Final = {"sub": 4, "subn": 4, "split": 3}
# No input of others: they read arguments, settings, names of files that nabra wrote.
INNER: Final = ("nabra.tasks.train", "nabra.tasks.evaluate", "nabra.config.settings")


@dataclass(frozen=True)
class Used:
    """A pattern, where it stands, and how it is used: the names of methods."""

    where: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]


def modules() -> list[ModuleType]:
    names = (
        info.name
        for package in (nabra.tasks, nabra.flows, nabra.config)
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not info.name.startswith(INNER)
    )
    return [importlib.import_module(name) for name in names]


@cache
def source(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[ModuleType, ast.Call, ast.expr, str]]:
    """Calls of a method that patterns, and `re` itself, have: what it is called on and its name."""
    for module in modules():
        for node in ast.walk(source(module)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in USES:
                yield module, node, node.func.value, node.func.attr


def named(value: object) -> Iterator[re.Pattern[Any]]:
    """The patterns in a global, or in the tuples and mappings that it holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from named(item)
    elif isinstance(value, dict):
        yield from named(list(value.values()))


def global_patterns() -> Iterator[Used]:
    """Those that modules hold; of one that is not called by its name all matches are sought."""
    uses: dict[str, set[str]] = {}
    for _, _, target, method in calls():
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        uses.setdefault(name, set()).add(method)
    for module in modules():
        for name, value in vars(module).items():
            for pattern in named(value):
                yield Used(f"{module.__name__}.{name}", pattern, frozenset(uses.get(name, {"finditer"})))


def local_patterns() -> Iterator[Used]:
    """Those that are written where they are used: `re.search("…", text)`."""
    for module, call, target, method in calls():
        if isinstance(target, ast.Name) and target.id == "re" and isinstance(call.args[0], ast.Constant):
            given = [*call.args[FLAGS_AT.get(method, 2) :], *(k.value for k in call.keywords if k.arg == "flags")]
            flags = eval(ast.unparse(given[0]), {"re": re}) if given else 0
            yield Used(f"{module.__name__}:{call.lineno}", re.compile(call.args[0].value, flags), frozenset({method}))


def configured_patterns() -> Iterator[Used]:
    for rule in load_boilerplate(CONFIG_FOLDER / "boilerplate.toml").rules:
        use = "finditer" if rule.kind in ("inline", "end") else "fullmatch"
        yield Used(f"boilerplate.toml: {rule.id}", rule.expression, frozenset({use}))
    noise = load_noise(CONFIG_FOLDER / "noise.toml")
    for name in ("headings", "readers"):
        yield Used(f"noise.toml: {name}", getattr(noise, name), frozenset({"fullmatch"}))


def every_pattern() -> list[Used]:
    found: dict[tuple[str | bytes, int], Used] = {}
    for used in (*global_patterns(), *local_patterns(), *configured_patterns()):
        key = used.pattern.pattern, used.pattern.flags
        known = found.get(key, used)
        found[key] = Used(known.where, known.pattern, known.uses | used.uses)
    return list(found.values())


def applied(pattern: re.Pattern[Any], use: str) -> Callable[[str], object]:
    """A use of a pattern that looks at the whole text."""
    if isinstance(pattern.pattern, bytes):
        return lambda text: applied_to(pattern, use, text.encode("utf-8", "replace"))
    return lambda text: applied_to(pattern, use, text)


def applied_to(pattern: re.Pattern[Any], use: str, text: Any) -> None:
    if use in ("match", "fullmatch"):
        getattr(pattern, use)(text)
    else:
        for _ in pattern.finditer(text):
            pass


def slow_uses(used: Used) -> Iterator[str]:
    """On which texts a pattern is slow; what `config` holds meets single lines."""
    texts = (*COMMON, *made_for(used.pattern))
    if ".toml" in used.where:
        texts = tuple(replace(text, end=text.end.replace("\n", " ")) for text in texts)
    for use in sorted({use if use in ("match", "fullmatch") else "finditer" for use in used.uses}):
        for fault in islice(faults(applied(used.pattern, use), texts), SHOWN):
            yield f"{used.where}, {use}: {fault}"


@pytest.mark.timeout(400)  # some 30 seconds of CPU
def test_no_pattern_takes_longer_than_in_proportion_to_the_text() -> None:
    found = [fault for used in every_pattern() for fault in slow_uses(used)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"\s*(?:<!--.*?-->\s*)*<html", "match"),  # doubles with each comment
        (r"\s+[|:]+\s*", "finditer"),  # the square of a run of spaces
        (r'"((?:[^"\\]|\\.)*)"', "finditer"),
        (r"<[^>]+>", "finditer"),
        (r"نشر\s*(?:في)?\s*:?\s*\d", "fullmatch"),
        (r"(?:\w+,?)+;", "match"),
        (r"(?:a|b|ab)*c", "match"),
    ],
)
def test_a_slow_pattern_would_be_found(pattern: str, use: str) -> None:
    compiled = re.compile(pattern, re.DOTALL)
    assert any(faults(applied(compiled, use), (*COMMON, *made_for(compiled))))


def test_a_pattern_that_is_put_together_in_a_function_is_tried_when_it_is_loaded() -> None:
    inside = {
        module.__name__
        for module in modules()
        for function in ast.walk(source(module))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {f"re.{name}" for name in ("compile", *USES)}
        if not isinstance(call.args[0], ast.Constant)
    }
    # The second makes a global with it, the third repeats nothing.
    assert inside == {"nabra.tasks.patterns", "nabra.tasks.clean.charset", "nabra.tasks.fetch.local.csv_rows"}


@pytest.mark.parametrize("pattern", [r"(\w+\s*)*:", r"(?:ا|اا)*ب", r"\s*x?\s*y?\s*z", r".*.*.*="])
def test_a_pattern_of_a_user_that_is_slow_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="too slow for lines such as"):
        compile_pattern(pattern, 1000, whole=True)


def test_a_pattern_that_is_looked_for_in_long_lines_must_be_faster() -> None:
    compile_pattern(r"\s*// نهاية", 1000, whole=True)
    with pytest.raises(ValueError, match="too slow"):
        compile_pattern(r"\s*// نهاية", 8000, whole=False)
