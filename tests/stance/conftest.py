"""The judges of stances, with a classifier of words."""

from __future__ import annotations

import pytest

from nabra.tasks.quotes.cues import Cues
from nabra.tasks.stance.stances import Judges
from tests.word_tools import WORD_DECISION, WordTargets


@pytest.fixture(scope="session")
def judges(cues: Cues) -> Judges:
    return Judges(cues, WordTargets(), WORD_DECISION)
