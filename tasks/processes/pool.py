"""Functions called in worker processes that can be killed and cannot take all memory."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from nabra.tasks.errors import BatchError, DocumentError
from nabra.tasks.processes.environment import CONFINED

T = TypeVar("T")
OUT_OF_MEMORY: Final = 77  # exit code of a worker
STATM: Final = Path("/proc/self/statm")


class Workers(Protocol):
    """Calls functions that want tools, somewhere."""

    def submit(
        self, function: Callable[..., T], *arguments: Any, deadline_seconds: float | None = None
    ) -> Callable[[], T]:
        """Begin with `function(tools, *arguments)`; the function returned waits for its result."""


class WorkerPool:
    """`workers` processes that call functions, each call within a deadline and `memory_mib`.

    `prepare` makes a process ready, does its slow imports, and returns the tools that every call gets as its first
    argument. The memory is what calls may take above what the process has then. A process that takes more, or longer,
    ends, and another takes its place. None starts unasked. Messages call the work by its `name`; `tick` is called when
    a call has ended, however that was.

    Processes, since trafilatura crashes natively under threads and an input can keep a library busy for ever; spawned,
    since a process forked under threads hangs, and without the secrets of the environment. Threads may share a pool. A
    context manager: leaving it ends the processes, for good.
    """

    def __init__(
        self,
        name: str,
        workers: int,
        deadline_seconds: float,
        memory_mib: int,
        prepare: Callable[[], object],
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._workers = workers
        self._deadline_seconds = deadline_seconds
        self._memory_mib = memory_mib
        self._prepare = prepare
        self._tick = tick
        self._pool: ProcessPool | None = None
        self._open: set[Future[Any]] = set()
        self._is_closed = False
        self._guard = threading.Lock()

    def submit(
        self, function: Callable[..., T], *arguments: Any, deadline_seconds: float | None = None
    ) -> Callable[[], T]:
        """Begin with `function(tools, *arguments)`; the function returned waits for its result.

        It raises what the call raises; DocumentError `timeout` or `failed`; BatchError where the processes die before
        they are called; CancelledError where the pool is closed. The time counts from when a process takes the call.
        """
        seconds = deadline_seconds or self._deadline_seconds
        begin = partial(self._begin, function, arguments, seconds)
        future = begin()
        return lambda: self._wait(future, seconds, begin)

    def _begin(self, function: Callable[..., T], arguments: tuple[Any, ...], seconds: float) -> Future[T]:
        with self._guard:
            if self._is_closed:
                raise CancelledError
            if self._pool is None or not self._pool.active:  # it is broken for ever when an idle process of it dies
                self._end()
                ready = (self._prepare, self._memory_mib)
                self._pool = ProcessPool(self._workers, initializer=_make_ready, initargs=ready, context=CONFINED)
            future = self._pool.schedule(_call_or_end, args=(function, arguments), timeout=seconds)
        self._open.add(future)
        future.add_done_callback(self._close)
        return future

    def _close(self, future: Future[Any]) -> None:
        self._open.discard(future)
        self._tick()

    def _wait(self, future: Future[T], seconds: float, again: Callable[[], Future[T]] | None) -> T:
        try:
            return future.result()
        except TimeoutError as error:
            raise DocumentError("timeout", f"{self._name} took longer than {seconds:g} s") from error
        except (ProcessExpired, BrokenProcessPool, CancelledError) as error:
            exitcode = error.exitcode if isinstance(error, ProcessExpired) else None
            if exitcode == OUT_OF_MEMORY:
                raise DocumentError(
                    "failed", f"{self._name} took more than {self._memory_mib} MiB of memory"
                ) from error
            if again:  # the process may have been killed from outside; an input that crashes it will do so twice
                return self._wait(again(), seconds, None)
            if exitcode is None:
                raise BatchError(f"the {self._name} processes die before they are called; is memory short?") from error
            raise DocumentError("failed", f"the {self._name} process died with exit code {exitcode}") from error

    def close(self) -> None:
        """End the processes, if any were started, and start no others."""
        with self._guard:
            self._is_closed = True
            self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None
        for future in tuple(self._open):  # pebble lets who waits for them wait for ever
            future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# What `prepare` made in this process, which is a worker.
_tools: Any = None


def _make_ready(prepare: Callable[[], Any], memory_mib: int) -> None:
    """Make a worker ready; what it has then is no call's."""
    global _tools
    _tools = prepare()
    sys.unraisablehook = lambda _: None  # lxml fills a page where memory ends
    if STATM.exists():  # Linux; elsewhere the limit is not heeded anyway
        used = int(STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + memory_mib * 2**20, hard))


def _call_or_end(function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    """What the function returns. A process without memory ends: what it still holds would be the next call's loss."""
    try:
        return function(_tools, *arguments)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
