"""What the decision on a stance learns from: which cases of annotated articles are right."""

from __future__ import annotations

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.actors.match import Actors
from nabra.tasks.quotes.cues import Cues
from nabra.tasks.stance.stances import Judges
from nabra.tasks.train.decision import Examples, annotated_cases, examples
from tests.word_tools import WORD_DECISION, WordParser, WordTargets

TEXT = "قصف الجيش التركي مواقع داعش."


def learned(actors: Actors, cues: Cues, source: str, target: str = "isis") -> Examples:
    """The examples of an article in which `source` is against `target`."""
    judged = {"source": source, "target": target, "stance": "against", "start": 0, "end": len(TEXT)}
    gold = {"doc_id": "a1", "title": None, "text": TEXT, "stances": [judged]}
    judges = Judges(cues, WordTargets(), WORD_DECISION)
    return examples(annotated_cases([gold], load_settings(), WordParser(), judges, actors))


@pytest.mark.parametrize("source", ["turkey", "الجيش التركي", "الحكومة التركية"])
def test_a_case_is_right_whether_its_source_is_annotated_by_id_or_in_words(
    actors: Actors, cues: Cues, source: str
) -> None:
    data = learned(actors, cues, source)
    assert [named["rule"] > 0 for named, right in zip(data.features, data.right, strict=True) if right] == [True]
    assert data.missed == 0


@pytest.mark.parametrize(("source", "target"), [("france", "isis"), ("جمعية الوادي", "isis"), ("turkey", "iran")])
def test_a_stance_of_another_source_or_target_is_missed_and_no_case_is_right(
    actors: Actors, cues: Cues, source: str, target: str
) -> None:
    data = learned(actors, cues, source, target)
    assert data.features
    assert not any(data.right)
    assert data.missed == 1
