"""The work of runs that have begun in this process, by their ids.

A flow goes to the workers of a cluster by value, with all that its function names: so it names no run, whose files are
open, but this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_work: dict[str, Callable[[], None]] = {}


@contextmanager
def begun(run_id: str, work: Callable[[], None]) -> Iterator[None]:
    """Know the work of a run until the block ends."""
    _work[run_id] = work
    try:
        yield
    finally:
        del _work[run_id]


def do_work(run_id: str) -> None:
    """Do the work of a run."""
    _work[run_id]()
