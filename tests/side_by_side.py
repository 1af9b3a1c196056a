"""Groups of batches in threads of this process, without Prefect."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import pyarrow as pa

from nabra.config.settings import Settings
from nabra.flows.pipeline import Run
from nabra.flows.side_by_side import SideBySide
from nabra.tasks.engine import steps
from nabra.tasks.engine.dispatch import Group
from nabra.tasks.engine.groups import Outcome
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.tools import Tools
from nabra.tasks.processes.pool import WorkerPool
from nabra.tasks.stage import Stage, StageOutput
from tests.in_process import stand_ins


class FuturePending:
    def __init__(self, future: Future[Outcome]) -> None:
        self.future = future

    def wait(self, seconds: float) -> bool:
        return bool(wait([self.future], seconds).done)

    def when_ended(self, call: Callable[[], None]) -> None:
        self.future.add_done_callback(lambda _: call())

    def result(self) -> Outcome:
        return self.future.result()

    def cancel(self) -> None:
        self.future.cancel()


class ThreadRunner:
    """Leaving the context waits for its threads."""

    is_here = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.groups: list[Group] = []
        self.executor = ThreadPoolExecutor(workers)

    def submit(self, group: Group, plan: Plan) -> FuturePending:
        self.groups.append(group)
        return FuturePending(self.executor.submit(steps.run_batches, group, plan))

    def require_working(self) -> None:
        """Threads do not get lost."""

    def __enter__(self) -> ThreadRunner:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(cancel_futures=True)


def work_side_by_side(run: Run, workers: int) -> list[Group]:
    """Do the work of a run with so many workers; the groups that there were."""
    with ThreadRunner(workers) as runner:
        SideBySide(run, runner, run.plan).work()
    return runner.groups


class DyingTools:
    """Stand-ins whose process dies the first time that it is to parse any articles; `marks` tells of which it was."""

    def __init__(self, tools: Tools, marks: Path) -> None:
        self.tools, self.marks = tools, marks

    def call(self, stage: Stage, tables: Mapping[str, pa.Table]) -> StageOutput:
        mark = self.marks / tables["clean"]["doc_id"][0].as_py()
        if stage.name == "parse" and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.tools.call(stage, tables)


def dying_tools(settings: Settings, marks: Path) -> DyingTools:
    return DyingTools(stand_ins(settings), marks)


class GatedTools:
    """Stand-ins that parse when there is a file of this name."""

    def __init__(self, tools: Tools, gate: Path) -> None:
        self.tools, self.gate = tools, gate

    def call(self, stage: Stage, tables: Mapping[str, pa.Table]) -> StageOutput:
        while stage.name == "parse" and not self.gate.exists():
            time.sleep(0.05)
        return self.tools.call(stage, tables)


def gated_tools(settings: Settings, gate: Path) -> GatedTools:
    return GatedTools(stand_ins(settings), gate)


def use_gated_processes(gate: str) -> None:
    """Let every toolbox of this process have a real process for the stages, with stand-ins that wait for the gate."""

    def workers(resources: Resources) -> WorkerPool:
        prepare = partial(gated_tools, resources.settings, Path(gate))
        pool: WorkerPool = resources.__dict__.setdefault("workers", WorkerPool("analysis", 1, 60.0, 4096, prepare))
        return pool

    Resources.workers = property(workers)  # type: ignore[assignment]
