"""`nabra models`: the bundled model files, whether they are whole, and the scores they were published with."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile
from nabra.flows.terminal.bidi import put
from nabra.flows.terminal.scores import model_scores
from nabra.flows.terminal.tables import plain_table, readable_bytes
from nabra.tasks.errors import ModelError
from nabra.tasks.models.folders import LANGUAGE, MANIFEST, SCORES, model_folder

STYLES: Final = {"ok": "green", "no checksum": "yellow"}

models = typer.Typer(help="List the models in use; fetch others.", invoke_without_command=True)


@models.callback()
def list_models(context: typer.Context, config: ConfigFile = None) -> None:
    """List the models in use: size, whether each file is whole, scores.

    `parse.parser` in the settings chooses them: `bundled`, `open` (trained on nothing that forbids commercial use),
    `stanford` (see `nabra models download`), or a folder of Stanza models.

    **Example** `nabra models`
    """
    if context.invoked_subcommand is not None:
        return
    put(describe_models(model_folder(load_settings(config).parse.parser)), sys.stdout)


@models.command()
def download() -> None:
    """Fetch Stanza's own Arabic package (some 600 MB), for `parse.parser = "stanford"`.

    STANZA_RESOURCES_DIR decides where it lies, STANZA_RESOURCES_URL and STANZA_MODEL_URL where it comes from.
    """
    from nabra.tasks.parse.download import download_stanford

    print(f'fetched to {download_stanford()}; to use it, set in your settings: [parse] parser = "stanford"')


@dataclass(frozen=True)
class ModelFile:
    """One file of the manifest: its path in the model folder, its size in bytes and `ok` or what is wrong with it."""

    path: str
    bytes: int
    state: str


def check_models(folder: Path) -> list[ModelFile]:
    """The files of `MANIFEST.json` (`[{"path", "bytes", "sha256"}, …]`), each compared with what lies in the folder.

    A folder without a manifest is one of Stanza's own; its files cannot be checked. ModelError on a malformed manifest.
    """
    if not (folder / MANIFEST).exists():
        found = sorted((folder / LANGUAGE).rglob("*.pt"))
        return [ModelFile(str(p.relative_to(folder)), p.stat().st_size, "no checksum") for p in found]
    entries = _read_json(folder / MANIFEST)
    try:
        return [ModelFile(entry["path"], entry["bytes"], _state(folder, entry)) for entry in entries]
    except (TypeError, KeyError) as error:
        raise ModelError(
            f"{folder / MANIFEST}: not a list of path, bytes and sha256; rebuild it with `nabra train`"
        ) from error


def describe_models(folder: Path) -> RenderableType:
    """Name, size and state of each model file, then the scores of `scores.json` if it is there."""
    files = plain_table("model", "size", "state", right={"size"})
    for file in check_models(folder):
        files.add_row(file.path, readable_bytes(file.bytes), Text(file.state, STYLES.get(file.state, "red")))
    if not (folder / SCORES).exists():
        return files
    return Group(files, "", model_scores({"nabra": _read_json(folder / SCORES)}))


def _state(folder: Path, entry: dict[str, Any]) -> str:
    path = folder / entry["path"]
    if not path.is_file():
        return "missing"
    if path.stat().st_size != entry["bytes"]:
        return f"damaged: {path.stat().st_size} bytes instead of {entry['bytes']}"
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == entry["sha256"]
    return "ok" if same else "damaged: another checksum"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{path}: cannot read it: {error.strerror}; install nabra again, or rebuild with `nabra train`"
        ) from error
    except ValueError as error:
        raise ModelError(
            f"{path}: not valid JSON: {error}; install nabra again, or rebuild with `nabra train`"
        ) from error
