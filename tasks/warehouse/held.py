"""Files for who works for a run that holds the warehouse, and does not hold it himself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nabra.tasks.errors import StoreError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.holder import HOLDER, Holder, taken


class HeldFiles(Files):
    """Files that are written and removed only after `check`, which raises where that is not to be done any more."""

    def __init__(self, files: Files, check: Callable[[], None]) -> None:
        super().__init__(files.storage, files.root)
        self._check = check

    @contextmanager
    def sink(self, name: str) -> Iterator[Any]:
        """See `Files`."""
        self._check()
        with super().sink(name) as stream:
            yield stream

    def remove(self, name: str) -> None:
        """See `Files`."""
        self._check()
        super().remove(name)


def require_held(files: Files, run_id: str) -> None:
    """StoreError if the warehouse is no longer held by this run."""
    holder = Holder.parse(files.read(HOLDER))
    if holder is None:
        raise StoreError(f"warehouse {files} is no longer held by run {run_id}, which has ended; its work stops here")
    if holder.run != run_id:
        raise StoreError(taken(files, holder))
