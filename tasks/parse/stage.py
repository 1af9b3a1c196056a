"""The stage `parse`: sentences, words with their grammar, names."""

from __future__ import annotations

from typing import Final

from nabra.tasks.actors.files import list_sums
from nabra.tasks.models.folders import parser_sum
from nabra.tasks.stage import Stage

PARSE: Final = Stage(
    "parse",
    work="nabra.tasks.parse.parse:parse_articles",
    needs=("clean", "settings", "parser", "actors"),
    makes=("sentences", "tokens", "entities"),
    tools={"parser": "nabra.tasks.parse.load:parser", "actors": "nabra.tasks.actors.match:actors"},
    made_of=(parser_sum, list_sums),
    version=3,
)
