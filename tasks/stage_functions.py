"""What the stages after clean do and need beside their tables. Imports all models' libraries: for the workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from nabra.config.settings import Settings
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.models.encoder import load_encoder
from nabra.tasks.models.folders import (
    DECISION,
    ENCODER,
    OPINION,
    SENTIMENT,
    STANCE,
    model_folder,
    opinion_folder,
    verify,
)
from nabra.tasks.parse.load import load_parser
from nabra.tasks.parse.parse import parse_articles
from nabra.tasks.parse.parser import Parser
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.sentiment.classifier import Classifier, load_classifier
from nabra.tasks.sentiment.sentiment import tag_sentiment
from nabra.tasks.stages import StageOutput
from nabra.tasks.stance.decision import load_decision
from nabra.tasks.stance.stances import Judges
from nabra.tasks.stance.tag import tag_stances
from nabra.tasks.stance.targets import load_target_classifier

Tables = Mapping[str, pa.Table]


class StageTools:
    """The models and lexicons for one set of settings, each loaded when first asked for, and kept."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def actors(self) -> Actors:
        """The actor list."""
        return load_actors(*self.settings.parse.actor_folders)

    @cached_property
    def parser(self) -> Parser:
        """The parser. Its models are checked first."""
        folder = model_folder(self.settings.parse.parser)
        verify(folder)
        return load_parser(folder, self.settings.parse.threads)

    @cached_property
    def classifier(self) -> Classifier:
        """The sentiment classifier that goes with the parser."""
        return load_classifier(self._opinions / SENTIMENT, *self._opinion_encoder)

    @cached_property
    def judges(self) -> Judges:
        """What decides on stances."""
        folder = self._opinions / STANCE
        classifier = load_target_classifier(folder, *self._opinion_encoder)
        return Judges(load_cues(*self.settings.stance.cue_folders), classifier, load_decision(folder / DECISION))

    @cached_property
    def _opinions(self) -> Path:
        """The folder of the classifiers of sentiment and stance, checked."""
        folder = opinion_folder(self.settings.parse.parser)
        verify(folder)
        return folder

    @property
    def _opinion_encoder(self) -> tuple[Any, Any]:
        return load_encoder(self._opinions / OPINION, self._opinions / ENCODER)


def _parse(tables: Tables, tools: StageTools) -> StageOutput:
    return parse_articles(tables["clean"], tools.settings.parse, tools.parser, tools.actors)


def _sentiment(tables: Tables, tools: StageTools) -> StageOutput:
    return tag_sentiment(tables["clean"], tables["sentences"], tools.settings.sentiment, tools.classifier)


def _stance(tables: Tables, tools: StageTools) -> StageOutput:
    parsed = tables["sentences"], tables["tokens"], tables["entities"]
    return tag_stances(tables["clean"], *parsed, tools.settings.stance, tools.judges, tools.actors)


FUNCTIONS: Final[dict[str, Callable[[Tables, StageTools], StageOutput]]] = {
    "parse": _parse,
    "sentiment": _sentiment,
    "stance": _stance,
}
