"""The options that the commands share: which warehouse, which settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from nabra.config.settings import load_settings
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS
from nabra.tasks.warehouse.holder import FOLDER as LEASE
from nabra.tasks.warehouse.store import Store

Warehouse = Annotated[
    str | None,
    typer.Option("--warehouse", "-w", help="Folder or s3:// address of the tables. [default: ./warehouse]"),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="TOML file with the settings that differ from config/default.toml."),
]

# What a query of the warehouse may take; those of nabra itself take seconds and some hundred MiB over a year of news.
QUERY_SECONDS: Final = 300.0
QUERY_MIB: Final = 4096


def open_store(config: Path | None, warehouse: str | None) -> Store:
    """The warehouse that the options name.

    UsageError where no run has ever been: a wrong path must not pass for a warehouse in order.
    """
    store = Store.open(load_settings(config, warehouse=warehouse).store)
    if not any(store.files.below(name) for name in (*DATASETS, LEASE)):
        raise UsageError(f"there is no warehouse in {store}; name another with --warehouse, or fill it with: nabra run")
    return store
