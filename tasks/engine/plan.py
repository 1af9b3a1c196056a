"""What a run has to do: the batches fetched, less those that the stages have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any

from nabra.config.settings import Settings, shipped_keys, with_shipped
from nabra.tasks.engine.attempts import set_aside
from nabra.tasks.engine.days import open_days
from nabra.tasks.engine.fingerprint import Fingerprints, RecordedFingerprints, upstream
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store


@dataclass(frozen=True)
class Plan:
    """What all tasks of a run share: small, hashable, safe to send to another process.

    On another machine nabra may lie elsewhere: what comes with it is then looked up there.
    `refresh` names the stages whose files count as not done where other settings or models made them; `days` bounds the
    run to batches fetched from the first to the last of these days (ISO 8601).
    """

    settings: Settings
    run_id: str
    refresh: frozenset[str] = frozenset()
    days: tuple[str, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "shipped": shipped_keys(self.settings)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, settings=with_shipped(state["settings"], state["shipped"]))
        del self.__dict__["shipped"]

    @cached_property
    def provenance(self) -> Mapping[str, Provenance]:
        """What each stage writes into its files' metadata."""
        version = metadata.version("nabra")
        return {name: Provenance(name, made, version, self.run_id) for name, made in self.fingerprints.stages.items()}

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """What would make rows in this run."""
        return Fingerprints.of(self.settings)

    def todos(self, store: Store) -> dict[str, set[Batch]]:
        """What each stage has yet to do, in order; each dataset is listed once."""
        listed = store.remembering()
        return {stage: self.todo(listed, stage) for stage in STAGES}

    def looked_at(self, store: Store) -> Store:
        """What this run has to look at: all where it makes stages anew, else the days that are not complete."""
        return store if self.refresh else store.of_days(open_days(store))

    def todo(self, store: Store, stage_name: str) -> set[Batch]:
        """The batches fetched that the stage has yet to do in this run, without those set aside here or before."""
        fetched = {batch for batch in store.batches("raw") if self._is_in_days(batch)}
        undone = self._undone(STAGES[stage_name], fetched, store, RecordedFingerprints(store))
        return undone - self.set_aside(store, stage_name) if undone else undone

    def _undone(self, stage: Stage, batches: set[Batch], store: Store, made: RecordedFingerprints) -> set[Batch]:
        """What the stage has not done; if refreshed, also what it, or a stage before it, makes anew."""
        if stage.name not in self.refresh:
            return batches - store.done(stage, among=batches)
        anew = set[Batch]().union(*(self._undone(before, batches, store, made) for before in upstream(stage)))
        done = store.done(stage, among=batches - anew)
        return batches - {batch for batch in done if self.fingerprints.is_current(stage, batch, made)}

    def _is_in_days(self, batch: Batch) -> bool:
        return self.days is None or self.days[0] <= batch.ingest_date <= self.days[1]

    def set_aside(self, store: Store, stage_name: str) -> set[Batch]:
        """The batches that the stage, or one before it, passes over."""
        stages = list(STAGES)[: list(STAGES).index(stage_name) + 1]
        made = {name: self.provenance[name].fingerprint for name in stages}
        return set_aside(store, made, self.settings.run.max_attempts)
