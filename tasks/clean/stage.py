"""The stage `clean`: documents as received to articles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nabra.config.settings import Settings
from nabra.tasks.data_files import content_sum
from nabra.tasks.stage import Stage


def lists(settings: Settings) -> object:
    """What is cut from pages and texts."""
    return content_sum(Path(settings.clean.boilerplate)), content_sum(Path(settings.clean.noise))


CLEAN: Final = Stage(
    "clean",
    work="nabra.tasks.clean.clean:extract_articles",
    needs=("raw", "cleaners"),
    makes=("clean",),
    made_of=(lists,),
    version=3,
    ordered="nabra.tasks.stories.stories:place_articles",
)
