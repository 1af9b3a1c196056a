"""The files that actors are read from, by their content."""

from __future__ import annotations

from typing import Final

from nabra.config.settings import CONFIG_FOLDER, Settings
from nabra.tasks.data_files import content_sum

KINDS: Final = CONFIG_FOLDER / "kinds.toml"
COREFERENCE: Final = CONFIG_FOLDER / "coreference.json"
INSTITUTIONS: Final = CONFIG_FOLDER / "actors" / "institutions.toml"


def list_sums(settings: Settings) -> object:
    """What decides on who a name means: the kinds, the lists, and the nouns used where the lists have none."""
    return content_sum(KINDS, INSTITUTIONS, *settings.parse.actor_folders)
