"""Who is who in a warehouse: the two tables, users' decisions, what is written anew and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import StoreSettings
from nabra.tasks.decisions.decisions import Decision, record, undo
from nabra.tasks.identities.named import named_actors
from nabra.tasks.identities.verdicts import hide, merge, rename, split
from nabra.tasks.identities.who_is_who import write_actors
from nabra.tasks.warehouse.layout import WHOLE, Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write

LIST = """
[[actor]]
id = "northland"
kind = "state"
aliases = ["نورلند"]

[[person]]
id = "person:rashed"
name = "كريم الراشد"
latin = "Karim Rashed"
wikidata = "Q42"
"""
TITLE = "وزير الخارجية النورلندي"


@pytest.fixture
def lists(tmp_path: Path) -> Sequence[Path]:
    (tmp_path / "list.toml").write_text(LIST, encoding="utf-8")
    return [tmp_path]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.open(StoreSettings(warehouse=str(tmp_path / "w"), s3_endpoint="", s3_region=""))
    fill(made, Batch("2026-04-12", "one"), (0, 1, 2, 3))
    return made


def doc(number: int) -> str:
    return f"{number:032x}"


def mention(number: int, text: str, entity: int = 0, **more: Any) -> dict[str, Any]:
    return {"doc_id": doc(number), "entity": entity, "text": text, "name": text, "kind": "name", "type": "PER"} | more


def mentions(number: int) -> list[dict[str, Any]]:
    """The article's: a minister with his title, in one; the same without, and a surname; a listed person beside him."""
    title = {"kind": "title", "type": "ACTOR", "actor_id": "northland", "side_id": "northland", "name": "سالم الحداد"}
    listed = mention(number, "كريم الراشد", 1, actor_id="person:rashed", side_id="northland")
    return {
        0: [mention(0, TITLE, **title), mention(0, "سالم الحداد")],
        1: [mention(1, "سالم الحداد"), listed],
        2: [mention(2, "سالم الحداد"), mention(2, "الوزارة", 2, kind="description", type="ACTOR")],
        3: [mention(3, "الحداد"), listed],
    }[number]


def fill(store: Store, batch: Batch, numbers: Sequence[int]) -> None:
    day = {number: datetime(2026, 4, number + 1, tzinfo=UTC) for number in numbers}
    write(store, batch, "clean", *({"doc_id": doc(number), "published_at": day[number]} for number in numbers))
    write(store, batch, "mentions", *(row for number in numbers for row in mentions(number)))


def joined(store: Store, lists: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """The actors by name, after the step."""
    write_actors(store, lists, (), "run")
    return {row["name"]: row for row in store.read("actors", WHOLE).to_pylist()}


def entities(store: Store) -> set[tuple[str, int, str]]:
    rows = store.read("actor_entities", WHOLE).to_pylist()
    return {(row["doc_id"], row["entity"], row["actor_id"]) for row in rows}


def test_an_actor_has_what_articles_and_lists_know_of_it(store: Store, lists: Sequence[Path]) -> None:
    actors = joined(store, lists)
    assert actors.keys() == {"سالم الحداد", "كريم الراشد"}
    found, listed = actors["سالم الحداد"], actors["كريم الراشد"]
    assert (found["kind"], found["latin"], found["role"]) == ("person", "Salem al-Haddad", TITLE)
    assert (found["side_id"], found["articles"], found["known_by"]) == ("northland", 4, "found")
    assert (found["first_seen"].day, found["last_seen"].day) == (1, 4)
    assert (listed["actor_id"], listed["latin"], listed["wikidata_id"]) == ("person:rashed", "Karim Rashed", "Q42")
    assert listed["known_by"] == "list"


def test_every_entity_that_is_named_has_its_actor_and_a_description_has_none(
    store: Store, lists: Sequence[Path]
) -> None:
    found = joined(store, lists)["سالم الحداد"]["actor_id"]
    of_rashed = {(doc(number), 1, "person:rashed") for number in (1, 3)}
    assert entities(store) == {(doc(number), 0, found) for number in range(4)} | of_rashed


def test_nothing_is_written_where_nothing_has_changed(store: Store, lists: Sequence[Path]) -> None:
    assert write_actors(store, lists, (), "run")
    assert not write_actors(store, lists, (), "run")
    record(store, [hide("person:rashed")])
    assert write_actors(store, lists, (), "run")


def test_other_batches_give_the_same_actors(store: Store, lists: Sequence[Path], tmp_path: Path) -> None:
    other = Store.open(StoreSettings(warehouse=str(tmp_path / "v"), s3_endpoint="", s3_region=""))
    for day, numbers in enumerate(((3, 1), (2,), (0,)), start=1):
        fill(other, Batch(f"2026-05-{day:02d}", "x"), numbers)
        write_actors(other, lists, (), "run")
    assert joined(store, lists) == joined(other, lists)
    assert entities(store) == entities(other)


def test_a_version_that_gave_way_to_another_names_nobody(store: Store, lists: Sequence[Path]) -> None:
    write_actors(store, lists, {(doc(3), 1)}, "run")
    assert doc(3) not in {document for document, *_ in entities(store)}


def test_decisions_hold_for_later_runs_until_they_are_undone(store: Store, lists: Sequence[Path]) -> None:
    found = joined(store, lists)["سالم الحداد"]["actor_id"]
    decided(store, merge(found, "person:rashed"))
    assert joined(store, lists)["كريم الراشد"]["articles"] == 4
    made = decided(store, rename("person:rashed", "كريم الراشد", "الراشد"))
    assert joined(store, lists).keys() == {"الراشد"}
    fill(store, Batch("2026-06-01", "two"), ())
    undo(store, made.decision_id)
    assert joined(store, lists).keys() == {"كريم الراشد"}
    assert {actor for *_, actor in entities(store)} == {"person:rashed"}


def test_what_was_split_off_is_an_actor_of_its_own(store: Store, lists: Sequence[Path]) -> None:
    found = joined(store, lists)["سالم الحداد"]["actor_id"]
    decided(store, split(found, "الحدّاد", None))
    actors = joined(store, lists)
    assert actors["سالم الحداد"]["actor_id"] == found
    assert (actors["سالم الحداد"]["articles"], actors["الحداد"]["articles"]) == (3, 1)
    decided(store, split(found, None, doc(1)))
    assert sorted(row["articles"] for row in store_actors(store, lists)) == [1, 1, 2, 2]


def test_who_is_hidden_is_in_neither_table(store: Store, lists: Sequence[Path]) -> None:
    decided(store, hide("person:rashed"))
    assert joined(store, lists).keys() == {"سالم الحداد"}
    assert named_actors(store, [doc(1)])[0]["name"] == "سالم الحداد"


def decided(store: Store, decision: Decision) -> Decision:
    record(store, [decision])
    return decision


def store_actors(store: Store, lists: Sequence[Path]) -> list[dict[str, Any]]:
    write_actors(store, lists, (), "run")
    rows: list[dict[str, Any]] = store.read("actors", WHOLE).to_pylist()
    return rows
