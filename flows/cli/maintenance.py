"""Commands that look after a warehouse."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from itertools import chain
from typing import Annotated

import typer

from nabra.config.settings import load_settings
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.prefect.parameters import StageName
from nabra.tasks.errors import UsageError

EXIT_BROKEN = 1
HOUR_SECONDS = 3600
DAY = ["%Y-%m-%d"]


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
    from nabra.tasks.warehouse.snapshot import check_snapshot
    from nabra.tasks.warehouse.validate import Validation, validate

    store = open_store(config, warehouse)
    seen, problems = Validation(), 0
    for problem in chain(validate(store, seen), check_snapshot(store)):
        problems += 1
        if as_json:
            shown = {"dataset": problem.dataset, "batch": str(problem.batch), "wrong": problem.wrong}
            print(json.dumps(shown, ensure_ascii=False))
        else:
            print(f"{problem.dataset} {problem.batch}: {problem.wrong}")
    print(f"{seen.batches} batches, {seen.rows:,} rows, {problems or 'no'} problems", file=sys.stderr)
    if problems:
        raise typer.Exit(EXIT_BROKEN)


def retry(
    batches: Annotated[
        list[str] | None, typer.Argument(help="Batches as `nabra status` names them. [default: all that failed]")
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Take up again what a stage failed on, also what was set aside, with all other work that is pending.

    A batch (articles that are worked on together, and share a file in every table) is set aside when a stage has failed
    on it `run.max_attempts` times, so that it holds nothing up. It is also taken up again by itself when the settings
    or models of the stage change.

    **Example** `nabra retry`

    **Exit status** 1: as with `nabra run`.
    """
    from nabra.flows.cli.ending import begin_run, end_run
    from nabra.flows.prefect.parameters import Place
    from nabra.tasks.engine.attempts import failures, release

    store, named = open_store(config, warehouse), set(batches or [])
    unknown = named - {failure.batch for failure in failures(store)}
    if unknown:
        raise UsageError(f"no stage failed on {', '.join(sorted(unknown))}; see: nabra status")
    for failure in release(store, named):
        print(
            f"{failure.stage} {failure.batch}: again after {failure.attempts + failure.deaths} attempts",
            file=sys.stderr,
        )
    begin_run()
    from nabra.flows.news import pending

    place = Place.of(warehouse, config)
    end_run(lambda: pending(place), load_settings(config), place)


def backfill(
    first: Annotated[datetime, typer.Option("--from", help="First day on which documents were fetched.", formats=DAY)],
    last: Annotated[datetime, typer.Option("--to", help="Last day, included.", formats=DAY)],
    stage: Annotated[StageName, typer.Option(help="Make this stage and those after it anew.")] = StageName["clean"],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Make past days anew where settings or models have changed since: `run --refresh` for a range of days.

    Nothing is fetched: the documents are in the warehouse. The days are those on which they were fetched, `ingest_date`
    in every table.

    **Example** `nabra backfill --from 2026-04-01 --to 2026-04-30 --stage stance`

    **Exit status** 1: as with `nabra run`.
    """
    from nabra.flows.cli.ending import begin_run, end_run
    from nabra.flows.prefect.parameters import BackfillParameters, Place

    if last < first:
        raise UsageError(f"--to {last:%Y-%m-%d} is before --from {first:%Y-%m-%d}")
    open_store(config, warehouse)
    begin_run()
    from nabra.flows.news import backfill

    parameters = BackfillParameters(first=first.date(), last=last.date(), stage=stage)
    place = Place.of(warehouse, config)
    end_run(lambda: backfill(parameters, place), load_settings(config), place)


def compact(warehouse: Warehouse = None, config: ConfigFile = None) -> None:
    """Make a snapshot for consumers: the small files of each day merged into one, all listed in a manifest.

    `_compact/manifest.json` names the files; it is replaced whole, so that readers of it see neither doubles nor holes.
    Files of earlier snapshots stay until `nabra vacuum`. Only days that changed are merged anew. docs/reading.md shows
    how to read a snapshot.

    **Example** `nabra compact`
    """
    from nabra.tasks.warehouse.lease import hold
    from nabra.tasks.warehouse.snapshot import MANIFEST, compact

    store = open_store(config, warehouse)
    with hold(store, "compact") as check:
        sources, merged = compact(store, check)
    done = f"merged {sources} files into {merged}; the snapshot" if merged else "nothing to merge; the snapshot stays"
    print(f"{done}: {store}/{MANIFEST}", file=sys.stderr)


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

    On S3 such writes leave nothing that can be listed; let a lifecycle rule of the bucket end unfinished uploads.

    **Example** `nabra vacuum --dry-run`
    """
    from nabra.flows.cli.status import readable_bytes
    from nabra.tasks.warehouse.lease import hold
    from nabra.tasks.warehouse.snapshot import forget_removed, stale

    store = open_store(config, warehouse)
    before = time.time() - hours * HOUR_SECONDS
    with hold(store, "vacuum"):  # else it could be a run that is writing
        found = store.temporary(before) | stale(store, before)
        for name in found:
            if dry_run:
                print(name)
            else:
                store.remove(name)
        if not dry_run:
            forget_removed(store)
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
    from nabra.tasks.schemas import DATASETS, SCHEMA_VERSION
    from nabra.tasks.warehouse.lease import hold

    store = open_store(config, warehouse)
    with hold(store, "migrate") as check:
        outdated = {dataset: store.outdated(dataset) for dataset in DATASETS}
        for dataset, paths in outdated.items():
            for path in paths:
                check()
                store.migrate(dataset, path)
            if paths:
                print(f"{dataset}: {len(paths)} files brought to version {SCHEMA_VERSION}", file=sys.stderr)
    if not any(outdated.values()):
        print(f"nothing to do: all files are of version {SCHEMA_VERSION}", file=sys.stderr)
