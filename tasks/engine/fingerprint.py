"""What made a file: a fingerprint a stage, over its version, settings, lexicons and models, and the stages before it.

What makes no row is not in it: nabra's release, the schema version, sources. What a source says about reading its pages
stands beside it, for the sources of the batch alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nabra.config.settings import Section, Settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.stage import Stage
from nabra.tasks.warehouse.store import Batch, Store

RAW: Final = "raw"
# Until nabra 0.1.0 a fingerprint held the release and could not be compared with those of another.
OLD: Final = re.compile("[0-9a-f]{16}")
ADOPTED: Final = "_fingerprints/adopted.json"


@dataclass(frozen=True)
class Fingerprints:
    """What would make rows now: a fingerprint a stage, and one of `raw`; the hints of each source that has any."""

    stages: Mapping[str, str]
    hints: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings) -> Fingerprints:
        """The fingerprints under these settings."""
        return cls(fingerprints(settings), _hints(settings))

    def current(self, stage: Stage, store: Store, batches: set[Batch]) -> set[Batch]:
        """Those of the batches which the stage has done, and would make the same now."""
        done = store.done(stage, among=batches)
        adopted = json.loads(store.note(ADOPTED) or b"{}") if done else {}
        return {batch for batch in done if self._is_current(stage, store.metadata(stage.makes[-1], batch), adopted)}

    def _is_current(self, stage: Stage, metadata: Mapping[str, str], adopted: Mapping[str, str]) -> bool:
        made = metadata.get("fingerprint", "")
        made = adopted.get(stage.name, "") if OLD.fullmatch(made) else made
        is_hinted_alike = all(self.hints.get(source, "") == said for source, said in hints_in(metadata).items())
        return made == self.stages[stage.name] and is_hinted_alike

    def hints_of(self, sources: list[str]) -> dict[str, str]:
        """What the sources say now, nothing included: what they say later is another thing."""
        return {source: self.hints.get(source, "") for source in sorted(sources)}


def hints_in(metadata: Mapping[str, str]) -> dict[str, str]:
    """What the sources of a file said when it was made."""
    hints: dict[str, str] = json.loads(metadata.get("hints", "{}"))
    return hints


def fingerprints(settings: Settings) -> dict[str, str]:
    """The fingerprint of each stage, in order; a change in one changes those after it that read its tables."""
    made_by = {RAW: f"{RAW}-1"}
    for stage in STAGES.values():
        before = sorted({made_by[_maker(dataset)] for dataset in stage.reads} - {made_by[RAW]})
        parts = [before, _values(settings, stage.name), [made(settings) for made in stage.made_of]]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        made_by[stage.name] = f"{stage.name}-{stage.version}-{digest[:16]}"
    return made_by


def adopt(store: Store, fingerprints: Mapping[str, str]) -> None:
    """Let what has a fingerprint of the old form count, from now on, as made under these; done once a warehouse."""
    if store.note(ADOPTED) is None:
        store.put_note(ADOPTED, json.dumps(dict(fingerprints)).encode())


def _maker(dataset: str) -> str:
    return next((stage.name for stage in STAGES.values() if dataset in stage.makes), dataset)


def _values(settings: Settings, name: str) -> dict[str, Any]:
    section: Section | None = getattr(settings, name, None)
    return {} if section is None else section.model_dump(exclude=set(section.makes_no_difference))


def _hints(settings: Settings) -> dict[str, str]:
    said = {source.id: [source.keep, source.drop, source.zone] for source in load_sources(Path(settings.fetch.sources))}
    return {
        name: hashlib.sha256(json.dumps(each).encode()).hexdigest()[:16] for name, each in said.items() if any(each)
    }
