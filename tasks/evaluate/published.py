"""Published scores of comparable systems."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources


@dataclass(frozen=True)
class Published:
    """A system's scores in percent by metric, the data that they were measured on, intervals of 95 % where known."""

    system: str
    data: str
    scores: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def read_published() -> tuple[dict[str, list[Published]], str]:
    """The published scores by task (`parser`, `ner`), and what keeps them from being compared with nabra's."""
    text = resources.files("nabra.tasks.evaluate").joinpath("published.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    note = " ".join(content.pop("note").split())
    tasks = {
        task: [
            Published(row["system"], row["data"], {k: v for k, v in row.items() if isinstance(v, float)})
            for row in rows
        ]
        for task, rows in content.items()
    }
    return tasks, note
