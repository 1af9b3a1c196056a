"""What made a file: a fingerprint over the stage's version, settings, lexicons and models, and what made that it read.

What makes no row is not in it: nabra's release, the schema version, sources. What a source says about reading its pages
stands beside it, for the sources of the batch alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from nabra.config.settings import Section, Settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.schemas import RAW
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.store import Store

# Until nabra 0.1.0 a fingerprint held the release and could not be compared with those of another.
OLD: Final = re.compile("[0-9a-f]{16}")
ADOPTED: Final = "_fingerprints/adopted.json"


class RecordedFingerprints:
    """What made the files of a warehouse, each looked up once: good as long as nothing is written."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[tuple[str, Batch], tuple[str, Mapping[str, str]]] = {}

    def of(self, stage: Stage, batch: Batch) -> tuple[str, Mapping[str, str]]:
        """The fingerprint of what the stage made of a batch, and the hints of its sources at that time."""
        key = stage.name, batch
        if key not in self._found:
            metadata = self._store.metadata(stage.makes[-1], batch)
            made, hints = metadata.get("fingerprint", ""), metadata.get("hints", "{}")
            self._found[key] = self._of_old(stage, batch) if OLD.fullmatch(made) else (made, json.loads(hints))
        return self._found[key]

    def _of_old(self, stage: Stage, batch: Batch) -> tuple[str, Mapping[str, str]]:
        made, hints = self._adopted
        documents = self._store.scan(RAW.name, ["source"], files=[file_of(RAW.name, batch)])
        sources = documents["source"].unique().to_pylist()
        return made.get(stage.name, ""), {source: hints.get(source, "") for source in sources}

    @cached_property
    def _adopted(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        adopted = json.loads(self._store.files.read(ADOPTED) or b"{}")
        return adopted.get("stages", {}), adopted.get("hints", {})


@dataclass(frozen=True)
class Fingerprints:
    """What would make rows now: all that a stage depends on beside what it reads, and the hints of sources with any."""

    parts: Mapping[str, list[Any]]
    hints: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings) -> Fingerprints:
        """The fingerprints under these settings."""
        parts = {
            stage.name: [_values(settings, stage.name), [made(settings) for made in stage.made_of]]
            for stage in STAGES.values()
        }
        return cls(parts, _hints(settings))

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """The fingerprint of each stage, in order, where all before it are made under these settings; and of `raw`."""
        made = {RAW.name: f"{RAW.name}-1"}
        for stage in STAGES.values():
            made[stage.name] = self._on(stage, {made[before.name] for before in upstream(stage)})
        return made

    def now(self, stage: Stage, batch: Batch, made: RecordedFingerprints) -> str:
        """The fingerprint of what the stage makes of a batch now: of the files that are there, whatever made them."""
        return self._on(stage, {made.of(before, batch)[0] for before in upstream(stage)})

    def _on(self, stage: Stage, before: Set[str]) -> str:
        parts = json.dumps([sorted(before), *self.parts[stage.name]], sort_keys=True, ensure_ascii=False)
        return f"{stage.name}-{stage.version}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"

    def is_current(
        self, stage: Stage, batch: Batch, made: RecordedFingerprints, fingerprint: str | None = None
    ) -> bool:
        """Whether what the stage made of a batch is what it would make now, or what this fingerprint makes."""
        found, hints = made.of(stage, batch)
        is_hinted_alike = all(self.hints.get(source, "") == said for source, said in hints.items())
        return is_hinted_alike and found == (fingerprint or self.now(stage, batch, made))

    def hints_of(self, sources: list[str]) -> dict[str, str]:
        """What the sources say now. One that says nothing is named too, so that a later hint is seen as a change."""
        return {source: self.hints.get(source, "") for source in sorted(sources)}


def upstream(stage: Stage) -> list[Stage]:
    """The stages that make what the stage reads."""
    return [each for each in STAGES.values() if set(each.makes) & set(stage.reads)]


def fingerprints(settings: Settings) -> Mapping[str, str]:
    """The fingerprint of each stage, in order; a change in one changes those after it that read its tables."""
    return Fingerprints.of(settings).stages


def adopt(store: Store, current: Fingerprints) -> None:
    """Let what has a fingerprint of the old form count, from now on, as made under these; done once a warehouse."""
    if store.files.read(ADOPTED) is None:
        adopted = {"stages": dict(current.stages), "hints": dict(current.hints)}
        store.files.write(ADOPTED, json.dumps(adopted, ensure_ascii=False).encode())


def _values(settings: Settings, name: str) -> dict[str, Any]:
    section: Section | None = getattr(settings, name, None)
    return {} if section is None else section.model_dump(exclude=set(section.makes_no_difference))


def _hints(settings: Settings) -> dict[str, str]:
    said = {source.id: [source.keep, source.drop, source.zone] for source in load_sources(Path(settings.fetch.sources))}
    return {
        name: hashlib.sha256(json.dumps(each).encode()).hexdigest()[:16] for name, each in said.items() if any(each)
    }
