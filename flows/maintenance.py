"""Commands that look after a warehouse."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from flows.options import ConfigFile, Warehouse, open_store

EXIT_BROKEN = 1


def validate(
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a problem.")] = False,
) -> None:
    """Check all that lies in the warehouse against the contract of docs/data.md.

    That every file can be read and has the columns and types of its schema version, that keys are unique and
    references whole, that offsets cut out just the words they claim, that no stage has a batch without what it was made
    from. Work that is still to do is no problem.

    Exit status: 0 all is well; 1 something is wrong.
    """
    from tasks.validate import Validation, validate

    seen, problems = Validation(), 0
    for problem in validate(open_store(config, warehouse), seen):
        problems += 1
        if as_json:
            shown = {"dataset": problem.dataset, "batch": str(problem.batch), "wrong": problem.wrong}
            print(json.dumps(shown, ensure_ascii=False))
        else:
            print(f"{problem.dataset} {problem.batch}: {problem.wrong}")
    print(f"{seen.batches} batches, {seen.rows:,} rows, {problems or 'no'} problems", file=sys.stderr)
    if problems:
        raise typer.Exit(EXIT_BROKEN)
