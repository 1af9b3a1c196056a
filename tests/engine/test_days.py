"""Days that are complete are looked at no more; what changes them brings them back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import load_settings
from nabra.flows.parameters import Location
from nabra.flows.pipeline import open_run, prepare_pending
from nabra.tasks.engine.days import made, open_days, reopen_days, settle_days
from nabra.tasks.engine.ingest import Ingest, load_memory
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.removal_plan import plan_removal
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import StoreError
from nabra.tasks.fetch.page_states import LONG_AGO, Version
from nabra.tasks.fetch.targets import UNNAMED, targets_from_arguments
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.complete import NOTE, complete_days, documents_of
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.removal import carry_out
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import path_of, write

TODAY = datetime.now(UTC).date()
OLD, OLDER, RECENT = ((TODAY - timedelta(days=age)).isoformat() for age in (10, 50, 1))
SETTINGS = load_settings()


def doc_id(number: int) -> str:
    return f"{number:032x}"


def fill(store: Store, day: str, *numbers: int, name: str = "a", without: tuple[str, ...] = (), **values: Any) -> Batch:
    """A batch of these documents, done by all stages, of which it is in no dataset `without`."""
    batch = Batch(day, name)
    for dataset in ("raw", *made()):
        if dataset not in without:
            columns = {column.name for column in DATASETS[dataset].columns}
            known = ({"doc_id": doc_id(n), "url": f"file:///{n}.txt", "payload_sha256": f"sha{n}"} for n in numbers)
            rows = ({name: value for name, value in row.items() if name in columns} for row in known)
            write(store, batch, dataset, *(row | (values if dataset == "raw" else {}) for row in rows))
    return batch


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(load_settings(warehouse=str(tmp_path / "w")).store)


def test_what_was_done_before_yesterday_is_looked_at_no_more(store: Store) -> None:
    for day in (OLD, OLDER, RECENT):
        fill(store, day, 1)
    assert {OLD, OLDER, RECENT} <= set(open_days(store))
    settle_days(store)
    assert complete_days(store, made()) == {OLD, OLDER}
    assert {OLD, OLDER, RECENT} & set(open_days(store)) == {RECENT}


def settle_ahead(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle as a run whose clock is three days ahead."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=3)

    with monkeypatch.context() as patched:
        patched.setattr("nabra.tasks.engine.days.datetime", Ahead)
        patched.setattr("nabra.tasks.warehouse.complete.datetime", Ahead)
        settle_days(store)
        assert TODAY.isoformat() in complete_days(store, made())


def test_a_day_that_a_clock_ahead_noted_is_looked_at_and_its_documents_are_known(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, TODAY.isoformat(), 1)
    settle_ahead(store, monkeypatch)
    assert TODAY.isoformat() in open_days(store)
    fresh = fill(store, TODAY.isoformat(), 2, name="fresh", without=tuple(made()))
    plan = Plan(SETTINGS, "run")
    assert set().union(*plan.todos(plan.looked_at(store)).values()) == {fresh}
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    assert [doc_id(number) in documents for number in (1, 2, 3)] == [True, True, False]


def test_what_is_fetched_on_a_day_that_is_noted_takes_it_off_the_note(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, TODAY.isoformat(), 1)
    settle_ahead(store, monkeypatch)
    (tmp_path / "a.txt").write_text("افتتحت بلدية الواحة جسرا جديدا فوق القناة صباح اليوم.", encoding="utf-8")
    plan = Plan(SETTINGS, "run")
    ingest = Ingest(store, Resources(SETTINGS, store), plan.provenance["raw"])
    assert sum(ingest.run(targets_from_arguments((str(tmp_path / "a.txt"),), UNNAMED))) == 1
    assert json.loads(store.files.read(NOTE) or b"")["days"] == []


@pytest.mark.parametrize("dataset", ["clean", "tokens", "stances"])
def test_a_day_with_a_batch_that_a_stage_has_not_done_stays(store: Store, dataset: str) -> None:
    fill(store, OLD, 1)
    left = fill(store, OLD, 2, name="b", without=(dataset,))
    settle_days(store)
    assert complete_days(store, made()) == set()
    assert left in set().union(*Plan(SETTINGS, "run").todos(store.of_days(open_days(store))).values())


def test_a_new_stage_has_all_days_to_do(store: Store) -> None:
    fill(store, OLD, 1)
    settle_days(store)
    assert complete_days(store, [*made(), "readability"]) == set()


def test_a_document_of_a_complete_day_is_known_with_the_contents_of_all_its_versions(store: Store) -> None:
    fill(store, OLDER, 1, 2, hint_title="عنوان")
    fill(store, OLD, 1, version=2)
    before = load_memory(store, SETTINGS.fetch, datetime.now(UTC))
    fresh = [before.documents.get(doc_id(number)) for number in (1, 2, 3)]
    settle_days(store)
    after = load_memory(store, SETTINGS.fetch, datetime.now(UTC))
    assert complete_days(store, made()) == {OLD, OLDER}
    assert [after.documents.get(doc_id(number)) for number in (1, 2, 3)] == fresh
    assert isinstance(fresh[0], Version)
    assert (fresh[0].number, fresh[0].place, fresh[2]) == (2, "file:///1.txt", None)
    assert doc_id(2) in after.documents
    assert doc_id(3) not in after.documents
    assert after.since > LONG_AGO


def test_ids_that_begin_alike_are_told_apart(store: Store) -> None:
    numbers = [2**64 + number for number in range(5)]
    fill(store, OLD, *numbers)
    settle_days(store)
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    found = [documents.get(doc_id(number)) for number in numbers]
    assert [version and version.payload_sha256 for version in found] == [f"sha{number}" for number in numbers]
    assert doc_id(2**64 + 5) not in documents


def test_a_further_day_of_a_month_joins_those_that_are_noted(store: Store) -> None:
    days = ["2024-05-01", "2024-05-02", "2024-06-01"]
    for number, day in enumerate(days):
        fill(store, day, number)
        settle_days(store)
    assert complete_days(store, made()) == set(days)
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    assert all(doc_id(number) in documents for number in range(3))


def test_a_removal_brings_back_the_days_that_it_changes(store: Store) -> None:
    fill(store, OLD, 1, 2)
    fill(store, OLDER, 3)
    settle_days(store)
    carry_out(store, plan_removal(store, "article", doc_id(1)), lambda: None)
    assert complete_days(store, made()) == {OLDER}
    settle_days(store)
    assert complete_days(store, made()) == {OLD, OLDER}
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    assert [doc_id(number) in documents for number in (1, 2, 3)] == [False, True, True]


def test_of_a_day_that_is_removed_nothing_stays(store: Store) -> None:
    fill(store, "2024-05-01", 1)
    fill(store, "2024-05-02", 2)
    settle_days(store)
    carry_out(store, plan_removal(store, "day", "2024-05-01"), lambda: None)
    settle_days(store)
    assert documents_of(store, "2024-05")["doc_id"].to_pylist() == [doc_id(2)]
    assert complete_days(store, made()) == {"2024-05-02"}


def test_a_refresh_brings_its_days_back_before_it_takes_anything_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = fill(store, OLD, 1)
    settle_days(store)
    prepared = prepare_pending(Location(warehouse=str(store)))
    plan = Plan(prepared.settings, "none", frozenset({"stance"}))
    noted = []

    def step(stage: str, batch_id: str, plan: Plan, *, alone: bool) -> None:
        noted.append(complete_days(store, made()))
        path_of(store, "stances", batch).unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr("nabra.flows.pipeline.Plan", lambda *_: plan)
    with pytest.raises(KeyboardInterrupt), open_run(prepared, "none") as run:
        run.work(step)
    assert noted == [set()]
    assert Plan(SETTINGS, "next").todos(store.of_days(open_days(store)))["stance"] == {batch}


def test_a_run_with_nothing_to_do_lists_no_complete_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, OLD, 1)
    settle_days(store)
    with open_run(prepare_pending(Location(warehouse=str(store))), "first") as run:
        run.summary()  # counts the coverage of the days that no run has counted yet
    assert store.days("coverage")[0] == OLD
    listed: list[str] = []
    honest = type(store.files).below

    def below(files: Any, folder: str) -> Any:
        listed.append(folder)
        return honest(files, folder)

    monkeypatch.setattr(type(store.files), "below", below)
    with open_run(prepare_pending(Location(warehouse=str(store))), "none") as run:
        run.fetch()
        assert not run.has_work()
        run.summary()
    assert not [folder for folder in listed if OLD in folder or folder in ("raw", "rejects", *STAGES, *made())]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b'{"days": null, "datasets": []}', b"\xff"])
def test_of_a_note_that_cannot_be_read_no_day_is_complete_and_the_next_run_makes_it_anew(
    store: Store, content: bytes
) -> None:
    fill(store, OLD, 1)
    settle_days(store)
    store.files.write(NOTE, content)
    assert complete_days(store, made()) == set()
    reopen_days(store, {OLD})
    settle_days(store)
    assert complete_days(store, made()) == {OLD}
    assert doc_id(1) in load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents


def test_a_month_whose_documents_are_gone_is_told_before_any_is_taken_for_new(store: Store) -> None:
    for number, day in enumerate(("2024-05-01", "2024-06-01")):
        fill(store, day, number)
    settle_days(store)
    (path,) = Path(store.files.path(NOTE)).parent.glob("2024-05.parquet")
    path.unlink()
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    with pytest.raises(StoreError, match=r"2024-05.parquet is missing; delete .*_complete, the next run"):
        documents.get(doc_id(0))
    fill(store, "2024-05-02", 3)
    with pytest.raises(StoreError, match=r"2024-05.parquet is missing"):
        settle_days(store)


def test_a_damaged_note_of_documents_says_what_to_delete(store: Store) -> None:
    fill(store, OLD, 1)
    settle_days(store)
    (path,) = Path(store.files.path(NOTE)).parent.glob("*.parquet")
    path.write_bytes(b"PAR1 damaged PAR1")
    documents = load_memory(store, SETTINGS.fetch, datetime.now(UTC)).documents
    with pytest.raises(StoreError, match=r"delete .*_complete, the next run makes it anew"):
        documents.get(doc_id(1))
