"""What a stage says about itself, and what it gives back. Imports nothing heavy: the list of stages is read by all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from nabra.config.settings import Settings
from nabra.tasks.schemas import DATASETS, REJECT_REASONS, REJECTS, table

SETTINGS: Final = "settings"


@dataclass(frozen=True)
class Stage:
    """One step after fetch, and all that the engine has to know of it.

    Functions are named as `module:function`, so that the list of stages can be read without the models' libraries.
    """

    name: str
    # The function; it returns a StageOutput.
    work: str
    # Its arguments in order: datasets, `settings` (its section), and tools. It has to account for the documents of the
    # first dataset.
    needs: tuple[str, ...]
    # The datasets that it makes; the last is published last.
    makes: tuple[str, ...]
    # What its tools are made with: functions of the settings, called once a process.
    tools: Mapping[str, str] = field(default_factory=dict, hash=False)
    # What its rows depend on besides its settings: functions of the settings that return something JSON can hold.
    made_of: tuple[Callable[[Settings], object], ...] = ()
    # Raised when its code makes other rows of the same tables: then what is there counts as made by another stage.
    version: int = 1
    # Whether an article may leave no row.
    may_be_silent: bool = False
    # A step that depends on the order of the articles: called in the driver, batch after batch, with what `work`
    # returned and the index of stories. Such a stage works in the driver: its tools are the run's resources, by name.
    ordered: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The datasets among its needs; a tool may be called like one."""
        return tuple(need for need in self.needs if need in DATASETS and need not in self.tools)


def load_function(name: str) -> Callable[..., Any]:
    """The function `module:function`."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


@dataclass(frozen=True)
class StageOutput:
    """What a stage made of one batch: its tables by dataset, and one reject row for each document it refused."""

    tables: Mapping[str, pa.Table]
    rejects: pa.Table = field(default_factory=lambda: table(REJECTS, []))


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
