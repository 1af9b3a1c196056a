"""`--help`: every command explains itself, in examples that work and exit statuses that mean the same everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from nabra.flows.cli import commands, main
from nabra.flows.cli.commands import Command, load
from nabra.tasks.fetch.targets import ACCEPTED_SUFFIXES
from tests.workplace import NABRA, Workplace

LISTED = [command for group in commands.COMMANDS.values() for command in group]
# Modules without a command.
SHARED = {"__init__", "main", "commands", "options", "imports", "flow_run", "views", "figures", "document"}
SHARED |= {"answers", "table_files", "workbook", "identities", "index", "topics", "chosen", "handover"}
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
# They take a network, a server, training data, files of the user's, or are tried by other tests.
NOT_HERE = re.compile(
    r".*PREFECT_API_URL.*|nabra (run|retry|backfill|serve|train|evaluate .|sources check|actors (merge|split|rename|hide)|.*s3://).*"
)


def walked(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    for below, child in getattr(command, "commands", {}).items():
        yield from walked(load(below) if name == "nabra" else child, f"{name} {below}")


COMMANDS = dict(walked(typer.main.get_command(main.app), "nabra"))
LEAVES = {name: command for name, command in COMMANDS.items() if not getattr(command, "commands", {})}
EXAMPLES = {
    example: name
    for name, command in COMMANDS.items()
    for example in re.findall(r"^(?:\*\*Example\*\* )?`([^`]*nabra [^`]+)`", command.help or "", re.MULTILINE)
}


@pytest.mark.parametrize("name", LEAVES)
def test_a_command_explains_itself_and_each_of_its_arguments(name: str) -> None:
    command = LEAVES[name]
    assert command.help
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option)), name
    if name not in ("nabra models download", "nabra serve"):
        assert name in EXAMPLES.values(), f"{name} has no example"


@pytest.mark.parametrize("command", LISTED, ids=lambda command: command.name)
def test_the_help_of_nabra_says_of_a_command_what_its_own_help_says_first(command: Command) -> None:
    own = COMMANDS[f"nabra {command.name}"].help or ""
    assert own.splitlines()[0] == command.help


def test_every_module_of_commands_is_reached() -> None:
    modules = {path.stem for path in Path(main.__file__).parent.glob("*.py")}
    assert modules - {command.module or command.name for command in LISTED} == SHARED


def test_only_what_1_means_differs_between_commands() -> None:
    whole = COMMANDS["nabra"].help or ""
    assert re.search(r"\*\*Exit status\*\* of all commands: 0 .*; 1 .*; 2 .*; 130 ", whole, re.DOTALL)
    for name, command in LEAVES.items():
        told = re.findall(r"exit status[^.]*", command.help or "", re.IGNORECASE)
        assert all(re.match(r"(?i)exit status(\*\* 1: .+| 2)", words, re.DOTALL) for words in told), name


def test_all_kinds_of_input_are_told() -> None:
    (inputs,) = (parameter for parameter in COMMANDS["nabra run"].params if parameter.name == "inputs")
    told = inputs.help  # type: ignore[attr-defined]
    table = README.split("## What goes in")[1].split("\n## ")[0]
    for suffix in ACCEPTED_SUFFIXES:
        assert f"{suffix} " in told, suffix
        assert f"`{suffix}`" in table, suffix


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_examples_work_on_what_the_first_run_leaves(sampled: tuple[Workplace, str, str], tmp_path: Path) -> None:
    place, _, _ = sampled
    shutil.copytree(place.folder / "warehouse", tmp_path / "warehouse")  # some take rows out of it
    environment = place.environment | {"PATH": f"{NABRA.parent}:{place.environment['PATH']}"}
    here = [example for example in EXAMPLES if not NOT_HERE.fullmatch(example)]
    assert len(here) >= 15, here
    for example in here:
        done = subprocess.run(
            example, shell=True, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{example}: {done.stderr}"
