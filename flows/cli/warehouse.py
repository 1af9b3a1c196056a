"""Commands that look after a warehouse."""

from __future__ import annotations

import json
import sys
import time
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import EXIT_NOT_WELL, ConfigFile, Warehouse, open_store
from nabra.flows.terminal.tables import readable_bytes
from nabra.tasks.engine.attempts import failures, release
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION
from nabra.tasks.warehouse import snapshot
from nabra.tasks.warehouse.removal import hold_whole
from nabra.tasks.warehouse.validate import Validation
from nabra.tasks.warehouse.validate import validate as find_problems

if TYPE_CHECKING:
    from nabra.flows.pipeline import RunSummary

HOUR_SECONDS = 3600


def validate(
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a problem.")] = False,
) -> None:
    """Check that all that lies in the warehouse is as docs/data.md promises.

    That every file can be read, has the columns and types of its schema version and says what made it, that keys are
    unique and references whole, that offsets cut out just the words they claim, that stages and reasons of rejects are
    known, that no stage has a batch without what it was made from, that a snapshot has the rows of its batches. Work
    that is still to do is no problem.

    **Example** `nabra validate --json`

    **Exit status** 1: something is wrong.
    """
    store = open_store(config, warehouse)
    seen, problems = Validation(), 0
    for problem in chain(find_problems(store, tuple(STAGES.values()), seen), snapshot.check_snapshot(store)):
        problems += 1
        if as_json:
            shown = {"dataset": problem.dataset, "batch": str(problem.batch), "wrong": problem.wrong}
            print(json.dumps(shown, ensure_ascii=False))
        else:
            print(f"{problem.dataset} {problem.batch}: {problem.wrong}")
    print(f"{seen.batches} batches, {seen.rows:,} rows, {problems or 'no'} problems", file=sys.stderr)
    if problems:
        raise typer.Exit(EXIT_NOT_WELL)


def retry(
    batches: Annotated[
        list[str] | None, typer.Argument(help="Batches as `nabra status` names them. [default: all that failed]")
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Take up again what a stage failed on, also what was set aside, with all other work that is pending.

    Nothing is fetched.

    A batch (articles that are worked on together, and share a file in every table) is set aside when a stage has failed
    on it `run.max_attempts` times, so that it holds nothing up. It is also taken up again by itself when the settings
    or models of the stage change.

    **Example** `nabra retry`

    **Exit status** 1: as with `nabra run`.
    """
    from nabra.flows.cli.flow_run import do_run
    from nabra.flows.parameters import Location

    store, named = open_store(config, warehouse), set(batches or [])
    unknown = named - {failure.batch for failure in failures(store)}
    if unknown:
        raise UsageError(f"no stage failed on {', '.join(sorted(unknown))}; see: nabra status")
    for failure in release(store, named):
        print(
            f"{failure.stage} {failure.batch}: again after {failure.attempts + failure.deaths} attempts",
            file=sys.stderr,
        )
    with light_imports():
        from nabra.flows.pipeline import prepare_pending

    location = Location.of(warehouse, config)

    def flow() -> RunSummary:
        from nabra.flows.news import pending

        return pending(location.warehouse, location.config)

    do_run(prepare_pending(location), flow)


def compact(warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Make a snapshot for consumers: the small files of each day merged into one, all listed in a manifest.

    `_compact/manifest.json` names the files; it is replaced whole, so that readers of it see neither doubles nor holes.
    Files of earlier snapshots stay until `nabra vacuum`. Only days that changed are merged anew. docs/reading.md shows
    how to read a snapshot.

    **Example** `nabra compact`
    """
    store = open_store(config, warehouse)
    with hold_whole(store, "compact") as check:
        sources, merged = snapshot.compact(store, check)
    done = f"merged {sources} files into {merged}; the snapshot" if merged else "nothing to merge; the snapshot stays"
    print(f"{done}: {store}/{snapshot.MANIFEST}", file=sys.stderr)


def vacuum(
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    hours: Annotated[
        float,
        typer.Option(help="Only files older than this, or out of the snapshot for longer: readers may be at work."),
    ] = 24,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Name the files, remove nothing.")] = False,
) -> None:
    """Remove files of earlier snapshots, and what runs that were killed in mid-write left under `_tmp/`.

    On S3 such writes leave nothing.

    **Example** `nabra vacuum --dry-run`
    """
    store = open_store(config, warehouse)
    before = time.time() - hours * HOUR_SECONDS
    with hold_whole(store, "vacuum"):  # else it could be a run that is writing
        found = store.files.unfinished(before) | snapshot.stale(store, before)
        for name in found:
            if dry_run:
                print(name)
            else:
                store.files.remove(name)
        if not dry_run:
            snapshot.forget_removed(store)
    if not found:
        print("nothing to remove", file=sys.stderr)
        return
    size = readable_bytes(sum(found.values()))
    print(f"{'found' if dry_run else 'removed'} {len(found)} files, {size}", file=sys.stderr)


def migrate(warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Give the files that an older nabra wrote the columns of this one, one by one, each replaced whole.

    New columns are null in them. nabra itself does not need it. Other readers that take their columns from the first
    file want all files alike; DuckDB's `union_by_name` does without.

    **Example** `nabra migrate`
    """
    store = open_store(config, warehouse)
    with hold_whole(store, "migrate") as check:
        outdated = {dataset: store.outdated(dataset) for dataset in DATASETS}
        for dataset, paths in outdated.items():
            for path in paths:
                check()
                store.migrate(dataset, path)
            if paths:
                print(f"{dataset}: {len(paths)} files brought to version {SCHEMA_VERSION}", file=sys.stderr)
    if not any(outdated.values()):
        print(f"nothing to do: all files are of version {SCHEMA_VERSION}", file=sys.stderr)
