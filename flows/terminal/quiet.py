"""Which log lines a person sees who has not asked for all of them."""

from __future__ import annotations

import logging
from typing import Final

# What Prefect tells, nabra tells by itself or the server has; of addresses asked once more the other tells.
SILENT: Final = ("prefect", "stamina")
# Hours of work: its progress is no detail.
TRAINING: Final = "nabra.tasks.train"


def is_told(record: logging.LogRecord) -> bool:
    """True for warnings, but not of those that nabra speaks for, and for the progress of a training."""
    if record.name.startswith(TRAINING):
        return record.levelno >= logging.INFO
    of_others = record.name.partition(".")[0] in SILENT
    return record.levelno >= (logging.CRITICAL if of_others else logging.WARNING)
