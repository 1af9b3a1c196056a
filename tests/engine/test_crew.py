"""The crews of a process: one for each run at work, and no models of runs that have ended."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.engine import crew as crew_module
from nabra.tasks.engine.crew import crew_of, forget_crew
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.standstill import Progress


class Pool:
    """In place of a process with the models."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Plan]]:
    monkeypatch.setattr(crew_module, "_crews", {})
    monkeypatch.setattr(Resources, "workers", property(lambda made: made.__dict__.setdefault("workers", Pool())))
    settings = load_settings(warehouse=str(tmp_path / "w"))
    plans = [Plan(settings, f"run{number}") for number in range(3)]
    yield plans
    for plan in plans:
        forget_crew(plan)


def test_models_of_runs_before_end_when_another_begins(plans: list[Plan]) -> None:
    pools = []
    for plan in plans:
        with crew_of(plan, Progress()).member() as member:
            pools.append(member.resources.workers)
            assert [pool.is_closed for pool in pools] == [True] * (len(pools) - 1) + [False]
    assert len(crew_module._crews) == 1


def test_who_is_at_work_for_another_run_goes_on(plans: list[Plan]) -> None:
    with crew_of(plans[0], Progress()).member() as first:
        with crew_of(plans[1], Progress()).member() as second:
            assert not first.resources.workers.is_closed
        assert not second.resources.workers.is_closed
    with crew_of(plans[0], Progress()).member() as again:
        assert again is first


def test_a_closed_crew_stays_closed_when_another_begins(plans: list[Plan]) -> None:
    crew_of(plans[0], Progress()).close()
    crew_of(plans[1], Progress())
    with pytest.raises(CancelledError), crew_of(plans[0], Progress()).member():
        pass
