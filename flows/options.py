"""The options that the commands share: which warehouse, which settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import load_settings
from tasks.errors import UsageError
from tasks.store import Store

Warehouse = Annotated[
    str | None,
    typer.Option("--warehouse", "-w", help="Folder or s3:// address of the Parquet. [default: ./warehouse]"),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file with the settings that differ from the defaults.")
]


def open_store(config: Path | None, warehouse: str | None) -> Store:
    """The warehouse that the options name."""
    return Store.open(load_settings(config, warehouse=warehouse).store)


def open_filled_store(config: Path | None, warehouse: str | None) -> Store:
    """The same; UsageError where nothing was ever put in: a wrong path must not pass for a warehouse in order."""
    store = open_store(config, warehouse)
    if not any(store.dataset(name).files for name in ("raw", "rejects")):
        raise UsageError(f"there is nothing in {store}; name another with --warehouse, or fill it with: nabra run")
    return store
