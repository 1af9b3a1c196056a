"""Courtesy: one request at a time to a host, and a distance between two."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from nabra.tasks.errors import DocumentError


class StoppedError(Exception):
    """The run ends before its turn came."""


class Courtesy:
    """Whose turn it is at each host, for all threads of a run; after `stop` nobody waits any longer."""

    def __init__(self) -> None:
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._ended: dict[str, float] = {}
        self._stopped = threading.Event()
        self._guard = threading.Lock()

    def stop(self) -> None:
        """End all waiting, now and later, with StoppedError."""
        self._stopped.set()

    @contextmanager
    def turn(self, host: str, distance: float | None, patience: float) -> Iterator[None]:
        """Within it, nobody else asks the host; it begins `distance` seconds after the end of the turn before.

        Turns without a distance, for robots.txt, begin at once and leave that of the others as it is. DocumentError
        `network_error` where others have the host for longer than `patience` seconds.
        """
        with self._guard:
            mine = self._turns[host]
        if not mine.acquire(timeout=patience):
            raise DocumentError("network_error", f"others were asking {host} for {patience:g} s")
        try:
            self._wait(self._ended[host] + distance if distance is not None and host in self._ended else 0.0)
            try:
                yield
            finally:
                if distance is not None:
                    self._ended[host] = time.monotonic()
        finally:
            mine.release()

    def _wait(self, until: float) -> None:
        if self._stopped.wait(max(0.0, until - time.monotonic())):
            raise StoppedError
