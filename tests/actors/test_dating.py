"""Undated articles: the day on which their people held the offices that they give them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest

from nabra.tasks.actors.dating import likely_day
from nabra.tasks.actors.entries import ActorFile
from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.actors.search import Lists

LIST = """
institutions = ["رئيس", "وزير"]
former = ["السابق"]

[[actor]]
id = "northland"
kind = "state"
name = "نورلند"
adjectives = ["نورلندي"]

[[actor]]
id = "river_party"
kind = "group"
name = "حزب النهر"

[[office]]
id = "minister"
titles = ["وزير الخارجية"]
latin = "foreign minister"

[[office]]
id = "president"
titles = ["رئيس"]
latin = "president"

[[office]]
id = "leader"
titles = ["زعيم"]
latin = "leader"

[[person]]
id = "person:haddad"
name = "سالم الحداد"
offices = [
    { office = "minister", of = "northland", from = 2010, until = 2015 },
    { office = "president", of = "northland", from = 2017, until = 2019 },
    { office = "leader", of = "river_party", from = 2021 },
]

[[person]]
id = "person:zain"
name = "نادر الزين"
offices = [{ office = "president", of = "northland", from = 2008, until = 2013 }]
"""


@pytest.fixture(scope="module")
def actors(tmp_path_factory: pytest.TempPathFactory) -> Actors:
    folder: Path = tmp_path_factory.mktemp("actors")
    (folder / "list.toml").write_text(LIST, encoding="utf-8")
    return load_actors(folder)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("قال وزير الخارجية النورلندي سالم الحداد", date(2015, 12, 31)),
        ("قال الرئيس سالم الحداد", date(2019, 12, 31)),
        ("قال وزير الخارجية سالم الحداد لنادر الزين", date(2013, 12, 31)),
        ("قال الرئيس الحداد", date(2019, 12, 31)),
        ("قال سالم الحداد", None),
        ("قال زعيم الحزب سالم الحداد", date(2021, 1, 1)),
        ("قال الرئيس السابق سالم الحداد", None),
        ("هطل المطر على المدينة", None),
    ],
)
def test_an_undated_article_is_of_the_time_of_its_titles(actors: Actors, text: str, day: date | None) -> None:
    assert actors.day_of(text, None) == day


def test_the_date_of_publication_goes_before_all_titles(actors: Actors) -> None:
    assert actors.day_of("قال الرئيس سالم الحداد", date(2012, 5, 1)) == date(2012, 5, 1)


def test_a_mere_title_stays_with_the_state_on_a_likely_day(actors: Actors) -> None:
    text = "قال وزير الخارجية النورلندي سالم الحداد، وكان الرئيس النورلندي غائبا"
    day = actors.day_of(text, None)
    assert [match.actor_id for match in actors.find(text, day=day)] == ["northland", "person:haddad", "northland"]
    assert actors.find(text, day=date(2012, 5, 1))[-1].actor_id == "person:zain"


def test_dating_takes_a_time_in_proportion_to_the_people_named() -> None:
    letters = "بتثجحخدرزسشصضطعغفقكلمن"
    names = [f"سالم {a}{b}{c}ور" for a in letters for b in letters for c in letters[:8]]
    people = [
        {"id": f"person:p{'i' * index}", "name": name, "offices": [_term(index)]} for index, name in enumerate(names)
    ]
    office = {"id": "president", "titles": ["رئيس"], "latin": "president"}
    state = {"id": "northland", "kind": "state", "name": "نورلند"}
    kind = {"id": "state", "governs": True}
    lists = Lists([ActorFile.model_validate({"kind": [kind], "office": [office], "actor": [state], "person": people})])
    began = process_time()
    assert likely_day(lists, "، ".join(f"الرئيس {name}" for name in names)) is not None
    assert (
        process_time() - began < 5
    )  # a day for each of so many terms, each term looked at for each day, takes a minute


def _term(index: int) -> dict[str, object]:
    begins = date(1990, 1, 1) + timedelta(days=index)
    return {"office": "president", "of": "northland", "from": begins, "until": begins + timedelta(days=2)}
