"""The stage `actors`: who is mentioned in an article, and which mentions mean the same."""

from __future__ import annotations

from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.actors.files import COREFERENCE, list_sums
from nabra.tasks.data_files import content_sum
from nabra.tasks.stage import Stage


def coreference(settings: Settings) -> object:
    """The weights of the scorer."""
    return content_sum(COREFERENCE)


ACTORS: Final = Stage(
    "actors",
    work="nabra.tasks.actors.tag:tag_mentions",
    needs=("sentences", "clean", "entities", "settings", "actors", "scorer"),
    makes=("mentions",),
    tools={"actors": "nabra.tasks.actors.match:actors", "scorer": "nabra.tasks.actors.coreference:scorer"},
    made_of=(list_sums, coreference),
    may_be_silent=True,  # an article may name nobody
)
