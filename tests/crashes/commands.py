"""Runs and commands that crashes are tried on: the real pipeline in this process, with tools of a few lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from nabra.config.settings import Settings, load_settings
from nabra.flows import pipeline
from nabra.flows.cli import remove as take_out
from nabra.flows.cli import warehouse as upkeep
from nabra.flows.parameters import Location, RunParameters
from nabra.tasks.engine import removal_plan, standstill, steps
from nabra.tasks.engine.fingerprint import Fingerprints
from nabra.tasks.engine.resources import Resources
from nabra.tasks.errors import UsageError
from tests.in_process import InThisProcess, cleaner_of, stand_ins

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class StandingClock(datetime):
    """Shows the same time for ever."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOON.astimezone(tz)


# Loaded once for all runs under the same settings.
tools_of = cache(stand_ins)


def anywhere(settings: Settings) -> Settings:
    """The settings without the warehouse's address, on which no tool depends."""
    return settings.model_copy(update={"store": load_settings().store})


@contextmanager
def in_this_process() -> Iterator[None]:
    """The pipeline without other processes, and with a clock that stands."""
    assert removal_plan  # the command imports it when it is called, too late for its clock to be stopped
    with ExitStack() as stack:
        for module in [each for name, each in sys.modules.items() if name.startswith("nabra.")]:
            if getattr(module, "datetime", None) is datetime:
                stack.enter_context(patch.object(module, "datetime", StandingClock))
        for owner, name, value in (
            (pipeline, "show_rejects", lambda *_: None),
            (pipeline, "stage_progress", lambda *_: nullcontext(lambda *_: None)),
            (Fingerprints, "of", lru_cache(Fingerprints.of)),  # of lists that nobody changes meanwhile
            (steps, "call_alone", lambda function, *arguments: function(*arguments)),
            (standstill._Watch, "_note", lambda _: None),
            (Resources, "cleaners", property(lambda tools: InThisProcess(cleaner_of(tools.settings.clean)))),
            (Resources, "workers", property(lambda tools: InThisProcess(tools_of(anywhere(tools.settings))))),
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


def remove(config: Path, what: str, removed: str, warehouse: str) -> None:
    """`nabra remove ARTICLE --yes`, `nabra remove --source ID --yes`; all may have left."""
    with redirect_stderr(StringIO()), redirect_stdout(StringIO()), suppress(UsageError):
        take_out.remove(**{what: removed}, yes=True, warehouse=warehouse, config=config)
