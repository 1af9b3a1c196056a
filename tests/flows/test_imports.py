"""Commands start at once: each imports what its work needs, and nothing heavy besides."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from nabra.flows.cli.commands import COMMANDS
from nabra.tasks.warehouse.store import Store

HEAVY: Final = {
    *("torch", "stanza", "transformers", "safetensors", "sklearn", "pandas", "prefect", "trafilatura", "datasketch"),
    *("feedparser", "lxml", "httpx", "httpx2", "requests", "warcio", "pebble", "py3langid", "pyarrow.dataset"),
    *("pydantic", "rich.markdown", "botocore", "duckdb"),
}
HELP: Final = {"rich.markdown"}
SETTINGS: Final = {"pydantic"}
TABLES: Final = SETTINGS | {"pyarrow.dataset"}
QUERIES: Final = TABLES | {"duckdb"}
# Workers are made ready to be started, sitemaps told from other files.
FILES: Final = TABLES | {"pebble", "lxml"}
WEB: Final = FILES | {"httpx2"}
CALLED: Final = """
import sys
from nabra.flows.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.__stderr__)
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The heavy modules that the command has imported when it ends."""
    call = [sys.executable, "-P", "-c", CALLED, *arguments]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    return HEAVY & set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("--version", set()),
        ("--help", HELP),
        ("run --help", HELP | SETTINGS),
        ("serve --help", HELP | SETTINGS),
        ("backfill --help", HELP | SETTINGS),
        ("train --help", HELP | SETTINGS),
        ("status", TABLES),
        ("show aa11", QUERIES),
        ("sql 'from clean'", QUERIES),
        ("export jsonl", QUERIES),
        ("export conllu", QUERIES),
        ("validate", TABLES),
        ("compact", TABLES),
        ("vacuum", TABLES),
        ("migrate", TABLES),
        ("sources list", SETTINGS),
        ("actors list", SETTINGS),
        ("actors check", SETTINGS),
        ("actors find صالح", TABLES),
        ("cues check", SETTINGS),
        ("models", SETTINGS),
        ("evaluate", SETTINGS),
        ("status --check", TABLES),
    ],
)
def test_a_command_imports_no_more_than_it_needs(store: Store, arguments: str, allowed: set[str]) -> None:
    extra = imported(Path(str(store)).parent, *shlex.split(arguments)) - allowed
    assert not extra


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("run void.jsonl", FILES),
        ("run void.jsonl --refresh clean", FILES),
        ("run http://127.0.0.1:9/feed", WEB),
        ("backfill --from 2026-01-01 --to 2026-01-02", FILES),
        ("retry", FILES),
    ],
)
def test_a_run_in_which_no_stage_has_work_imports_no_prefect_and_no_model(
    tmp_path: Path, arguments: str, allowed: set[str]
) -> None:
    (tmp_path / "void.jsonl").write_text('{"id": "void", "text": ""}\n', encoding="utf-8")
    imported(tmp_path, "run", "void.jsonl")  # so that there is a warehouse
    extra = imported(tmp_path, *shlex.split(arguments)) - allowed
    assert not extra


def test_the_help_loads_no_command(store: Store) -> None:
    modules = {f"nabra.flows.cli.{command.module or command.name}" for group in COMMANDS.values() for command in group}
    call = [sys.executable, "-P", "-c", CALLED, "--help"]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert not modules & set(done.stderr.split())
