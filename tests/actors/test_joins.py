"""Identity across articles: who is one, who are two, and that order plays no part."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from nabra.tasks.actors.clusters import Cluster
from nabra.tasks.actors.joins import identify
from nabra.tasks.actors.sightings import Sighting

NAMES = (
    *("سالم الحداد", "سالم محمد الحداد", "الحداد", "كريم الحداد", "سيرغي كالينوف", "سيرجي كالينوف", "كالينوف"),
    *("سالم علي الحداد", "سالم محمود الحداد", "أبو غدير", "محمد بن سالم", "محمد بن سالم بن كريم"),
)


def seen(number: int, *names: str, **shown: object) -> Sighting:
    values = {"type": "PER"} | shown
    return Sighting(f"{number:032x}", 0, names=names, **values)  # type: ignore[arg-type]


def joined(*sightings: Sighting) -> list[list[str]]:
    """The names of each actor."""
    return [sorted(m.sighting.names[0] for m in cluster.members) for cluster in identify(sightings)]


def reasons(clusters: Sequence[Cluster]) -> set[str]:
    return {member.reason for cluster in clusters for member in cluster.members}


def test_a_person_with_and_without_title_is_one() -> None:
    named = seen(1, "الدكتور سالم الحداد", roles=("وزير الخارجية",))
    assert len(joined(named, seen(2, "سالم الحداد"))) == 1


def test_another_spelling_is_the_same_where_the_side_agrees() -> None:
    one = seen(1, "سيرغي كالينوف", side_id="northland")
    other = seen(2, "سيرجي كالينوف", side_id="northland")
    (cluster,) = identify([one, other])
    assert any(reason.startswith("other spelling of") and "northland" in reason for reason in reasons([cluster]))
    assert len(joined(one, seen(2, "سيرجي كالينوف"))) == 2


def test_two_names_that_differ_by_a_vowel_are_two_people() -> None:
    assert len(joined(*(seen(i, name, side_id="n") for i, name in enumerate(("علي سلمان", "علي سليمان"))))) == 2
    assert len(joined(*(seen(i, name, side_id="n") for i, name in enumerate(("علي حسن", "علي حسين"))))) == 2


def test_a_surname_is_his_with_whom_it_agrees() -> None:
    salem = seen(1, "سالم الحداد", side_id="northland")
    karim = seen(2, "كريم الحداد", side_id="southland")
    assert joined(salem, karim, seen(3, "الحداد", side_id="southland")) == [["سالم الحداد"], ["الحداد", "كريم الحداد"]]


def test_a_surname_of_two_is_nobodys_where_nothing_agrees() -> None:
    assert len(joined(seen(1, "سالم الحداد"), seen(2, "كريم الحداد"), seen(3, "الحداد"), seen(4, "الحداد"))) == 4


def test_a_surname_that_one_alone_bears_is_his_if_he_is_named_often() -> None:
    salem = [seen(number, "سالم الحداد") for number in range(3)]
    assert len(joined(*salem, seen(4, "الحداد"))) == 1
    assert len(joined(*salem[:2], seen(4, "الحداد"))) == 2


def test_company_joins_a_surname() -> None:
    beside = frozenset({"northland", "southland"})
    assert len(joined(seen(1, "سالم الحداد", company=beside), seen(2, "الحداد", company=beside))) == 1


def test_one_name_on_two_sides_is_two_people_unless_it_is_long() -> None:
    brief = [seen(1, "سالم الحداد", side_id="northland"), seen(2, "سالم الحداد", side_id="southland")]
    assert len(joined(*brief)) == 2
    full = [seen(1, "سالم علي الحداد", side_id="northland"), seen(2, "سالم علي الحداد", side_id="southland")]
    assert len(joined(*full)) == 1


def test_a_briefer_form_of_two_names_joins_neither_where_both_agree() -> None:
    brief = seen(1, "سالم الحداد", side_id="n")
    one, other = seen(2, "سالم علي الحداد", side_id="n"), seen(3, "سالم محمد الحداد", side_id="n")
    assert len(joined(brief, one)) == 1
    assert len(joined(brief, one, other)) == 3


def test_a_listed_actor_keeps_the_id_of_the_list() -> None:
    (cluster,) = identify([seen(1, "سالم الحداد", actor_id="person:haddad")])
    assert cluster.id == "person:haddad"
    assert not cluster.is_found


def test_bodies_of_one_name_are_told_apart_by_their_side() -> None:
    sides = ("northland", "southland", "northland")
    bodies = [seen(i, "وزارة الدفاع", type="ORG", side_id=side) for i, side in enumerate(sides)]
    assert sorted(map(len, joined(*bodies))) == [1, 2]


def test_no_id_is_lost_when_a_briefer_name_joins() -> None:
    long = seen(1, "سالم علي الحداد", side_id="n")
    (before,) = identify([long])
    (after,) = identify([long, seen(2, "سالم الحداد", side_id="n")])
    assert before.id in after.ids
    (same,) = identify([long, seen(2, "سالم علي الحداد")])
    assert same.id == before.id


@st.composite
def sightings(draw: st.DrawFn) -> list[Sighting]:
    drawn = st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from((None, None, "northland", "southland")),
        st.sampled_from(((), ("وزير الخارجية",), ("الوزير",))),
        st.frozensets(st.sampled_from(("a", "b", "c", "d")), max_size=3),
    )
    rows = draw(st.lists(drawn, max_size=14))
    return [seen(i, name, side_id=side, roles=roles, company=of) for i, (name, side, roles, of) in enumerate(rows)]


@settings(max_examples=150, deadline=None)
@given(sightings(), st.randoms(use_true_random=False))
def test_the_order_of_sightings_changes_nothing(found: list[Sighting], chance: object) -> None:
    mixed = list(found)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert said(identify(found)) == said(identify(mixed))


@settings(max_examples=100, deadline=None)
@given(sightings())
def test_every_sighting_is_of_one_actor_and_no_actor_speaks_for_two_sides(found: list[Sighting]) -> None:
    clusters = identify(found)
    assert sorted(m.sighting.place for c in clusters for m in c.members) == sorted(one.place for one in found)
    assert len({cluster.id for cluster in clusters}) == len(clusters)


def said(clusters: Sequence[Cluster]) -> list[object]:
    return [(c.id, c.name, sorted((m.sighting.place, m.reason) for m in c.members)) for c in clusters]
