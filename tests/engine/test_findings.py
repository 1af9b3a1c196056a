"""What a run says of its new articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine.counts import present_files
from nabra.tasks.engine.findings import Findings, Position, Voice, new_findings
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write

SAID = {"speaker": "وزير الري", "speaker_id": "minister"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(load_settings(warehouse=str(tmp_path / "w")).store)


def fill(store: Store, name: str, *doc_ids: str, copy_of: str | None = None) -> None:
    """A batch of articles, in each of which the minister is quoted twice and is against the dam."""
    batch = Batch("2026-04-12", name)
    write(store, batch, "clean", *({"doc_id": doc_id, "duplicate_of": copy_of} for doc_id in doc_ids))
    quotes = ({"doc_id": doc_id, "quote_id": number} | SAID for doc_id in doc_ids for number in range(2))
    write(store, batch, "quotes", *quotes)
    against = {"source_kind": "speaker", "source": "وزير الري", "stance": "against", "target": "السد"}
    author = {"source_kind": "author", "source": "author", "stance": "favor", "target": "السد", "score": 0.99}
    stances = [against | {"doc_id": doc_id, "score": 0.5 + 0.1 * at} for at, doc_id in enumerate(doc_ids)]
    write(store, batch, "stances", *stances, author | {"doc_id": doc_ids[0]})


def test_who_spoke_most_and_the_surest_positions_of_new_articles_are_told(store: Store) -> None:
    fill(store, "a", "d0")
    before = present_files(store)
    fill(store, "b", "d1", "d2")
    found = new_findings(store, before)
    assert found.voices == (Voice("وزير الري", 4),)
    assert found.positions == (Position("وزير الري", "against", "السد", 0.6, "d2"),)
    assert (found.articles, found.quotes, found.stances) == (2, 4, 3)


def test_copies_of_earlier_articles_say_nothing_new(store: Store) -> None:
    fill(store, "a", "d1", copy_of="d0")
    assert new_findings(store, frozenset()) == Findings()


def test_a_run_without_new_articles_finds_nothing(store: Store) -> None:
    fill(store, "a", "d0")
    assert new_findings(store, present_files(store)) == Findings()
