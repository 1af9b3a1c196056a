"""The stage `stance`: who says what, and who is for or against whom."""

from __future__ import annotations

from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.actors.files import list_sums
from nabra.tasks.data_files import content_sum
from nabra.tasks.models.folders import opinion_sum
from nabra.tasks.stage import Stage


def cues(settings: Settings) -> object:
    """The words that report and judge."""
    return content_sum(*settings.stance.cue_folders)


STANCE: Final = Stage(
    "stance",
    work="nabra.tasks.stance.tag:tag_stances",
    needs=("sentences", "clean", "tokens", "mentions", "settings", "judges", "actors"),
    makes=("quotes", "stances"),
    tools={"judges": "nabra.tasks.stance.load:judges", "actors": "nabra.tasks.actors.match:actors"},
    made_of=(opinion_sum, list_sums, cues),
    version=3,  # people speak for whose office they hold on the day
    # An article without a quote or a stance is done all the same: its absence tells nothing.
    may_be_silent=True,
)
