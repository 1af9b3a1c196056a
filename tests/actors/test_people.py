"""People: whom a name means on which day, and for whom he speaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nabra.tasks.actors.match import Actors, load_actors
from nabra.tasks.errors import ConfigError

LIST = """
institutions = ["وزارة", "وزير", "وزيرة", "رئيس", "متحدث", "سفير", "أمير"]
former = ["السابق"]
outsiders = ["صحيفة"]
words = ["الأسمر"]

[[actor]]
id = "northland"
kind = "state"
name = "نورلند"
adjectives = ["نورلندي", "نورلندي شمالي"]

[[actor]]
id = "southland"
kind = "state"
name = "زهرستان"
adjectives = ["جنوب زهري"]

[[actor]]
id = "river_party"
kind = "group"
name = "حزب النهر"
active = { from = 2012, until = 2019 }

[[office]]
id = "foreign_minister"
titles = ["وزير الخارجية", "وزيرة الخارجية"]
latin = "foreign minister"

[[office]]
id = "president"
titles = ["رئيس", "رئيس الجمهورية"]
latin = "president"

[[office]]
id = "leader"
titles = ["زعيم"]
latin = "leader"

[[office]]
id = "envoy"
titles = ["مبعوث"]
latin = "envoy"
several = true

[[person]]
id = "person:haddad"
name = "سالم الحداد"
latin = "Salem al-Haddad"
offices = [
    { office = "foreign_minister", of = "northland", from = 2010, until = 2015-06-30 },
    { office = "president", of = "northland", from = 2016-03-01, until = 2020-02-28 },
    { office = "leader", of = "river_party", from = 2018 },
]

[[person]]
id = "person:dunya"
name = "دنيا الراعي"
aliases = ["دنيا عبد الله الراعي"]
offices = [{ office = "foreign_minister", of = "northland", from = 2015-06-30, until = 2019 }]

[[person]]
id = "person:raai"
name = "فؤاد الراعي"
offices = [{ office = "envoy", of = "southland", from = 2018 }]

[[person]]
id = "person:asmar"
name = "نادر الأسمر"
side = "southland"

[[shield]]
phrase = "نهر نورلند"

