"""The lists that nabra ships: whom they know, and on which day."""

from __future__ import annotations

from datetime import date

import pytest

from nabra.config.settings import CONFIG_FOLDER
from nabra.tasks.actors.match import Actors, load_actors

IN_2016 = date(2016, 5, 1)


@pytest.fixture(scope="module")
def actors() -> Actors:
    return load_actors(CONFIG_FOLDER / "actors")


def named(actors: Actors, text: str, day: date | None = None) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.actor_id) for m in actors.find(text, day=day)]


@pytest.mark.parametrize(
    "text",
    [
        "على ضفة نهر الأردن",
        "لاعب باريس سان جيرمان",
        "صحيفة واشنطن بوست",
        "على بحيرة تشاد",
        "الاتحاد الروسي لكرة القدم",
        "قال الأمير تركي",
    ],
)
def test_what_only_looks_like_a_state_is_none(actors: Actors, text: str) -> None:
    states = {actor for _, actor in named(actors, text) if actors.kinds[actor].governs}
    assert not states


@pytest.mark.parametrize(
    ("name", "day", "side"),
    [
        ("وزير الخارجية الروسي سيرغي لافروف", IN_2016, "russia"),
        ("لافروف", IN_2016, "russia"),
        ("الرئيس الأميركي باراك أوباما", IN_2016, "us"),
        ("باراك أوباما", date(2018, 5, 1), "person:barack_obama"),
        ("بشار الأسد", IN_2016, "syria_gov"),
        ("بشار الأسد", date(2026, 1, 1), "person:bashar_al_assad"),
        ("المتحدث باسم وزارة الدفاع الروسية", None, "russia"),
    ],
)
def test_a_name_speaks_for_its_side_of_the_day(actors: Actors, name: str, day: date | None, side: str) -> None:
    assert actors.resolve(name, day=day) == side


def test_the_holder_of_an_office_is_that_of_the_day(actors: Actors) -> None:
    title = "وزير الخارجية الأميركي"
    assert named(actors, title, IN_2016) == [(title, "person:john_kerry")]
    assert named(actors, title, date(2019, 5, 1)) != named(actors, title, IN_2016)
