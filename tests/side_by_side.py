"""Groups of batches in threads of this process, without Prefect."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait

from nabra.flows.pipeline import Run
from nabra.flows.side_by_side import SideBySide
from nabra.tasks.engine import steps
from nabra.tasks.engine.dispatch import Group
from nabra.tasks.engine.groups import Outcome
from nabra.tasks.engine.plan import Plan


class FuturePending:
    def __init__(self, future: Future[Outcome]) -> None:
        self.future = future

    def wait(self, seconds: float) -> bool:
        return bool(wait([self.future], seconds).done)

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