[[shield]]
phrase = "حزب النهر"
needs = ["كره القدم"]
"""
IN_2014, IN_2015, IN_2017, IN_2019, IN_2025 = (date(year, 9, 1) for year in (2014, 2015, 2017, 2019, 2025))


@pytest.fixture(scope="module")
def actors(tmp_path_factory: pytest.TempPathFactory) -> Actors:
    return written(tmp_path_factory.mktemp("actors"), LIST)


def written(folder: Path, text: str) -> Actors:
    (folder / "list.toml").write_text(text, encoding="utf-8")
    return load_actors(folder)


def named(actors: Actors, text: str, day: date | None = None) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.actor_id) for m in actors.find(text, day=day)]


@pytest.mark.parametrize(
    ("day", "side"),
    [
        (IN_2014, "northland"),
        (IN_2015, "person:haddad"),
        (IN_2017, "northland"),
        (IN_2019, "northland"),
        (IN_2025, "river_party"),
        (None, "river_party"),
    ],
)
def test_a_person_speaks_for_whose_office_he_holds_on_the_day(actors: Actors, day: date | None, side: str) -> None:
    assert named(actors, "قال سالم الحداد إن", day) == [("سالم الحداد", "person:haddad")]
    assert actors.side("person:haddad", day) == side
    assert actors.resolve("الرئيس سالم الحداد", day=day) == side


def test_a_fixed_side_is_that_of_every_day(actors: Actors) -> None:
    assert actors.side("person:asmar", IN_2014) == actors.side("person:asmar") == "southland"


def test_a_former_official_speaks_for_himself(actors: Actors) -> None:
    assert actors.resolve("وزير الخارجية السابق سالم الحداد", day=IN_2015) == "person:haddad"
    assert actors.resolve("وزير الخارجية السابق سالم الحداد") == "person:haddad"
    assert actors.resolve("وزير الخارجية النورلندي السابق", day=IN_2015) is None


@pytest.mark.parametrize(
    ("title", "day", "who"),
    [
        ("وزير الخارجية النورلندي", IN_2014, "person:haddad"),
        ("وزيرة الخارجية النورلندية", IN_2015, "person:dunya"),
        ("وزيرة الخارجية النورلندية", date(2015, 6, 30), "person:dunya"),  # who comes that day, not who goes
        ("الرئيس النورلندي", IN_2017, "person:haddad"),
        ("رئيس الجمهورية النورلندي", IN_2017, "person:haddad"),
        ("وزير الخارجية النورلندي", IN_2025, "northland"),
        ("وزير الخارجية النورلندي", None, "northland"),
        ("وزير الدفاع النورلندي", IN_2014, "northland"),
        ("الرئيس النورلندي الشمالي", IN_2017, "person:haddad"),
        ("وزيرة الخارجية الجنوب زهرية", IN_2017, "southland"),
    ],
)
def test_a_title_with_a_nationality_finds_its_holder_of_the_day(
    actors: Actors, title: str, day: date | None, who: str
) -> None:
    assert named(actors, f"التقى {title}", day) == [(title, who)]


def test_a_surname_is_that_of_the_one_whom_the_article_names_in_full(actors: Actors) -> None:
    article = "وصل فؤاد الراعي إلى المدينة. وقال الراعي"
    assert named(actors, article)[-1] == ("الراعي", "person:raai")
    assert named(actors, "وصل فؤاد الراعي مع دنيا الراعي. وقال الراعي")[-1] == ("دنيا الراعي", "person:dunya")


def test_a_surname_is_that_of_the_one_whose_title_the_article_names(actors: Actors) -> None:
    assert named(actors, "وزيرة الخارجية النورلندية، وقالت الراعي", IN_2019)[-1] == ("الراعي", "person:dunya")


def test_a_surname_alone_is_that_of_the_one_bearer_in_office(actors: Actors) -> None:
    assert named(actors, "وقالت الراعي", IN_2017) == [("الراعي", "person:dunya")]
    assert named(actors, "وقالت الراعي", IN_2014) == []  # none is


def test_a_surname_alone_is_that_of_the_bearer_of_the_highest_office(actors: Actors) -> None:
    assert named(actors, "وقالت الراعي", IN_2019) == [("الراعي", "person:dunya")]  # he is one envoy of many


def test_letters_of_a_word_are_no_proclitic_of_a_surname(actors: Actors) -> None:
    assert named(actors, "عاد كالحداد", IN_2017) == []
    assert named(actors, "رحبوا بالحداد", IN_2017) == []
    assert named(actors, "وصل الحداد ورحبوا بالحداد", IN_2017)[-1] == ("الحداد", "person:haddad")
    assert named(actors, "أشاد وللحداد", IN_2017) == [("للحداد", "person:haddad")]


@pytest.mark.parametrize("thing", ["رئيس جامعة", "بمستشفى الأمير", "كأس", "حاملة الطائرات النورلندية", "في مطار"])
def test_what_is_called_after_a_person_is_not_he(actors: Actors, thing: str) -> None:
    assert "person:haddad" not in [who for _, who in named(actors, f"{thing} سالم الحداد", IN_2017)]


def test_an_institution_with_the_article_is_not_called_after_who_follows(actors: Actors) -> None:
    assert named(actors, "الأمين العام للجامعة سالم الحداد", IN_2017) == [("سالم الحداد", "person:haddad")]


def test_by_way_of_a_person_is_no_road(actors: Actors) -> None:
    assert named(actors, "عن طريق سالم الحداد", IN_2017) == [("سالم الحداد", "person:haddad")]


def test_a_father_s_name_alone_needs_the_full_name(tmp_path: Path) -> None:
    person = (
        '\n[[person]]\nid = "person:son"\nname = "كريم بن سالم"\noffices = [{ office = "president", of = "southland" }]'
    )
    actors = written(tmp_path, LIST + person)
    assert named(actors, "قال جاسر بن سالم إن", IN_2017) == []
    assert named(actors, "قال كريم بن سالم، وزاد بن سالم", IN_2017)[-1] == ("بن سالم", "person:son")


def test_a_surname_that_is_a_word_needs_the_full_name(actors: Actors) -> None:
    assert named(actors, "ارتدى معطفه الأسمر") == []
    assert named(actors, "قال نادر الأسمر، وزاد الأسمر")[-1] == ("الأسمر", "person:asmar")


def test_a_surname_after_another_given_name_is_somebody_else_s(actors: Actors) -> None:
    assert named(actors, "قال نادر الحداد إن", IN_2017) == []
    assert named(actors, "قال بن الحداد إن", IN_2017) == []


def test_the_usual_forms_of_a_name_need_no_entries(actors: Actors) -> None:
    assert named(actors, "مع دنيا عبدالله الراعي") == [("دنيا عبدالله الراعي", "person:dunya")]


def test_a_shield_keeps_a_name_from_meaning_its_actor(actors: Actors) -> None:
    assert named(actors, "على ضفة نهر نورلند قرب نورلند") == [("نورلند", "northland")]
    assert named(actors, "فاز حزب النهر في كرة القدم") == []
    assert named(actors, "فاز حزب النهر") == [("حزب النهر", "river_party")]


def test_an_actor_is_found_in_its_time_alone(actors: Actors) -> None:
    assert named(actors, "حزب النهر", IN_2014) == [("حزب النهر", "river_party")]
    assert named(actors, "حزب النهر", IN_2025) == []


def test_an_adjective_must_agree_with_its_noun(actors: Actors) -> None:
    assert named(actors, "الأمير نورلندي بن سامر") == []
    assert named(actors, "أمير نورلندي") == [("أمير نورلندي", "northland")]


PERSON = '[[person]]\nid = "person:a"\nname = "سامر الزين"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            PERSON + 'side = "nortland"',
            "side = 'nortland', but the list has no actor of this id; did you mean northland?",
        ),
        (
            PERSON + 'offices = [{ office = "preident", of = "northland" }]',
            "no office of this id; did you mean president?",
        ),
        (PERSON + 'offices = [{ office = "president", of = "x" }]', "of = 'x', but the list has no actor"),
        (PERSON + PERSON.replace(":a", ":b"), "alias سامر الزين stands for both person:a and person:b"),
        (PERSON.replace(":a", ":b"), ""),
        (PERSON.replace("person:a", "a"), "person.a.id"),
        (PERSON + PERSON, "person person:a is already in"),
        ('[[office]]\nid = "president"\ntitles = ["رئيس"]\nlatin = "president"', "office president is already in"),
    ],
)
def test_load_refuses_people_of_whom_something_is_not_there(tmp_path: Path, text: str, told: str) -> None:
    if not told:
        assert "person:b" in written(tmp_path, LIST + text).kinds
        return
    with pytest.raises(ConfigError) as error:
        written(tmp_path, LIST + text)
    assert told in str(error.value)
