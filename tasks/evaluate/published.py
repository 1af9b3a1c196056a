"""Published scores of comparable systems."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Published:
    """A system's scores in percent by metric, and the data that they were measured on."""

    system: str
    data: str
    scores: dict[str, float]


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
