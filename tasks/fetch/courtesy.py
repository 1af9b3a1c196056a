"""Courtesy: one request at a time to a host, and a distance between two."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class StoppedError(Exception):
    """The run ends before its turn came."""


class Courtesy:
    """Whose turn it is at each host, for all threads of a run; after `stop` nobody waits any longer."""

    def __init__(self) -> None:
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[str, float] = {}
        self._stopped = threading.Event()
        self._guard = threading.Lock()

    def stop(self) -> None:
        """End all waiting, now and later, with StoppedError."""
        self._stopped.set()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Within it, nobody else asks the host."""
        with self._guard:
            mine = self._turns[host]
        with mine:
            if self._stopped.is_set():
                raise StoppedError
            yield

    def keep_distance(self, host: str, seconds: float) -> None:
        """Wait until `seconds` have passed since the last request that kept its distance; to be called in a turn."""
        wait = self._last[host] + seconds - time.monotonic() if host in self._last else 0.0
        if wait > 0 and self._stopped.wait(wait):
            raise StoppedError
        self._last[host] = time.monotonic()
