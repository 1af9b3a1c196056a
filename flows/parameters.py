"""The parameters of the flows: typed, checked before anything runs; Prefect's UI makes its forms of them."""

from __future__ import annotations

import shlex
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nabra.config.settings import Runner
from nabra.tasks.engine.stages import STAGES

# For the server, which keeps what it has let in: here the settings and the fetcher refuse the same, and more.
WAREHOUSE: Final = r"^(s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[^?#@]*)?|file:///[^?#]*|[^:]*)$"
NO_PASSWORD: Final = r"^(?!\s*[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*@)"

Inputs = tuple[Annotated[str, Field(json_schema_extra={"pattern": NO_PASSWORD})], ...]
Warehouse = Annotated[str | None, Field(json_schema_extra={"pattern": WAREHOUSE})]
# The stages that can be made anew.
StageName = StrEnum("StageName", {name: name for name in STAGES})  # type: ignore[misc]
RunnerName = StrEnum("RunnerName", {name: name for name in get_args(Runner)})  # type: ignore[misc]
Workers = Annotated[int | None, Field(ge=1)]


class Parameters(BaseModel):
    """Frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Location(Parameters):
    """Where a flow works, and under which settings file; a deployment sets both once for all its runs."""

    warehouse: str | None = None
    config: str | None = None

    @classmethod
    def of(cls, warehouse: str | None, config: Path | None) -> Self:
        """What the options of a command name; the settings file as seen from any folder."""
        return cls(warehouse=warehouse, config=str(config.absolute()) if config else None)

    def command(self, *words: str) -> str:
        """A call of nabra that works in this location, to be pasted into a shell."""
        options = {"--warehouse": self.warehouse, "--config": self.config}
        given = [part for name, value in options.items() if value for part in (name, value)]
        return shlex.join(["nabra", *words, *given])


class RunnerChoice(Parameters):
    """What carries out the stages after clean, and how many workers; None where the settings say."""

    runner: RunnerName | None = None
    workers: Workers = None


class RunParameters(RunnerChoice):
    """What to take in, of which outlet and with which columns, and which stages to make anew."""

    inputs: tuple[str, ...] = ()
    source: str | None = None
    columns: tuple[str, ...] = ()
    refresh: tuple[StageName, ...] = ()


class BackfillParameters(RunnerChoice):
    """Which days to make anew, both included, from which stage on."""

    first: date
    last: date
    stage: StageName = StageName["clean"]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        return self
