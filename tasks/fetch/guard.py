"""The guard: whatever is raised while one input is read is that input's reject, and the others are done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nabra.tasks.documents.identity import inert
from nabra.tasks.errors import DocumentError
from nabra.tasks.fetch.outcomes import Rejected
from nabra.tasks.fetch.web.courtesy import StoppedError

log = logging.getLogger(__name__)
T = TypeVar("T")


def guarded(url: str, act: Callable[[], T]) -> T | DocumentError:
    """What `act` returns, or why the address could not be taken."""
    try:
        return act()
    except StoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - libraries raise what they like
        return _named(url, error)


def guarded_all(url: str, found: Iterable[T], refuse: Callable[[DocumentError], Rejected]) -> Iterator[T | Rejected]:
    """What is found in an input at `url`, up to where it cannot be read on: that is refused."""
    try:
        yield from found
    except StoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        yield refuse(_named(url, error))


def _named(url: str, error: Exception) -> DocumentError:
    if isinstance(error, DocumentError):
        return error
    log.debug("reading %s failed", url, exc_info=error)
    if isinstance(error, OSError) and error.strerror:
        return DocumentError("unreadable", f"cannot be read: {error.strerror}")
    said = inert(str(error))
    return DocumentError("failed", f"{type(error).__name__}: {said}" if said else type(error).__name__)
