"""Which log lines reach a person who has not asked for all."""

from __future__ import annotations

import logging

import pytest

from nabra.flows.terminal.quiet import is_told


@pytest.mark.parametrize(
    ("name", "level", "told"),
    [
        ("nabra.tasks.fetch.ingest", logging.INFO, False),
        ("nabra.tasks.fetch.ingest", logging.WARNING, True),
        ("prefect.flow_runs", logging.ERROR, False),
        ("nabra.tasks.train.optimise", logging.INFO, True),
        ("nabra.tasks.train.optimise", logging.DEBUG, False),
    ],
)
def test_warnings_are_told_and_how_far_a_training_is(name: str, level: int, told: bool) -> None:
    record = logging.LogRecord(name, level, "file", 1, "what happened", None, None)
    assert is_told(record) is told
