"""A removal: what leaves and what stays, kept away or let in again, killed in front of each of its operations."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow.dataset as ds
import pytest

from nabra.config.settings import load_settings
from nabra.flows.cli import remove as take_out
from nabra.tasks.engine.removal_plan import plan_removal, shares
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS, REJECTS, table
from nabra.tasks.warehouse import snapshot
from nabra.tasks.warehouse.layout import AT_WORK, QUARANTINE, Batch, signatures_of
from nabra.tasks.warehouse.removal import WHO_IS_WHO, Kind, carry_out, hold_whole, removals, undo
from nabra.tasks.warehouse.snapshot import check_snapshot, compact, datasets
from nabra.tasks.warehouse.store import Store
from nabra.tasks.warehouse.validate import Validation, validate
from tests.flows.small_warehouse import made_by, row, write
from tests.runs import die_at_operation

FORKS: Final = multiprocessing.get_context("fork")
# Of so many operations one is tried; with 1, each was.
EACH: Final = 7
FIRST, SECOND, THIRD = (Batch(f"2026-04-{day}", f"0000{number}-x") for number, day in enumerate((12, 12, 13)))
BY_USERS = Batch("2026-04-14", "of-users")
NOON = datetime(2026, 4, 12, 12, tzinfo=UTC)
TEXT = "نص قصير"
ALONE, OWN, COPY, LATER, EDITED = (letter * 32 for letter in "abcde")


def add(store: Store, batch: Batch, *articles: dict[str, Any]) -> None:
    """A batch that all stages have done; of each article `doc_id`, `source` and what is special of it in `clean`."""
    ids = [{"doc_id": one["doc_id"], "version": one.get("version", 1)} for one in articles]
    named = [
        each | {"source": one["source"], "url": f"https://{one['source']}.example/{one['doc_id']}"}
        for each, one in zip(ids, articles, strict=True)
    ]
    write(store, batch, "raw", *named)
    for article, one in zip(articles, named, strict=True):
        article |= one | {"text": TEXT}
    write(store, batch, "clean", *({"story": one["doc_id"]} | one for one in articles))
    span = {"part": "text", "start": 0, "end": len(TEXT)}
    write(store, batch, "sentences", *(each | span | {"sent_id": 0, "text": TEXT} for each in ids))
    write(store, batch, "tokens", *(each | {"sent_id": 0, "word_id": 1, "start": 0, "end": 3} for each in ids))
    write(store, batch, "entities", *(each | span | {"sent_id": 0, "text": TEXT} for each in ids))
    write(store, batch, "mentions", *(each | span | {"sent_id": 0, "text": TEXT} for each in ids))
    write(store, batch, "sentiment", *(each | {"level": "document"} for each in ids))
    write(store, batch, "quotes", *(each | span | {"sent_id": 0, "text": TEXT} for each in ids))
    write(store, batch, "stances", *(each | span | {"sent_id": 0, "evidence": TEXT} for each in ids))
    write(store, batch, "pages", *({"url": each["url"], "source": each["source"]} for each in named))


def fill(store: Store) -> Store:
    """Three batches of two days and two sources: a copied article with two copies, an edited one, one by itself."""
    hours = (NOON + timedelta(hours=number) for number in range(9))
    of_story = {"story": OWN, "duplicate_of": OWN}
    add(
        store,
        FIRST,
        {"doc_id": OWN, "source": "one", "published_at": next(hours)},
        {"doc_id": EDITED, "source": "one", "published_at": next(hours)},
    )
    add(store, SECOND, {"doc_id": COPY, "source": "two", "published_at": next(hours)} | of_story)
    add(
        store,
        THIRD,
        {"doc_id": LATER, "source": "two", "published_at": next(hours)} | of_story,
        {"doc_id": EDITED, "source": "two", "version": 2, "published_at": next(hours)},
        {"doc_id": ALONE, "source": "two", "published_at": next(hours)},
    )
    refused = {"stage": "fetch", "url": "https://one.example/gone", "source": "one", "reason": "http_error"}
    others = {"stage": "fetch", "url": "https://two.example/gone", "source": "two", "reason": "http_error"}
    rejects = table(REJECTS, [row("rejects", **each) for each in (refused, others)])
    store.write_rejects("fetch", FIRST, rejects, made_by("fetch"))
    write(store, FIRST, "runs", {"run_id": "r", "source": "one", "new": 2})
    for name, key in (("corrections", "decision_id"), ("judgements", "draw_id")):
        decided = [{"doc_id": doc_id, key: doc_id} for doc_id in (OWN, EDITED, COPY, LATER, ALONE)]
        write(store, BY_USERS, name, *decided, {key: "of an actor"})
    for day in ("2026-04-12", "2026-04-13"):
        store.files.write(signatures_of(day), b"of the articles")
    store.files.write(f"{QUARANTINE}/{FIRST}.stance.json", b"{}")
    store.files.write(AT_WORK, f'{{"batch": "{FIRST}"}}'.encode())
    return store


@pytest.fixture
def store(any_store: Store) -> Store:
    return fill(any_store)


def remove(store: Store, kind: Kind, value: str) -> None:
    with hold_whole(store, "remove") as check:
        carry_out(store, plan_removal(store, kind, value), check)


def ids(store: Store, dataset: str) -> set[str]:
    return set(store.scan(dataset, ["doc_id"])["doc_id"].to_pylist()) - {None}


def stories(store: Store) -> dict[str, tuple[str, str | None]]:
    rows = store.scan("clean", ["doc_id", "story", "duplicate_of"]).to_pylist()
    return {each["doc_id"]: (each["story"], each["duplicate_of"]) for each in rows}


def wrong(store: Store) -> list[Any]:
    return [*validate(store, tuple(STAGES.values()), Validation()), *check_snapshot(store)]


def all_of(tables: dict[str, ds.Dataset]) -> dict[str, list[str]]:
    return {name: sorted(map(repr, data.to_table().to_pylist())) for name, data in tables.items()}


def test_a_source_leaves_every_table_but_runs(store: Store) -> None:
    assert not wrong(store)
    remove(store, "source", "one")
    assert not wrong(store)
    named = [name for name, dataset in DATASETS.items() if "doc_id" in dataset.schema.names and name not in WHO_IS_WHO]
    left = {name: ids(store, name) for name in named}
    assert left == {name: {COPY, LATER, ALONE} for name in left if name != "rejects"} | {"rejects": set()}
    for name in ("raw", "clean", "rejects", "pages"):
        assert set(store.scan(name, ["source"])["source"].to_pylist()) == {"two"}
    assert store.scan("runs", ["new"])["new"].to_pylist() == [2]
    assert FIRST not in store.batches("raw")
    assert store.metadata("clean", THIRD)["fingerprint"] == "f"


def test_copies_get_the_earliest_that_is_left_as_their_original(store: Store) -> None:
    remove(store, "article", OWN)
    assert stories(store) == {
        COPY: (COPY, None),
        LATER: (COPY, COPY),
        ALONE: (ALONE, None),
        EDITED: (EDITED, None),
    }
    assert not wrong(store)


def test_a_day_takes_articles_as_a_whole(store: Store) -> None:
    remove(store, "day", "2026-04-13")
    assert ids(store, "raw") == ids(store, "stances") == {OWN, COPY}
    assert not store.batches("clean")[2:]
    assert not wrong(store)


def test_what_is_said_beforehand_is_what_leaves(store: Store) -> None:
    told = shares(store, plan_removal(store, "source", "one"))
    before = {name: store.dataset(name).count_rows() for name in DATASETS}
    remove(store, "source", "one")
    assert {each.dataset: each.rows for each in told} == {
        name: rows - store.dataset(name).count_rows()
        for name, rows in before.items()
        if rows > store.dataset(name).count_rows()
    }
    assert {(each.dataset, each.files) for each in told} >= {("raw", 2), ("rejects", 1), ("pages", 2)}


def test_what_is_not_there_cannot_be_removed(store: Store) -> None:
    with pytest.raises(UsageError, match="holds nothing of source nobody"):
        shares(store, plan_removal(store, "source", "nobody"))


def test_snapshot_signatures_and_notes_of_failures_follow(store: Store) -> None:
    compact(store, lambda: None)
    remove(store, "source", "one")
    assert not check_snapshot_has(store, OWN)
    assert not store.files.below("_signatures")
    assert not store.files.below(QUARANTINE)
    assert store.files.read(AT_WORK) == b"null"


def check_snapshot_has(store: Store, doc_id: str) -> bool:
    return any(
        data.count_rows(filter=ds.field("doc_id") == doc_id)
        for name, data in datasets(store).items()
        if "doc_id" in DATASETS[name].schema.names
    )


def test_the_note_of_what_is_away_is_taken_back(store: Store) -> None:
    remove(store, "article", OWN)
    remove(store, "source", "two")
    (article,) = (each for each in removals(store) if each.kind == "article")
    assert (article.value, article.doc_ids, article.is_open) == (OWN, (OWN,), False)
    assert undo(store, "article", OWN)
    assert not undo(store, "article", OWN)
    assert [each.value for each in removals(store)] == ["two"]


def test_what_is_removed_again_keeps_away_what_has_left_before(store: Store) -> None:
    """As when a day is removed again, to which documents came meanwhile; or by whoever was killed."""
    remove(store, "day", "2026-04-13")
    add(store, THIRD, {"doc_id": LATER, "source": "two"})
    (left,) = removals(store)
    remove(store, "day", "2026-04-13")
    (both,) = removals(store)
    assert set(both.doc_ids) == {LATER, EDITED, ALONE} == set(left.doc_ids)


@pytest.mark.parametrize("named", [OWN, OWN[:8], f"/{OWN}"])
def test_the_command_ends_a_removal_of_which_too_little_is_left_to_be_found(
    store: Store, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patches:
        patches.setattr(snapshot, "read_manifest", killed)
        with pytest.raises(KilledError):
            remove(store, "article", OWN)
    assert OWN not in ids(store, "raw")
    monkeypatch.setattr(take_out, "open_store", lambda *_: store)
    take_out.remove(named)
    assert f"keep article {OWN} away" in capsys.readouterr().err
    assert [(each.doc_ids, each.is_open) for each in removals(store)] == [((OWN,), False)]


class KilledError(BaseException):
    """As by a kill."""


def killed(_: Store) -> None:
    raise KilledError


def in_a_process(work: Callable[[], None]) -> int:
    """The exit status of a process that does this, in a group of its own."""

    def alone() -> None:
        os.setpgid(0, 0)
        work()
        os._exit(0)  # without what other tests of this process have registered for its end, Prefect's threads among it

    process = FORKS.Process(target=alone)
    process.start()
    process.join()
    return process.exitcode or 0


@pytest.mark.timeout(300)
def test_killed_in_front_of_its_operations_it_is_ended_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a kill loses nothing that is not synced

    def opened(name: str) -> Store:
        return Store.open(load_settings(warehouse=str(tmp_path / name)).store)

    whole = fill(opened("whole"))
    compact(whole, lambda: None)
    shutil.copytree(tmp_path / "whole", tmp_path / "undisturbed")
    remove(opened("undisturbed"), "source", "one")
    expected = all_of(datasets(opened("undisturbed")))
    for number in range(1, 1000, EACH):
        shutil.copytree(tmp_path / "whole", tmp_path / "w")
        store = opened("w")

        def killed(store: Store = store, number: int = number) -> None:
            die_at_operation(number, str(tmp_path / "w"))
            remove(store, "source", "one")

        status = in_a_process(killed)
        assert not wrong(store), number
        if status == 0:
            break
        was_open = any(each.is_open for each in removals(store))
        if removals(store):
            with hold_whole(store, "next"):
                pass
            assert all_of(datasets(store)) == expected, (number, was_open)
            assert not wrong(store), number
            assert not any(each.is_open for each in removals(store))
        shutil.rmtree(tmp_path / "w")
    assert status == 0
    assert number > 50
