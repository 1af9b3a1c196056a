"""A stage on a batch: read, call, check, write, count."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from nabra.tasks.engine.calls import call_in_groups
from nabra.tasks.engine.failed_targets import FailedTarget
from nabra.tasks.engine.fingerprint import RecordedFingerprints, upstream
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.repeats import (
    OriginalsSeen,
    documents_in,
    repeats_within,
    rows_of_originals,
    with_repeats,
    with_taken_over,
    without_documents,
)
from nabra.tasks.engine.resources import Resources
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import BatchError
from nabra.tasks.schemas import VERSION
from nabra.tasks.stage import Stage, StageOutput, load_function
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class StageCount:
    """What became of documents in a stage: `documents_in` = `documents_out` + `rejected` + `known`.

    `known` are those on which there was nothing to work: the warehouse has the document, or its refusal, or the rows of
    an article that is word for word the same. `duplicates` are those of `documents_out` that repeat an earlier article,
    as `clean.duplicate_of` says; clean alone finds them. `passed_over` says how many fetch did not take, by why;
    `failed_targets` are those of its `targets` that could not be had at all.
    """

    stage: str
    documents_in: int = 0
    documents_out: int = 0
    rejected: int = 0
    known: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    passed_over: tuple[tuple[str, int], ...] = ()
    targets: int = 0
    failed_targets: tuple[FailedTarget, ...] = ()


def process_batch(
    stage_name: str, batch: Batch, resources: Resources, plan: Plan, originals: OriginalsSeen | None = None
) -> StageCount:
    """Run one stage on one batch: read its datasets, write its own, the rejects first and the last dataset last.

    `originals` tell what its articles repeat; without them those of `resources` do.
    """
    started = time.monotonic()
    stage, store = STAGES[stage_name], resources.store
    tables = {dataset: store.read(dataset, batch) for dataset in _read(stage)}
    # Clean shows what is a repeat; the stages after it are spared them, those of earlier batches and of this one.
    seen = originals or resources.originals if "clean" in tables else None
    repeats = seen.add(batch, tables["clean"]) if seen else {}
    provenance = _provenance(stage, batch, tables, store, plan)
    taken = rows_of_originals(stage, repeats, store, partial(_made_alike, stage, store, plan, provenance.fingerprint))
    spared = documents_in(taken)
    left = without_documents(tables, spared)
    twins = repeats_within(left["clean"]) if "clean" in left else {}
    made = _made(stage, batch, without_documents(left, set(twins)), resources)
    output = with_taken_over(with_repeats(made, twins, left["clean"]) if twins else made, taken)
    count = _count(stage, tables, output, spared | twins.keys(), time.monotonic() - started)
    articles = tables["clean"] if "clean" in tables else tables["raw"]
    versions = _versions(articles)
    if stage_name in plan.refresh:
        _withdraw(stage, batch, store)
    store.write_rejects(stage_name, batch, output.rejects, provenance)
    for dataset in stage.makes:
        store.write(dataset, batch, _with_versions(output.tables[dataset], versions), provenance)
    if stage.ordered:
        from nabra.tasks.engine.leaving import forget_before

        forget_before(batch, store)
    return count


def _withdraw(stage: Stage, batch: Batch, store: Store) -> None:
    """Take away what the stage made of a batch, after what others made of that, the last first.

    What a killed refresh leaves is then work to be done, by any run, and never rows beside others that they do not fit.
    """
    outdated, made = [stage], set(stage.makes)
    for later in STAGES.values():
        if made & set(_read(later)) and later != stage:
            outdated.append(later)
            made |= set(later.makes)
    for each in reversed(outdated):
        for dataset in reversed(each.makes):
            store.remove(dataset, batch)


def _read(stage: Stage) -> tuple[str, ...]:
    """The datasets that a stage needs. After clean the articles too: they go to workers in groups, each text once."""
    return stage.reads if stage.ordered else tuple(dict.fromkeys((*stage.reads, "clean")))


def _made(stage: Stage, batch: Batch, tables: Tables, resources: Resources) -> StageOutput:
    if stage.ordered is None:
        return call_in_groups(stage, tables, resources.workers, resources.settings.run.deadline_seconds)
    from nabra.tasks.engine.leaving import let_go  # heavy, as stories are

    arguments = (tables[need] if need in tables else getattr(resources, need) for need in stage.needs)
    unordered = load_function(stage.work)(*arguments)
    let_go(batch, {article["doc_id"] for article in unordered.articles}, resources)
    output: StageOutput = load_function(stage.ordered)(unordered, resources.stories)
    return output


def _provenance(stage: Stage, batch: Batch, tables: Tables, store: Store, plan: Plan) -> Provenance:
    """What makes the files: the stage on what it reads, and what sources said when the batch was cleaned."""
    made = RecordedFingerprints(store)
    before = [made.of(each, batch)[1] for each in upstream(stage)]
    hints = before[0] if before else plan.fingerprints.hints_of(tables["raw"]["source"].unique().to_pylist())
    fingerprint = plan.fingerprints.now(stage, batch, made)
    return replace(plan.provenance[stage.name], fingerprint=fingerprint, hints=hints)


def _made_alike(stage: Stage, store: Store, plan: Plan, fingerprint: str, batches: set[Batch]) -> set[Batch]:
    """Those of the batches which the stage has done under this fingerprint."""
    made = RecordedFingerprints(store)
    done = store.done(stage, among=batches)
    return {batch for batch in done if plan.fingerprints.is_current(stage, batch, made, fingerprint)}


def _versions(articles: pa.Table) -> dict[str, int]:
    """The version of each document of a batch, which has no document twice."""
    return {row["doc_id"]: row["version"] or 1 for row in articles.select(["doc_id", VERSION.name]).to_pylist()}


def _with_versions(data: pa.Table, versions: Mapping[str, int]) -> pa.Table:
    place = data.schema.get_field_index(VERSION.name)
    numbers = pa.array([versions[doc_id] for doc_id in data["doc_id"].to_pylist()], VERSION.type)
    return data.set_column(place, data.schema.field(place), numbers)


def _count(stage: Stage, tables: Tables, output: StageOutput, spared: set[str], seconds: float) -> StageCount:
    """Count documents, and see that none vanished: every one read is in the output or in the rejects, never in both."""
    given = set(tables[stage.reads[0]]["doc_id"].to_pylist())
    rejected = set(output.rejects["doc_id"].to_pylist())
    made: set[str] = set().union(*(data["doc_id"].to_pylist() for data in output.tables.values()))
    expected = given - rejected if stage.may_be_silent else made
    if expected | rejected != given or made & rejected:
        lost = ", ".join(sorted(given - made - rejected)[:3])
        raise BatchError(
            f"stage {stage.name} lost or invented documents ({lost or 'in output and rejects'}); report this"
        )
    repeated = output.tables["clean"]["duplicate_of"].drop_null() if "clean" in output.tables else ()
    known = len(spared & expected)
    return StageCount(
        stage.name, len(given), len(expected) - known, len(rejected), known, duplicates=len(repeated), seconds=seconds
    )
