"""The targets of a run that could not be had themselves: feeds and pages that are down, folders that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nabra.tasks.fetch.outcomes import Fetched, Rejected, Unchanged
from nabra.tasks.fetch.targets import Target


@dataclass(frozen=True)
class FailedTarget:
    """A target that could not be had in a run, and why; also where that was so before."""

    source: str
    url: str
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.url, self.reason, self.detail) if part)


class TargetWatch:
    """Watches what fetch gives for the addresses of the targets."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._left = {target.url for target in targets}
        self.number = len(self._left)
        self.failed: list[FailedTarget] = []

    def see(self, event: Fetched) -> None:
        """Note the event if it says that a target failed."""
        failure = _failure(event)
        if failure and failure.url in self._left:
            self._left.remove(failure.url)
            self.failed.append(failure)


def _failure(event: Fetched) -> FailedTarget | None:
    match event:
        case Rejected(row):
            return FailedTarget(row["source"], row["url"], row["reason"], row["detail"])
        case Unchanged(_, page) if page.reason:
            return FailedTarget(page.source, page.url, page.reason)
        case _:
            return None
