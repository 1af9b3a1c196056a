"""Decisions of users: kept beside each other, taken back, and about articles and actors alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.config.settings import StoreSettings
from nabra.tasks.decisions.decisions import Change, Decision, Subject, decisions, record, standing, undo
from nabra.tasks.errors import UsageError
from nabra.tasks.warehouse.snapshot import compact, datasets
from nabra.tasks.warehouse.store import Store

QUOTE = Subject("quotes", "d0", 1, "text", 4, 9, "الماء")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(StoreSettings(warehouse=str(tmp_path / "w"), s3_endpoint="", s3_region=""))


def fix(speaker: str | None, old: str | None = "الوزير") -> Decision:
    changes = [Change("speaker", old, speaker), Change("speaker_id", None, None)]
    return Decision.of("fix", QUOTE, changes, by="سلمى", reason="قاله الناطق")


def test_a_decision_is_read_as_it_was_made(store: Store) -> None:
    made = fix("الناطق")
    record(store, [made])
    assert decisions(store) == [made]


def test_decisions_about_actors_need_no_article(store: Store) -> None:
    merge = Decision.of("actor-merge", Subject(actor_id="press:a"), [Change("actor_id", "press:a", "press:b")])
    record(store, [merge, fix("الناطق")])
    assert [each for each in standing(decisions(store)) if each.kind == "actor-merge"] == [merge]


def test_what_was_undone_no_longer_stands_and_is_still_told(store: Store) -> None:
    first, second = fix("الناطق"), fix(None)
    record(store, [first])
    record(store, [second])
    assert undo(store, first.decision_id[:6], by="سلمى") == first
    assert standing(decisions(store)) == [second]
    assert [each.kind for each in decisions(store)] == ["fix", "fix", "undo"]


def test_an_undo_that_is_undone_takes_nothing_back(store: Store) -> None:
    made = fix("الناطق")
    record(store, [made])
    undo(store, made.decision_id)
    undone = decisions(store)[-1]
    record(store, [Decision.of("undo", undone.subject, undoes=undone.decision_id)])
    assert standing(decisions(store)) == [made]


def test_what_cannot_be_undone_is_one_clear_line(store: Store) -> None:
    made = fix("الناطق")
    record(store, [made])
    undo(store, made.decision_id)
    with pytest.raises(UsageError, match="holds no longer; see: nabra fix --list"):
        undo(store, made.decision_id)
    with pytest.raises(UsageError, match="no decision begins with 'x'"):
        undo(store, "x")
    with pytest.raises(UsageError, match="several decisions begin"):
        undo(store, "")


def test_a_snapshot_has_the_decisions(store: Store) -> None:
    record(store, [fix("الناطق")])
    record(store, [fix(None)])
    compact(store, lambda: None)
    corrections = datasets(store)["corrections"]
    assert "_compact" in corrections.files[0]
    assert corrections.count_rows() == 4
