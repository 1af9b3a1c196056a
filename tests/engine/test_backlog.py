"""What is to do of articles that were cleaned before is counted, and nothing else."""

from __future__ import annotations

from pathlib import Path

from nabra.tasks.engine.backlog import Backlog, backlogs
from nabra.tasks.warehouse.layout import Batch
from tests.flows.small_warehouse import OTHER, small_warehouse, write

CLEANED, FETCHED = Batch("2026-04-13", "two"), Batch("2026-04-14", "three")


def test_a_stage_is_told_with_the_batches_and_articles_that_wait_for_it(tmp_path: Path) -> None:
    store = small_warehouse(tmp_path)
    write(store, FETCHED, "raw", {"doc_id": OTHER})
    both = {CLEANED, FETCHED}
    assert list(backlogs(store, {"clean": {FETCHED}, "parse": both, "actors": set()})) == [Backlog("parse", 1, 1)]
    write(store, FETCHED, "clean", {"doc_id": OTHER}, {"doc_id": OTHER, "version": 2})
    (waiting,) = backlogs(store, {"actors": both})
    assert str(waiting) == "actors has 2 batches of earlier runs to do, with 3 articles"


def test_where_no_stage_has_work_nothing_is_told(tmp_path: Path) -> None:
    assert not list(backlogs(small_warehouse(tmp_path), {"parse": set()}))
