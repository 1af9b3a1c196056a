"""The process that serves: as `prefect.serve`, but it ends in order, and what it runs is what is here."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from prefect.runner import Runner, runner

from nabra.flows.news import DEPLOYED
from nabra.flows.terminal.signals import SIGNALS

LOOK_SECONDS: Final = 0.1
ENGINE: Final = shlex.join([sys.executable, "-P", "-m", "nabra.flows.serving.engine"])


class Service(Runner):
    """Ends on Ctrl-C and SIGTERM, once; Prefect would kill the run at work, or leave it without a state."""

    stopped_by = signal.SIGINT

    def __init__(self) -> None:
        super().__init__(limit=1)
        _take_what_is_here()

    async def serve(self, names: Sequence[str]) -> None:
        """Run what the server asks for, until a signal comes and the run at work has ended."""
        self.work = asyncio.ensure_future(self.start())
        for number in SIGNALS:
            signal.signal(number, self.handle_sigterm)
        print(f"nabra: serving {', '.join(names)}", file=sys.stderr)
        with suppress(asyncio.CancelledError):
            await self.work

    def handle_sigterm(self, number: int, *_: object) -> None:
        """Begin to end. Prefect gives SIGTERM to this method too."""
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        self.stopped_by = signal.Signals(number)
        self.work.get_loop().call_soon_threadsafe(lambda: asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        """Take no further run, tell the one at work once, wait until the server knows how it ended."""
        while not self.started:  # else Prefect leaves open what it has begun
            await asyncio.sleep(LOOK_SECONDS)
        self._scheduled_run_poller.stopping = True
        told: set[int] = set()
        while not self._limit_manager.has_slots_available():
            for pid in self._at_work() - told:
                os.kill(pid, signal.SIGINT)
                told.add(pid)
            await asyncio.sleep(LOOK_SECONDS)
        self.work.cancel()

    def _at_work(self) -> set[int]:
        manager = self._process_manager
        runs = map(manager.get, manager.flow_run_ids())
        return {run.pid for run in runs if run and run.pid and run.is_alive()}


def _take_what_is_here() -> None:
    """Let this process run nabra's flows, see `nabra.flows.serving.engine`."""

    async def first_flow(*_: object, **__: object) -> Any:
        return next(iter(DEPLOYED.values()))

    # All that Prefect asks a flow for in this process is its hooks, of which none has any.
    vars(runner)["load_flow_from_flow_run"] = first_flow
    # In a session of its own, where a terminal's Ctrl-C does not reach it: it is told from here.
    starter = partial(vars(runner)["EngineCommandStarter"], command=ENGINE, isolate_process_group=True)
    vars(runner)["EngineCommandStarter"] = starter
