"""The parameters of the flows: typed, explained, checked before anything runs; Prefect's UI makes its forms of them."""

from __future__ import annotations

import shlex
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nabra.tasks.engine.stages import STAGES

# For the server, which keeps what it has let in: here the settings and the fetcher refuse the same, and more.
WAREHOUSE: Final = r"^(s3://[A-Za-z0-9][A-Za-z0-9._-]+(/[^?#@]*)?|file:///[^?#]*|[^:]*)$"
NO_PASSWORD: Final = r"^(?!\s*[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*@)"


# The stages that can be made anew.
StageName = StrEnum("StageName", {name: name for name in STAGES})  # type: ignore[misc]


class Parameters(BaseModel):
    """Frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Location(Parameters):
    """Where a flow works, and under which settings; a deployment sets it once for all its runs."""

    warehouse: str | None = Field(
        default=None,
        title="Warehouse",
        description="Folder or s3://bucket/prefix, without keys. Empty: that of the settings.",
        json_schema_extra={"pattern": WAREHOUSE},
    )
    config: str | None = Field(
        default=None,
        title="Settings file",
        description="TOML file on the machine that runs the flow. Empty: the defaults.",
    )

    @classmethod
    def of(cls, warehouse: str | None, config: Path | None) -> Self:
        """What the options of a command name; the settings file as seen from any folder."""
        return cls(warehouse=warehouse, config=str(config.absolute()) if config else None)

    def command(self, *words: str) -> str:
        """A call of nabra that works in this location, to be pasted into a shell."""
        options = {"--warehouse": self.warehouse, "--config": self.config}
        given = [part for name, value in options.items() if value for part in (name, value)]
        return shlex.join(["nabra", *words, *given])


class RunParameters(Parameters):
    """What to take in, and what to make anew."""

    inputs: tuple[Annotated[str, Field(json_schema_extra={"pattern": NO_PASSWORD})], ...] = Field(
        default=(),
        title="Inputs",
        description="Folders, files, addresses of articles, feeds or sitemaps. Empty: the sources that are on, "
        "or, where something is to be refreshed, none.",
    )
    source: str | None = Field(
        default=None,
        title="Source",
        description="Name of the outlet that inputs are of. Empty: the one that a row or page names, else `cli`.",
    )
    columns: tuple[str, ...] = Field(
        default=(),
        title="Columns",
        description="What files of rows call the columns, such as text=body. Empty: as in the settings.",
    )
    refresh: tuple[StageName, ...] = Field(
        default=(),
        title="Refresh",
        description="Make these stages and all after them anew where other settings or models made their files.",
    )


class BackfillParameters(Parameters):
    """Which days to make anew, from which stage on."""

    first: date = Field(title="First day", description="Day on which the documents were fetched (UTC), included.")
    last: date = Field(title="Last day", description="Day on which the documents were fetched (UTC), included.")
    stage: StageName = Field(
        default=StageName["clean"],
        title="From stage",
        description="This stage and all after it are made anew where other settings or models made their files.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        return self
