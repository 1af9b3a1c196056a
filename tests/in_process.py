"""Workers without processes, and tools of a few lines for the stages after clean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pyarrow as pa

from nabra.config.settings import CleanSettings, Settings, load_settings
from nabra.tasks.actors.match import load_actors
from nabra.tasks.actors.stage import ACTORS
from nabra.tasks.clean.cleaner import Cleaner, load_cleaner
from nabra.tasks.engine.tools import Tools
from nabra.tasks.parse.parser import Parser
from nabra.tasks.parse.stage import PARSE
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.sentiment.stage import SENTIMENT
from nabra.tasks.stage import Stage, StageOutput
from nabra.tasks.stance.stage import STANCE
from nabra.tasks.stance.stances import Judges
from tests.word_tools import WORD_DECISION, WordClassifier, WordParser, WordTargets

actors_of, cues_of = cache(load_actors), cache(load_cues)


class InThisProcess:
    """Calls functions here, with these tools."""

    def __init__(self, tools: object) -> None:
        self.tools = tools

    def submit(
        self, function: Callable[..., Any], *arguments: Any, deadline_seconds: float | None = None
    ) -> Callable[[], Any]:
        return lambda: function(self.tools, *arguments)

    def close(self) -> None:
        """There is nothing to end."""


def stand_ins(settings: Settings, parser: Parser | None = None) -> Tools:
    """The stages' tools, with a parser and classifiers of a few lines; lists of the same folders are loaded once."""
    made = {
        PARSE.tools["parser"]: parser or WordParser(),
        ACTORS.tools["actors"]: actors_of(*settings.parse.actor_folders),
        SENTIMENT.tools["classifier"]: WordClassifier(),
        STANCE.tools["judges"]: Judges(cues_of(*settings.stance.cue_folders), WordTargets(), WORD_DECISION),
    }
    return Tools(settings, made)


class Works:
    """In place of tools: each stage is a function of its tables."""

    def __init__(self, **functions: Callable[[Mapping[str, pa.Table]], StageOutput]) -> None:
        self.functions = functions

    def call(self, stage: Stage, tables: Mapping[str, pa.Table]) -> StageOutput:
        return self.functions[stage.name](tables)


@cache
def cleaner_of(settings: CleanSettings) -> Cleaner:
    """The cleaner of these settings, without what sources say; loaded once."""
    return load_cleaner(settings)


def shipped_cleaner() -> Cleaner:
    """The cleaner of the shipped settings, without what sources say."""
    return cleaner_of(load_settings().clean)
