"""What the stages after clean need besides their tables: models and lexicons, made in the process that calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from nabra.config.settings import Settings
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.stage import SETTINGS, Stage, StageOutput, load_function


class Tools:
    """The tools for one set of settings, each made when first asked for, and kept; `made` are there already, by the
    names of the functions that make them.
    """

    def __init__(self, settings: Settings, made: Mapping[str, object] | None = None) -> None:
        self.settings = settings
        self._made: dict[str, Any] = dict(made or {})

    def get(self, stage: Stage, name: str) -> Any:
        """The tool of a stage. Two stages that name one function share what it makes."""
        maker = stage.tools[name]
        if maker not in self._made:
            self._made[maker] = load_function(maker)(self.settings)
        return self._made[maker]

    def call(self, stage: Stage, tables: Mapping[str, pa.Table]) -> StageOutput:
        """What the stage makes of the tables."""
        output: StageOutput = load_function(stage.work)(*(self._argument(stage, need, tables) for need in stage.needs))
        return output

    def _argument(self, stage: Stage, need: str, tables: Mapping[str, pa.Table]) -> object:
        if need in tables:
            return tables[need]
        return getattr(self.settings, stage.name) if need == SETTINGS else self.get(stage, need)


def prepare_tools(settings: Settings) -> Tools:
    """Make a worker ready, by the imports of the models' libraries; its tools, of which nothing is made yet."""
    for stage in STAGES.values():
        if stage.ordered is None:
            for function in (stage.work, *stage.tools.values()):
                load_function(function)
    return Tools(settings)
