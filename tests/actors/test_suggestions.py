"""Suggestions: entries for a list, which the list then takes as they are."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.actors.lists import read_actor_files
from nabra.tasks.actors.suggestions import suggestions

HADDAD = {
    "actor_id": "found:1",
    "kind": "person",
    "name": "سالم الحداد",
    "latin": "Salem al-Haddad",
    "role": "وزير الخارجية",
    "side_id": "northland",
    "articles": 9,
    "known_by": "found",
}
LEAGUE = HADDAD | {"actor_id": "found:2", "kind": "organisation", "name": "رابطة «الوادي»", "articles": 12}
NAMES = {"found:1": ("الحداد", "سالم محمد الحداد", "سالم الحدّاد")}


def suggested(*actors: dict[str, object], taken: tuple[str, ...] = (), least: int = 3) -> list[str]:
    return [one.toml() for one in suggestions(actors, NAMES, taken, least)]


def test_those_of_most_articles_come_first_and_those_of_few_do_not() -> None:
    assert [entry.splitlines()[0] for entry in suggested(HADDAD, LEAGUE)] == [
        "# 12 articles; وزير الخارجية",
        "# 9 articles; وزير الخارجية",
    ]
    assert len(suggested(HADDAD, LEAGUE, least=10)) == 1


def test_who_is_listed_or_a_place_or_never_named_in_full_is_not_suggested() -> None:
    assert suggested(HADDAD | {"known_by": "list"}, HADDAD | {"kind": "place"}) == []
    assert suggested(HADDAD | {"name": "الحداد", "actor_id": "found:3"}) == []


def test_other_full_names_are_aliases_in_one_spelling_each() -> None:
    (entry,) = suggested(HADDAD)
    assert 'aliases = ["سالم محمد الحداد"]' in entry


def test_an_id_that_is_taken_gets_a_number() -> None:
    first, second = suggested(HADDAD, HADDAD | {"actor_id": "found:9"}, taken=("person:salem_al_haddad_2",))
    assert 'id = "person:salem_al_haddad"' in first
    assert 'id = "person:salem_al_haddad_3"' in second


def test_a_list_takes_what_is_suggested(tmp_path: Path) -> None:
    state = '[[actor]]\nid = "northland"\nkind = "state"\naliases = ["نورلند"]\n\n'
    (tmp_path / "mine.toml").write_text(state + "\n".join(suggested(HADDAD, LEAGUE)), encoding="utf-8")
    listed = {named.id: named for file in read_actor_files(tmp_path) for named in file.named}
    assert listed["person:salem_al_haddad"].names == ["سالم الحداد", "سالم محمد الحداد"]
