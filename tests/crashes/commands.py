"""Runs and commands that crashes are tried on: the real flow in this process, with tools of a few lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from nabra.flows import news
from nabra.flows.cli import warehouse as upkeep
from nabra.flows.prefect.parameters import Place, RunParameters
from nabra.tasks import run as runner
from nabra.tasks.clean.cleaner import load_cleaner
from nabra.tasks.engine import standstill
from nabra.tasks.engine.fingerprint import Fingerprints
from nabra.tasks.engine.resources import Resources
from tests.in_process import InThisProcess, stand_ins

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class StandingClock(datetime):
    """Shows the same time for ever."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOON.astimezone(tz)


@contextmanager
def in_this_process() -> Iterator[None]:
    """The flow without Prefect, without other processes, and with a clock that stands."""
    cleaner = lru_cache(load_cleaner)
    with ExitStack() as stack:
        for module in [each for name, each in sys.modules.items() if name.startswith("nabra.")]:
            if getattr(module, "datetime", None) is datetime:
                stack.enter_context(patch.object(module, "datetime", StandingClock))
        for owner, name, value in (
            (news, "run_stage", runner.run_stage.fn),
            (news, "run_fetch", runner.run_fetch.fn),
            (news, "publish", lambda *_: None),
            (news, "show_rejects", lambda *_: None),
            (news, "stage_progress", lambda _: nullcontext(lambda *_: None)),
            (Fingerprints, "of", lru_cache(Fingerprints.of)),  # of lists that nobody changes meanwhile
            (runner, "call_alone", lambda function, *arguments: function(*arguments)),
            (standstill._Watch, "_note", lambda _: None),
            (Resources, "cleaners", property(lambda tools: InThisProcess(cleaner(tools.settings.clean)))),
            (Resources, "workers", property(lambda tools: InThisProcess(stand_ins(tools.settings)))),
        ):
            stack.enter_context(patch.object(owner, name, value))
        yield


def run(config: Path, inputs: tuple[str, ...], refresh: tuple[str, ...], warehouse: str) -> None:
    """`nabra run INPUTS --refresh …`."""
    news.news.fn(RunParameters(inputs=inputs, refresh=refresh), Place(warehouse=warehouse, config=str(config)))


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
