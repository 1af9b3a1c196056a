"""What a stage is, and the wiring of all stages: what each reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from nabra.tasks.schemas import DATASETS, REJECT_REASONS, REJECTS, table


@dataclass(frozen=True)
class Stage:
    """One step after fetch: the datasets it reads for a batch and those it writes, the last of them published last.

    The documents it has to account for are those of the first dataset it reads.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class StageOutput:
    """What a stage made of one batch: its tables by dataset, and one reject row for each document it refused."""

    tables: Mapping[str, pa.Table]
    rejects: pa.Table = field(default_factory=lambda: table(REJECTS, []))


STAGES: Final = {
    stage.name: stage
    for stage in (
        Stage("clean", ("raw",), ("clean",)),
        Stage("parse", ("clean",), ("sentences", "tokens", "entities")),
        Stage("sentiment", ("sentences", "clean"), ("sentiment",)),
        Stage("stance", ("sentences", "clean", "tokens", "entities"), ("quotes", "stances")),
    )
}


def reject(stage: str, document: Mapping[str, Any], reason: str, detail: str) -> dict[str, Any]:
    """The reject row of a document (a row of `raw` or `clean`, or what of it is known: url and source at least)."""
    if reason not in REJECT_REASONS:
        raise ValueError(f"unknown reject reason {reason!r}; known: {', '.join(REJECT_REASONS)}")
    return {
        "stage": stage,
        "doc_id": document.get("doc_id"),
        "url": document["url"],
        "source": document["source"],
        "reason": reason,
        "detail": detail,
        "payload_sha256": document.get("payload_sha256"),
        "at": datetime.now(UTC),
    }


def stage_output(tables: Mapping[str, list[dict[str, Any]]], rejects: list[dict[str, Any]]) -> StageOutput:
    """Rows by dataset as checked tables."""
    return StageOutput({name: table(DATASETS[name], rows) for name, rows in tables.items()}, table(REJECTS, rejects))
