"""Prefect's log lines, made inert: they tell of errors in the words of what came in."""

from __future__ import annotations

import logging

from prefect.logging.handlers import PrefectConsoleHandler

from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.quiet import is_told


class InertHandler(PrefectConsoleHandler):
    """Prefect's handler, which takes the place of all others once Prefect is loaded; tracebacks are in its lines."""

    def format(self, record: logging.LogRecord) -> str:
        """See Prefect; control and bidirectional characters become `\\uXXXX`."""
        return escape(super().format(record))


class QuietHandler(InertHandler):
    """The same without what nabra speaks for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging."""
        return is_told(record) and bool(super().filter(record))
