"""Every state that a warehouse can be left in by a kill or a power cut, found by watching what is done with its files.

A process that is killed has done the operations before that moment, and no other. So one run that is watched shows all
that can be left of it: what is there before its first operation, before its second … and, of a power cut, what of that
was synced. Each state that is new is put on the storage anew and taken up by another run, which is watched in turn.

States are compared byte for byte. The clock stands still, so that files differ by their rows alone; what tells of a
holder, of progress and of unfinished writes, and is read by nobody who recovers, is left out of the comparison.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nabra.tasks.warehouse.lease import LOCK
from tests.crashes.checks import Check
from tests.crashes.places import Place
from tests.crashes.watch import Contents, State, Watch


@dataclass
class Search:
    """What was found: operations by kind in the first run, and in those that took up what kills of it left."""

    first: Counter[str] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    states: int = 0

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.first.items()))
        taken_up = f"{self.runs} runs with {self.later.total()} more"
        return f"{self.first.total()} points ({kinds}), {self.states} states, {taken_up}"


def explore(
    place: Place,
    undisturbed: Watch,
    recover: Callable[[str], None],
    check: Check,
    *,
    kills: int = 2,
    most: int | None = None,
) -> Search:
    """Kill a run that was watched at each operation, what takes it up at each of its own, and so on.

    `kills` is how often a warehouse is hit before it is left in peace. Of the states that are new in a run, `most` are
    taken up, or all.
    """
    search, known = Search(undisturbed.operations), set[State]()
    waiting: deque[tuple[int, Contents]] = deque()

    def look_at(watch: Watch, hits: int) -> None:
        check.look_at_end(watch.seen)
        new = {state: left for state, left in watch.left.items() if state not in known} if hits < kills else {}
        known.update(new)
        for left in spread(list(new.values()), most):
            check.look_at_left(left)
            waiting.append((hits + 1, left))

    look_at(undisturbed, 0)
    while waiting:
        hits, contents = waiting.popleft()
        watch = watched_run(place, contents, recover)
        search.runs += 1
        search.later.update(watch.operations)
        look_at(watch, hits)
    search.states = len(known)
    return search


def spread(states: Sequence[Contents], most: int | None) -> Sequence[Contents]:
    """So many of the states, or all, from the beginning to the end."""
    step = max(1, -(-len(states) // most)) if most else 1
    return states[step // 2 :: step]


def watched_run(place: Place, contents: Contents, work: Callable[[str], None]) -> Watch:
    """Do the work on a warehouse with these files, and watch."""
    address = place.put(contents)
    watch = Watch(address.removeprefix("s3://"), dict(contents))
    with place.watched(watch):
        work(address)
    there = {name: content for name, content in place.contents().items() if name != LOCK}
    assert there == watch.seen, "the watch has missed an operation"
    return watch
