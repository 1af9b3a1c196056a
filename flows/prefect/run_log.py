"""The log of a flow run in Prefect: what nabra logs meanwhile, and at its end what failed and was refused, by name.

Both are bounded. What comes from outside is made inert, as everywhere that it is shown.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.logging.handlers import APILogHandler

from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.progress import ALL_REJECTS, passed_over

if TYPE_CHECKING:
    from nabra.flows.parameters import Location
    from nabra.flows.pipeline import RunSummary

# The second tells of addresses that are asked once more.
LOGGERS: Final = ("nabra", "stamina")
MAX_LINES: Final = 1000
# Failed addresses that are named; the rejects that a run keeps for this are bounded in `nabra.flows.pipeline`.
MAX_FAILED: Final = 100


class RunLogHandler(APILogHandler):
    """Sends the first `MAX_LINES` records to the log of a flow run, from whichever thread, and counts the others."""

    def __init__(self, flow_run_id: Any) -> None:
        super().__init__(logging.INFO)
        self._flow_run_id = flow_run_id
        self.met = 0

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        self.met += 1
        if self.met <= MAX_LINES:
            mine = copy.copy(record)
            mine.flow_run_id = self._flow_run_id
            super().emit(mine)

    def format(self, record: logging.LogRecord) -> str:
        """See logging."""
        return escape(super().format(record))


@contextmanager
def run_log() -> Iterator[None]:
    """Send what nabra logs within to the log of the flow run at work, if there is one."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        yield
        return
    handler = RunLogHandler(context.flow_run.id)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    loggers[0].setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
        if handler.met > MAX_LINES:
            get_run_logger().warning("%d further lines of this run are left out here", handler.met - MAX_LINES)


def tell(summary: RunSummary, location: Location) -> None:
    """Log what a run did, and what failed and was rejected: the first by name, and where the rest is to be read."""
    log = get_run_logger()
    for count in summary.counts:
        numbers = (count.documents_in, count.documents_out, count.rejected, count.known)
        log.info("%s: in %d, out %d, rejected %d, known %d", count.stage, *numbers)
    for line in passed_over(summary.counts):
        log.info("%s", line)
    failed = [f"source failed: {target}" for target in summary.failed_targets]
    _warn(failed[:MAX_FAILED], len(failed), location.command("sources", "check"))
    rejects = [f"rejected: {line}" for line in summary.first_rejects]
    _warn(rejects, summary.rejected, location.command("sql", ALL_REJECTS))


def _warn(lines: list[str], number: int, command: str) -> None:
    log = get_run_logger()
    for line in lines:
        log.warning("%s", escape(line))
    if number > len(lines):
        log.warning("… and %d more; all: %s", number - len(lines), command)
