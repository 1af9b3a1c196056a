"""The log of a run in Prefect is bounded, and what comes from outside is inert in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from prefect.logging import handlers

from nabra.flows.prefect.run_log import MAX_LINES, RunLogHandler


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    """What is sent to a server."""
    kept: list[dict[str, Any]] = []
    handlers.set_api_log_sink(kept.append)
    yield kept
    handlers.set_api_log_sink(None)


def test_the_first_lines_are_sent_and_all_are_counted(sent: list[dict[str, Any]]) -> None:
    run = uuid4()
    handler = RunLogHandler(run)
    for number in range(MAX_LINES + 10):
        handler.handle(logging.makeLogRecord({"name": "nabra.x", "levelno": logging.INFO, "msg": f"{number}\x1b[2J"}))
    assert len(sent) == MAX_LINES
    assert handler.met == MAX_LINES + 10
    assert (sent[0]["flow_run_id"], sent[0]["name"], sent[0]["message"]) == (str(run), "nabra.x", "0\\u001b[2J")
