"""The index of a warehouse's words, as commands ask it: in the user's cache, brought up to date first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from filelock import FileLock, Timeout
from rich.progress import Progress

from nabra.flows.cache import cache_folder
from nabra.flows.terminal.progress import console
from nabra.tasks.errors import UsageError
from nabra.tasks.search.index import SearchIndex
from nabra.tasks.warehouse.store import Store

PATIENCE_SECONDS: Final = 2.0
Answered = TypeVar("Answered")


def ask_index(store: Store, question: Callable[[SearchIndex], Answered], *, anew: bool = False) -> Answered:
    """The answer of the warehouse's index, which is made anew where a file of it turns out to be damaged."""
    try:
        return question(_followed_index(store, anew=anew))
    except ValueError:
        return question(_followed_index(store, anew=True))


def _followed_index(store: Store, *, anew: bool) -> SearchIndex:
    """The index of a warehouse, with all that it has; a progress bar in a terminal where that takes a while."""
    # By its address, which can be long or hold anything.
    folder = cache_folder() / "find" / hashlib.sha256(str(store).encode()).hexdigest()[:32]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder), _progress() as progress:
            try:
                return _follow(folder, store, progress, anew=anew)
            except ValueError:  # tantivy's, of a damaged file too
                return _follow(folder, store, progress, anew=True)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        advice = "make room, or set XDG_CACHE_HOME to a folder that can be written"
        raise UsageError(f"the index of words cannot be written to {folder} ({cause}); {advice}") from error


def _follow(folder: Path, store: Store, progress: Callable[[int, int], None], *, anew: bool) -> SearchIndex:
    index = SearchIndex(folder, anew)
    index.follow(store, progress)
    return index


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have the index for oneself; who has to wait is told."""
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        console.print("another search takes up what is new; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    with Progress(*Progress.get_default_columns(), console=console, transient=True) as progress:
        bar = progress.add_task("indexing", visible=False)
        yield lambda done, whole: progress.update(bar, completed=done, total=whole, visible=True)
