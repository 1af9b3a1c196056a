"""What the commands share: the options that name the warehouse and the settings, and an exit status."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.imports import light_imports
from nabra.flows.parameters import RunnerName
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.warehouse.store import Store

Warehouse = Annotated[
    str | None,
    typer.Option("--warehouse", "-w", help="Folder or s3:// address of the tables. [default: ./warehouse]"),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="TOML file with the settings that differ from config/default.toml."),
]
Runner = Annotated[
    RunnerName | None,
    typer.Option(help="What carries out the stages after clean: this machine, or a cluster. [default: run.runner]"),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="How many work side by side. [default: run.workers, else one per core and 1.3 GB]"),
]


class Language(StrEnum):
    """In which a page is written."""

    ar = "ar"
    en = "en"


# Of a command that is done where something of the data is not well.
EXIT_NOT_WELL: Final = 1


def open_store(config: Path | None, warehouse: str | None) -> Store:
    """The warehouse that the options name.

    UsageError where no run has ever been: a wrong path must not pass for a warehouse in order.
    """
    with light_imports():
        from nabra.tasks.schemas import DATASETS
        from nabra.tasks.warehouse.holder import FOLDER as LEASE
        from nabra.tasks.warehouse.store import Store

    store = Store.open(load_settings(config, warehouse=warehouse).store)
    if not any(store.files.below(name) for name in (*DATASETS, LEASE)):
        raise UsageError(f"there is no warehouse in {store}; name another with --warehouse, or fill it with: nabra run")
    return store
