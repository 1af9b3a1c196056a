"""The stage `stance`: quotes with their speakers, and who is for or against whom."""

from tasks.stance.cues import load_cues
from tasks.stance.decision import load_decision
from tasks.stance.stances import Judges
from tasks.stance.tag import tag_stances
from tasks.stance.targets import load_target_classifier

__all__ = ["Judges", "load_cues", "load_decision", "load_target_classifier", "tag_stances"]
