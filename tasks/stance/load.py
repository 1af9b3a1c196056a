"""What decides on stances, loaded as the settings say."""

from __future__ import annotations

from nabra.config.settings import Settings
from nabra.tasks.models.folders import DECISION, STANCE
from nabra.tasks.models.opinions import opinion_encoder, opinions
from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.stance.classifier import load_target_classifier
from nabra.tasks.stance.decision import load_decision
from nabra.tasks.stance.stances import Judges


def judges(settings: Settings) -> Judges:
    """The cues, the classifier and the decision that weighs both."""
    folder = opinions(settings)
    classifier = load_target_classifier(folder / STANCE, *opinion_encoder(folder))
    return Judges(load_cues(*settings.stance.cue_folders), classifier, load_decision(folder / STANCE / DECISION))
