"""The work on a group of batches, by a worker: one that another died on is refused, but to the process for it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine.at_work import WorkNote, note_of_slot
from nabra.tasks.engine.crew import forget_crew
from nabra.tasks.engine.dispatch import Group, Job
from nabra.tasks.engine.groups import run_group, run_group_alone
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.errors import WorkerError
from nabra.tasks.warehouse.holder import HOLDER, Holder
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

GROUP = Group(7, 0, (Job(Batch("2026-04-12", "00000-a"), ("parse",), 100),), is_suspect=True)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Of a run that holds the warehouse, whose worker has died on the group; the file of its articles is damaged."""
    plan = Plan(load_settings(warehouse=str(tmp_path / "w")), "run")
    files = Store.open(plan.settings.store).files
    files.prepare()
    files.write("clean/ingest_date=2026-04-12/00000-a.parquet", b"PAR1 damaged PAR1")
    files.write(HOLDER, Holder.of_this_process(plan.run_id).note())
    WorkNote(files, note_of_slot(GROUP.slot), f"{plan.run_id}/{GROUP.number}").begin(
        "parse", GROUP.jobs[0].batch, plan.fingerprints.stages["parse"]
    )
    return plan


def test_a_cluster_that_gives_the_group_to_the_next_worker_is_refused(plan: Plan) -> None:
    try:
        with pytest.raises(WorkerError, match="a worker died in parse of batch 2026-04-12/00000-a"):
            run_group(GROUP, plan, Progress())
    finally:
        forget_crew(plan)


def test_the_second_process_that_a_suspect_has_for_itself_works_on_it(plan: Plan) -> None:
    (failed,) = run_group_alone(GROUP, plan).failed
    assert "BatchError" in failed.error
    assert "cannot be read" in failed.error
