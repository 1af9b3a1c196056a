"""What a run has written is counted by source, and what was there before is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.tasks.engine.counts import SourceCount, present_files, source_counts
from nabra.tasks.errors import StoreError
from nabra.tasks.schemas import DATASETS, table
from nabra.tasks.stage import reject
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import made_by, write
from tests.workplace import Workplace

OLD, NEW = Batch("2026-04-12", "old"), Batch("2026-04-12", "new")


def test_documents_articles_copies_and_rejects_are_counted_by_source(any_store: Store) -> None:
    write(any_store, OLD, "raw", {"source": "river"})
    write(any_store, OLD, "clean", {"source": "river"})
    before = present_files(any_store)
    assert source_counts(any_store, before) == []
    write(any_store, NEW, "raw", {"source": "river"}, {"source": "hill"}, {"source": "hill"})
    write(any_store, NEW, "clean", {"source": "river"}, {"source": "hill", "duplicate_of": "a"})
    refused = [reject(stage, {"url": stage, "source": "hill"}, "empty", "") for stage in ("fetch", "clean")]
    refused.append(reject("fetch", {"url": "feed", "source": "sea"}, "network_error", ""))
    any_store.write_rejects("fetch", NEW, table(DATASETS["rejects"], refused), made_by("rejects"))
    assert source_counts(any_store, before) == [
        SourceCount("hill", documents=2, articles=1, copies=1, rejected=2),
        SourceCount("river", documents=1, articles=1, copies=0, rejected=0),
        SourceCount("sea", documents=0, articles=0, copies=0, rejected=1),
    ]


def test_an_article_that_was_cleaned_anew_is_counted_again(tmp_path: Path) -> None:
    store = Workplace(tmp_path).store
    write(store, OLD, "raw", {"source": "river"})
    write(store, OLD, "clean", {"source": "river"})
    before = present_files(store)
    write(store, OLD, "clean", {"source": "river"})
    assert source_counts(store, before) == [SourceCount("river", 0, 1, 0, 0)]


def test_a_store_that_fails_is_a_store_error(tmp_path: Path) -> None:
    store = Workplace(tmp_path).store
    store.files.write(file_of("raw", NEW), b"damaged")
    with pytest.raises(StoreError, match="raw cannot be read"):
        source_counts(store, frozenset())
