"""The entities of an article: which mentions mean the same, and under which name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.coreference import Candidate
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.actors.spans import MentionedSpans
from nabra.tasks.actors.tag import mention_rows


@pytest.fixture(scope="module")
def actors() -> Actors:
    return load_actors(CONFIG_FOLDER / "actors")


def nobody(candidates: Sequence[Candidate]) -> None:
    """No description means anybody."""


def first_with_role(candidates: Sequence[Candidate]) -> int | None:
    """A description means the first of whom its noun was said."""
    return next((number for number, one in enumerate(candidates) if one.features[1]), None)


def rows(actors: Actors, text: str, *people: str, choose: Any = nobody) -> list[dict[str, Any]]:
    names = []
    for name in people:
        start = names[-1]["end"] if names else 0
        at = text.index(name, start)
        names.append({"sent_id": 0, "start": at, "end": at + len(name), "type": "PER"})
    article = {"doc_id": "d0", "title": None, "text": text, "published_at": None}
    sentence = {"sent_id": 0, "part": "text", "start": 0, "end": len(text), "text": text}
    return mention_rows(article, [sentence], names, actors=actors, choose=choose)


def named(found: list[dict[str, Any]]) -> dict[str, str]:
    return {row["text"]: row["name"] for row in found}


def test_a_briefer_name_is_that_of_the_fuller_one(actors: Actors) -> None:
    found = rows(actors, "قال سامر الطيب ونادر الزين، وزاد الطيب", "سامر الطيب", "نادر الزين", "الطيب")
    assert named(found)["الطيب"] == "سامر الطيب"
    assert len({row["entity"] for row in found}) == 2


def test_a_title_beside_a_name_is_of_its_bearer(actors: Actors) -> None:
    found = rows(actors, "وزير الزراعة المالطي سامر الطيب", "سامر الطيب")
    assert named(found)["وزير الزراعة المالطي"] == "سامر الطيب"


def test_a_capital_is_a_name_of_its_state_and_a_ministry_is_none(actors: Actors) -> None:
    found = named(rows(actors, "قالت موسكو، وردت وزارة الزراعة الروسية"))
    assert found == {"موسكو": "روسيا", "وزارة الزراعة الروسية": "وزارة الزراعة الروسية"}


def test_a_description_is_of_whom_the_scorer_chooses_or_its_own(actors: Actors) -> None:
    text = "قال المدير سامر الطيب شيئا، وأضاف المدير"
    assert named(rows(actors, text, "سامر الطيب"))["المدير"] == "المدير"
    chosen = rows(actors, text, "سامر الطيب", choose=first_with_role)
    assert {row["name"] for row in chosen} == {"سامر الطيب"}


def test_a_stretch_is_of_the_person_named_in_it_else_of_what_it_begins_with(actors: Actors) -> None:
    text = "قال المدير سامر الطيب، وقال المتحدث باسم روسيا"
    spans = MentionedSpans(rows(actors, text, "سامر الطيب"))

    def who(words: str) -> str:
        return spans.at("text", text.index(words), text.index(words) + len(words), words).name

    assert who("المدير سامر الطيب") == "سامر الطيب"
    assert who("المتحدث باسم روسيا") == "المتحدث"
    assert who("روسيا") == "روسيا"
    assert spans.at("text", 0, 2, "قال") == ("قال", None)
    assert spans.called("الوفد من روسيا").name == "روسيا"
