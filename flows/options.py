"""The options that the commands share: which warehouse, which settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import load_settings
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
