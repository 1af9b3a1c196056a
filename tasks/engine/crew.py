"""The workers of a run in this process: each has a process of its own with the models, loaded once and kept.

A worker whose process dies loses a call, not the others' processes. On a machine that is lent to a run, nobody says
when that ends: what nobody has used for a while ends by itself.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Hashable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from multiprocessing import process
from multiprocessing.util import Finalize
from typing import Final

from nabra.tasks.engine.at_work import WorkNote
from nabra.tasks.engine.fingerprint import Fingerprints
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.errors import ConfigError, NabraError
from nabra.tasks.warehouse.files import Files
from nabra.tasks.warehouse.held import HeldFiles, require_held
from nabra.tasks.warehouse.store import Store

IDLE_SECONDS: Final = 300.0


class MemberProgress(Progress):
    """The progress of one worker: the run hears of it, and its note."""

    def __init__(self, run: Progress) -> None:
        super().__init__()
        self._run = run
        self.note: WorkNote | None = None

    def tick(self) -> None:
        """See `Progress`."""
        self._run.tick()
        if self.note:
            self.note.go_on()


class Member:
    """A worker: its resources, whose files are written while the run holds the warehouse and its crew is at work.

    `notes` are the files for its notes, which it takes back also when the crew has ended.
    """

    def __init__(self, plan: Plan, run: Progress, crew: Crew) -> None:
        require_alike(plan)
        files = Files.open(plan.settings.store)

        def require_held_and_open() -> None:
            crew.require_open()
            require_held(files, plan.run_id)

        self.notes = HeldFiles(files, partial(require_held, files, plan.run_id))
        self.progress = MemberProgress(run)
        store = Store(HeldFiles(files, require_held_and_open))
        self.resources = Resources(plan.settings, store, progress=self.progress)
        # Made here, under the crew's lock: one made later would not be seen by who closes.
        self.resources.workers  # noqa: B018


def require_alike(plan: Plan) -> None:
    """ConfigError where the lists and models of this machine make other rows than those where the run was begun."""
    try:
        here = Fingerprints.of(plan.settings).stages
    except (OSError, NabraError) as error:
        raise ConfigError(
            f"{socket.gethostname()}: {error}; every worker needs the lists and models that the settings name, at the "
            "same path"
        ) from error
    others = [stage for stage, made in plan.fingerprints.stages.items() if here[stage] != made]
    if others:
        raise ConfigError(
            f"{socket.gethostname()} would make other rows of {', '.join(others)} than the machine where the run was "
            "begun: give it the same nabra, models and lists"
        )


class Crew:
    """The workers of one run, as many as are at work at once. A member is one thread's until it gives it back."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self._plan, self._progress = plan, progress
        self._lock = threading.Lock()
        self._idle: list[Member] = []
        self._members: list[Member] = []
        self._is_closed = False
        self._timer: threading.Timer | None = None
        # A process that ends, such as a worker of a cluster, waits for its children otherwise.
        Finalize(None, self.close, exitpriority=10)

    @contextmanager
    def member(self) -> Iterator[Member]:
        """A worker with what it has loaded; CancelledError where the crew is closed."""
        member = self._taken()
        try:
            yield member
        finally:
            self._give_back(member)

    def _taken(self) -> Member:
        with self._lock:
            self.require_open()
            if self._timer:
                self._timer.cancel()
            if self._idle:
                return self._idle.pop()
            # Daemons, as the workers of a cluster are, may have no children; these end with their parents.
            process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
            member = Member(self._plan, self._progress, self)
            self._members.append(member)
            return member

    def _give_back(self, member: Member) -> None:
        with self._lock:
            self._idle.append(member)
            if len(self._idle) == len(self._members) and not self._is_closed:
                self._timer = threading.Timer(IDLE_SECONDS, self.end_idle)
                self._timer.daemon = True
                self._timer.start()

    def end_idle(self) -> None:
        """End the processes of workers that do nothing; the next call starts others."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._members = [member for member in self._members if member not in idle]
        for member in idle:
            member.resources.close()

    @property
    def is_unused(self) -> bool:
        """Whether nobody is at work, in a crew that is not closed."""
        with self._lock:
            return not self._members and not self._is_closed

    def require_open(self) -> None:
        """CancelledError where the crew is closed."""
        if self._is_closed:
            raise CancelledError

    def close(self) -> None:
        """End all processes, also under those who wait for them: they get a CancelledError."""
        with self._lock:
            self._is_closed = True
            members = list(self._members)
            if self._timer:
                self._timer.cancel()
        for member in members:
            member.resources.close()


_crews: dict[Hashable, Crew] = {}
_guard = threading.Lock()


def run_key(plan: Plan) -> Hashable:
    """What tells one run of this process from others: its workers may have other settings than its driver."""
    return plan.run_id, plan.settings.store


def crew_of(plan: Plan, progress: Progress) -> Crew:
    """The crew of a run in this process: a closed one stays so until it is forgotten.

    With a new one the idle workers of others end: on a worker of a cluster, where no run says that it has ended, their
    models would fill the memory.
    """
    with _guard:
        key = run_key(plan)
        if key not in _crews:
            _end_others()
            _crews[key] = Crew(plan, progress)
        return _crews[key]


def _end_others() -> None:
    for key, crew in list(_crews.items()):
        crew.end_idle()
        if crew.is_unused:
            del _crews[key]


def forget_crew(plan: Plan) -> None:
    """End the crew of a run in this process, if there is one; who asks for it then gets another."""
    with _guard:
        crew = _crews.pop(run_key(plan), None)
    if crew:
        crew.close()
