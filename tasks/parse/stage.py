"""The stage `parse`: sentences, words with their grammar, names."""

from __future__ import annotations

from typing import Final

from nabra.tasks.models.folders import parser_sum
from nabra.tasks.stage import Stage

PARSE: Final = Stage(
    "parse",
    work="nabra.tasks.parse.parse:parse_articles",
    needs=("clean", "settings", "parser"),
    makes=("sentences", "tokens", "entities"),
    tools={"parser": "nabra.tasks.parse.load:parser"},
    made_of=(parser_sum,),
    version=4,  # names as the model finds them, without the lists of actors
)
