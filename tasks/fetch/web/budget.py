"""The budget: what one run may fetch in all, and of each source."""

from __future__ import annotations

import threading
import time
from collections import Counter

from nabra.config.settings import FetchSettings


class Budget:
    """What is left of pages, bytes and minutes; shared by all threads of a run."""

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._end = time.monotonic() + 60 * settings.max_minutes
        self._bytes = settings.max_bytes
        self._pages: Counter[str] = Counter()
        self._guard = threading.Lock()

    def allows_page(self, source: str) -> bool:
        """True if one more page of the source may be fetched; it is counted as fetched then."""
        with self._guard:
            if self._is_spent() or self._pages.total() >= self._settings.max_pages:
                return False
            if self._pages[source] >= self._settings.max_source_pages:
                return False
            self._pages[source] += 1
            return True

    def allows_listing(self) -> bool:
        """True if one more feed or sitemap may be read."""
        with self._guard:
            return not self._is_spent()

    def spend(self, size: int) -> None:
        """Take off the bytes of a payload."""
        with self._guard:
            self._bytes -= size

    def _is_spent(self) -> bool:
        return self._bytes <= 0 or time.monotonic() >= self._end
