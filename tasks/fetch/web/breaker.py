"""The circuit breaker: hosts that are left alone, since they fail time and again or ask for it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Final

from nabra.tasks.errors import DocumentError

MAX_FAILURES: Final = 5


class Breaker:
    """How often each host has failed in a row, and until when it wants to be left alone, for all threads of a run."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._until: dict[str, float] = {}
        self._guard = threading.Lock()

    def check(self, host: str, patience: float) -> float:
        """The seconds for which the host wants no request yet.

        Raises DocumentError where the host is down, `network_error`, or wants none for longer than `patience` seconds,
        `http_error`.
        """
        with self._guard:
            if self._failures[host] >= MAX_FAILURES:
                raise DocumentError("network_error", f"not asked: {host} failed {MAX_FAILURES} times in a row before")
            left = max(0.0, self._until.get(host, 0.0) - time.monotonic())
            if left > patience:
                raise DocumentError("http_error", f"not asked: {host} has asked to be left alone for {left:.0f} s yet")
            return left

    def failed(self, host: str, retry_after: float | None = None) -> None:
        """The host gave no answer, or that it cannot answer now but in `retry_after` seconds."""
        with self._guard:
            self._failures[host] += 1
            if retry_after is not None:
                self._until[host] = time.monotonic() + retry_after

    def answered(self, host: str) -> None:
        """The host is there, whatever it said."""
        with self._guard:
            self._failures[host] = 0
