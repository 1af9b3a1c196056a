"""Workers without processes, and tools of a few lines for the stages after clean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nabra.config.settings import Settings, load_settings
from nabra.tasks.clean.boilerplate import load_boilerplate
from nabra.tasks.clean.cleaner import Cleaner, PageReader
from nabra.tasks.clean.noise import load_noise
from nabra.tasks.parse.parser import Parser
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.stage_functions import StageTools
from nabra.tasks.stance.stances import Judges
from tests.conftest import WORD_DECISION, WordClassifier, WordParser, WordTargets


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


def stand_ins(settings: Settings, parser: Parser | None = None) -> StageTools:
    """The stages' tools, with a parser and classifiers of a few lines."""
    tools = StageTools(settings)
    judges = Judges(load_cues(*settings.stance.cue_folders), WordTargets(), WORD_DECISION)
    tools.__dict__ |= {"parser": parser or WordParser(), "classifier": WordClassifier(), "judges": judges}
    return tools


def shipped_cleaner() -> Cleaner:
    """The cleaner of the shipped settings, without what sources say."""
    settings = load_settings().clean
    pages = PageReader(load_noise(Path(settings.noise)), settings.zone)
    return Cleaner(settings, load_boilerplate(Path(settings.boilerplate)), pages)
