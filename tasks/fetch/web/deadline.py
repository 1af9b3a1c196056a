"""The time that one address may take in all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from nabra.tasks.errors import DocumentError


class Deadline:
    """The moment by which the address being fetched must have answered; waiting out of courtesy does not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def restart(self) -> None:
        """Begin with another address."""
        self._end = time.monotonic() + self._seconds

    def left(self) -> float:
        """Seconds until the end. Raises DocumentError `timeout` where it has passed."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise DocumentError("timeout", f"took longer than {self._seconds:g} s")
        return seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What is done here has its own full time and takes none of the address's."""
        left = self._end - time.monotonic()
        self.restart()
        try:
            yield
        finally:
            self._end = time.monotonic() + left
