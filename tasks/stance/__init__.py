"""The stage `stance`: quotes with their speakers, and who is for or against whom."""

from nabra.tasks.quotes.cues import load_cues
from nabra.tasks.stance.classifier import load_target_classifier
from nabra.tasks.stance.decision import load_decision
from nabra.tasks.stance.stances import Judges
from nabra.tasks.stance.tag import tag_stances

__all__ = ["Judges", "load_cues", "load_decision", "load_target_classifier", "tag_stances"]
