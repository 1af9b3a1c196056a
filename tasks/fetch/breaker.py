"""The circuit breaker: a host that fails time and again is down, and left alone for the rest of the run."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

from tasks.errors import DocumentError

MAX_FAILURES: Final = 5


class Breaker:
    """How often each host has failed in a row, for all threads of a run."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._guard = threading.Lock()

    def check(self, host: str) -> None:
        """Raises DocumentError `network_error` where the host is down."""
        with self._guard:
            if self._failures[host] >= MAX_FAILURES:
                raise DocumentError("network_error", f"not asked: {host} failed {MAX_FAILURES} times in a row before")

    def failed(self, host: str) -> None:
        """The host gave no answer, or that it cannot answer now."""
        with self._guard:
            self._failures[host] += 1

    def answered(self, host: str) -> None:
        """The host is there, whatever it said."""
        with self._guard:
            self._failures[host] = 0
