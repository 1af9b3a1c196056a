"""The crawl frontier: what is still to be asked, host by host; many hosts at once, each by one thread."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Final

from nabra.tasks.fetch.outcomes import Fetched
from nabra.tasks.fetch.web.courtesy import Courtesy, StoppedError

if TYPE_CHECKING:
    from nabra.tasks.fetch.web.client import Web

# What the threads are ahead of the consumer: payloads in memory.
AHEAD: Final = 32
LOOK_SECONDS: Final = 0.1

# What to do with a host: gives results one by one, and may add more jobs to the frontier.
Job = Callable[["Web"], Iterator[Fetched]]


class Frontier:
    """Jobs of hosts, done in order within a host; `results` yields what they give as it comes.

    `open_web` makes the client of a thread. Leaving the context ends the threads after the request each is at.
    """

    def __init__(
        self, open_web: Callable[[], AbstractContextManager[Web]], courtesy: Courtesy, hosts_at_once: int
    ) -> None:
        self._open_web, self._courtesy = open_web, courtesy
        self._threads = ThreadPoolExecutor(hosts_at_once, "nabra-host")
        self._jobs: defaultdict[str, deque[Job]] = defaultdict(deque)
        self._busy: set[str] = set()
        self._left = 0
        self._guard = threading.Lock()
        self._results: queue.Queue[Fetched | Exception] = queue.Queue(AHEAD)
        self._is_over = threading.Event()

    def __enter__(self) -> Frontier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._courtesy.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def add(self, host: str, job: Job) -> None:
        """Append a job to those of its host."""
        with self._guard:
            self._jobs[host].append(job)
            self._left += 1
            if host in self._busy:
                return
            self._busy.add(host)
        self._threads.submit(self._work, host)

    def results(self) -> Iterator[Fetched]:
        """What the jobs give, until none is left. An error that a job did not name is raised here."""
        while True:
            try:
                result = self._results.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                with self._guard:
                    # A job puts its results before it is counted as done.
                    if self._left == 0 and self._results.empty():
                        return
                continue
            if isinstance(result, Exception):
                raise result
            yield result

    def _work(self, host: str) -> None:
        try:
            with self._open_web() as web:
                while job := self._next(host):
                    for result in job(web):
                        self._put(result)
                    with self._guard:
                        self._left -= 1
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001 - raised again where the results are read
            self._put(error)

    def _next(self, host: str) -> Job | None:
        with self._guard:
            if self._jobs[host] and not self._is_over.is_set():
                return self._jobs[host].popleft()
            self._busy.discard(host)
            return None

    def _put(self, result: Fetched | Exception) -> None:
        while not self._is_over.is_set():
            try:
                self._results.put(result, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
            return
        raise StoppedError
