"""The list of stages, in the order in which an article goes through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nabra.tasks.actors.stage import ACTORS
from nabra.tasks.clean.stage import CLEAN
from nabra.tasks.parse.stage import PARSE
from nabra.tasks.sentiment.stage import SENTIMENT
from nabra.tasks.stage import Stage
from nabra.tasks.stance.stage import STANCE

STAGES: Final[Mapping[str, Stage]] = {stage.name: stage for stage in (CLEAN, PARSE, ACTORS, SENTIMENT, STANCE)}
