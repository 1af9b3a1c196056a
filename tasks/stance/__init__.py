"""The stage `stance`: quotes with their speakers, and who is for or against whom."""

from tasks.stance.cues import Cues, load_cues
from tasks.stance.tag import tag_stances

__all__ = ["Cues", "load_cues", "tag_stances"]
