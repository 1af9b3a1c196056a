"""The commands by name: the help lists them without their modules, and the one that is called is loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_group

from nabra.flows.cli.imports import light_imports

MARKUP: Final = "markdown"


class Command(NamedTuple):
    """A command as the help of `nabra` lists it: a function, or a group of them, that has its name in a module."""

    name: str
    help: str
    module: str = ""  # the name of the command, unless several share a module


# Under the headings of the help. Each line of help is the first that the command says of itself.
COMMANDS: Final = {
    "Work on articles": (
        Command("run", "Take articles through all stages: fetch, clean, parse, sentiment, stance."),
        Command("demo", "Take the samples that come with nabra through all stages, to see what it finds."),
        Command(
            "backfill",
            "Make past days anew where settings or models have changed since: `run --refresh` for a range of days.",
        ),
        Command(
            "retry",
            "Take up again what a stage failed on, also what was set aside, with all other work that is pending.",
            "warehouse",
        ),
        Command(
            "serve",
            "Register the flows with the Prefect server that `PREFECT_API_URL` names, and run what it asks for.",
        ),
    ),
    "Read the results": (
        Command("status", "Tell what lies in the warehouse, what is still to do, what was rejected and why."),
        Command(
            "show",
            "Show an article: sentences coloured by sentiment, quotes with speakers, stances with their evidence.",
        ),
        Command("find", "Find articles or quotes by their words, in any spelling and with anything joined to them."),
        Command("report", "Write what the warehouse tells as one HTML file, to read and to hand over."),
        Command("sql", "Ask the warehouse in DuckDB's SQL."),
        Command(
            "fix", "Correct what nabra found, or hide it; everything that reads the warehouse has it from then on."
        ),
        Command("audit", "Judge a sample of what nabra found, and learn how much of all of it is right."),
        Command("export", "Write articles and tables in other forms."),
    ),
    "Look after the warehouse": (
        Command("validate", "Check that all that lies in the warehouse is as docs/data.md promises.", "warehouse"),
        Command(
            "compact",
            "Make a snapshot for consumers: the small files of each day merged into one, all listed in a manifest.",
            "warehouse",
        ),
        Command(
            "vacuum",
            "Remove files of earlier snapshots, and what runs that were killed in mid-write left under `_tmp/`.",
            "warehouse",
        ),
        Command("remove", "Take an article, a source or a day out of all tables, and keep it away."),
        Command(
            "migrate",
            "Give the files that an older nabra wrote the columns of this one, one by one, each replaced whole.",
            "warehouse",
        ),
    ),
    "Sources, actors, cues, models": (
        Command("train", "Rebuild the shipped models from the training data. Needs `pip install 'nabra[train]'`."),
        Command("evaluate", "Print the scores of the models, or of the whole pipeline on annotated articles."),
        Command("sources", "List the sources, which a run without arguments fetches; try them."),
        Command(
            "actors",
            "List the actors, check their files, look up a name; tell who is who in the warehouse, and decide on it.",
        ),
        Command("cues", "Check the words by which quotes and stances are found."),
        Command("models", "List the models in use; fetch others."),
    ),
}


class LazyGroup(TyperGroup):
    """A group that loads a command when it is called, or asked for its own help."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """See click; the command is loaded."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and load(listed.name or ""), rest


def list_commands(app: typer.Typer) -> None:
    """Give the group all commands, so far as its help tells of them."""
    for heading, commands in COMMANDS.items():
        for command in commands:
            app.command(command.name, help=command.help, rich_help_panel=heading)(_not_loaded)


def load(name: str) -> Any:
    """The command of that name as click has it, with its arguments and options."""
    (command,) = (command for commands in COMMANDS.values() for command in commands if command.name == name)
    with light_imports():
        found = vars(import_module(f"nabra.flows.cli.{command.module or name}"))[name]
    app = typer.Typer(rich_markup_mode=MARKUP, add_completion=False)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)
    return get_group(app).commands[name]


def _not_loaded() -> None:
    raise AssertionError("a command that was listed but not loaded")
