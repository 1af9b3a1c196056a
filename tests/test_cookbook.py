"""Every recipe of the cookbook answers on the sample articles, in SQL and in Polars alike."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nabra.flows.cli.views import open_views, run_query
from tests.workplace import Workplace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

COOKBOOK = (Path(__file__).parents[1] / "docs" / "cookbook.md").read_text(encoding="utf-8")
(TABLE,) = re.findall(r"^```\n(import polars.*?)^```", COOKBOOK, re.MULTILINE | re.DOTALL)
RECIPES = dict(re.findall(r"^## (\d+\. .+?)\n(.*?)(?=^## |\Z)", COOKBOOK, re.MULTILINE | re.DOTALL))


def block(recipe: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", RECIPES[recipe], re.MULTILINE | re.DOTALL)
    return str(found)


def evaluated(code: str, warehouse: Path) -> pl.DataFrame:
    """The value of the last expression, with `table` as the cookbook defines it."""
    names: dict[str, Any] = {}
    exec(TABLE.replace('f"warehouse/', f'f"{warehouse}/'), names)
    statements, last = re.fullmatch(r"((?:\w+ = [^\n]*\n)*)(.*)", code, re.DOTALL).groups()  # type: ignore[union-attr]
    exec(statements, names)
    frame: pl.LazyFrame = eval(last, names)
    return frame.collect()


def test_there_are_thirteen_recipes() -> None:
    assert len(RECIPES) == 13


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_gives_the_same_rows_in_both_languages(recipe: str, sampled: tuple[Workplace, str, str]) -> None:
    place, _, _ = sampled
    by_sql = run_query(open_views(place.store), block(recipe, "sql"))
    by_polars = evaluated(block(recipe, "python"), place.folder / "warehouse")
    assert by_sql.num_rows
    assert by_sql.column_names == by_polars.columns
    assert sorted(map(repr, by_sql.to_pylist())) == sorted(map(repr, by_polars.to_dicts()))
