"""Runs and commands that crashes are tried on: the real pipeline in this process, with tools of a few lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from nabra.flows import pipeline
from nabra.flows.cli import warehouse as upkeep
from nabra.flows.prefect.parameters import Location, RunParameters
from nabra.tasks.engine import standstill, steps
from nabra.tasks.engine.fingerprint import Fingerprints
from nabra.tasks.engine.resources import Resources
from tests.in_process import InThisProcess, cleaner_of, stand_ins

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class StandingClock(datetime):
    """Shows the same time for ever."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOON.astimezone(tz)


@contextmanager
def in_this_process() -> Iterator[None]:
    """The pipeline without other processes, and with a clock that stands."""
    with ExitStack() as stack:
        for module in [each for name, each in sys.modules.items() if name.startswith("nabra.")]:
            if getattr(module, "datetime", None) is datetime:
                stack.enter_context(patch.object(module, "datetime", StandingClock))
        for owner, name, value in (
            (pipeline, "show_rejects", lambda *_: None),
            (pipeline, "stage_progress", lambda _: nullcontext(lambda *_: None)),
            (Fingerprints, "of", lru_cache(Fingerprints.of)),  # of lists that nobody changes meanwhile
            (steps, "call_alone", lambda function, *arguments: function(*arguments)),
            (standstill._Watch, "_note", lambda _: None),
            (Resources, "cleaners", property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))),
            (Resources, "workers", property(lambda tools: InThisProcess(stand_ins(tools.settings)))),
        ):
            stack.enter_context(patch.object(owner, name, value))
        yield


def run(config: Path, inputs: tuple[str, ...], refresh: tuple[str, ...], warehouse: str) -> None:
    """`nabra run INPUTS --refresh …`."""
    location = Location(warehouse=warehouse, config=str(config))
    prepared = pipeline.prepare_run(RunParameters(inputs=inputs, refresh=refresh), location)
    with pipeline.open_run(prepared, "none") as work:
        work.fetch()
        work.work()
        work.summary().without_failures()


def compact(config: Path, warehouse: str) -> None:
    """`nabra compact`."""
    with redirect_stderr(StringIO()):
        upkeep.compact(warehouse, config)


def vacuum(config: Path, warehouse: str) -> None:
    """`nabra vacuum --hours 0`."""
    with redirect_stderr(StringIO()):
        upkeep.vacuum(warehouse, config, hours=0)


def migrate(config: Path, warehouse: str) -> None:
    """`nabra migrate`."""
    with redirect_stderr(StringIO()):
        upkeep.migrate(warehouse, config)
