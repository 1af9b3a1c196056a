"""How any stage is run on a batch: read, call, check, write, count. The one Prefect task of the stages."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE

from nabra.config.settings import Settings
from nabra.tasks.clean.clean import clean_articles
from nabra.tasks.engine.attempts import set_aside
from nabra.tasks.engine.calls import call_in_groups
from nabra.tasks.engine.fingerprint import VERSION as NABRA_VERSION
from nabra.tasks.engine.fingerprint import fingerprints
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.repeats import documents, merged, shared, taken_over, within, without
from nabra.tasks.engine.resources import Toolbox
from nabra.tasks.engine.standstill import Progress
from nabra.tasks.errors import BatchError
from nabra.tasks.fetch.targets import Target
from nabra.tasks.processes.isolated import call_alone
from nabra.tasks.schemas import VERSION
from nabra.tasks.stages import STAGES, Stage, StageOutput
from nabra.tasks.warehouse.store import Batch, Provenance, Store

logger = logging.getLogger(__name__)

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class StageCount:
    """What became of documents in a stage: `documents_in` = `documents_out` + `rejected` + `known`.

    `known` are those on which there was nothing to work: the warehouse has the document, or its refusal, or the rows of
    an article that is word for word the same. `duplicates` are those of `documents_out` that repeat an earlier article,
    as `clean.duplicate_of` says; clean alone finds them.
    """

    stage: str
    documents_in: int = 0
    documents_out: int = 0
    rejected: int = 0
    known: int = 0
    duplicates: int = 0
    seconds: float = 0.0


def process_batch(stage_name: str, batch: Batch, tools: Toolbox, provenance: Provenance) -> StageCount:
    """Run one stage on one batch: read its datasets, write its own, the rejects first and the last dataset last."""
    started = time.monotonic()
    stage, store = STAGES[stage_name], tools.store
    tables = {dataset: store.read(dataset, batch) for dataset in stage.reads}
    # Clean shows what is a repeat; the stages after it are spared them, those of earlier batches and of this one.
    repeats = tools.originals.add(batch, tables["clean"]) if "clean" in tables else {}
    taken = taken_over(stage, repeats, store, provenance.fingerprint)
    spared = documents(taken)
    left = without(tables, spared)
    twins = within(left["clean"]) if "clean" in left else {}
    made = _made(stage, without(left, set(twins)), tools)
    output = merged(shared(made, twins, left["clean"]) if twins else made, taken)
    count = _count(stage_name, tables, output, spared | twins.keys(), time.monotonic() - started)
    versions = _versions(tables)
    store.write_rejects(stage_name, batch, output.rejects, provenance)
    for dataset in stage.writes:
        store.write(dataset, batch, _with_versions(output.tables[dataset], versions), provenance)
    return count


def _made(stage: Stage, tables: Tables, tools: Toolbox) -> StageOutput:
    if stage.name == "clean":
        return clean_articles(tables["raw"], tools.cleaners, tools.duplicates)
    return call_in_groups(stage, tables, tools.workers, tools.settings.run.deadline_seconds)


def _versions(tables: Tables) -> dict[str, int]:
    """The version of each document of a batch, which has no document twice."""
    read = tables.get("raw", tables.get("clean"))
    assert read is not None, "every stage reads raw or clean"
    return {row["doc_id"]: row["version"] or 1 for row in read.select(["doc_id", VERSION.name]).to_pylist()}


def _with_versions(data: pa.Table, versions: Mapping[str, int]) -> pa.Table:
    place = data.schema.get_field_index(VERSION.name)
    numbers = pa.array([versions[doc_id] for doc_id in data["doc_id"].to_pylist()], VERSION.type)
    return data.set_column(place, data.schema.field(place), numbers)


@dataclass(frozen=True)
class Plan:
    """What all tasks of a run share: small, hashable, safe to send to another process.

    `refresh` names the stages whose files count as not done where other settings or models made them; `days` bounds the
    run to batches fetched from the first to the last of these days (ISO 8601).
    """

    settings: Settings
    run_id: str
    refresh: frozenset[str] = frozenset()
    days: tuple[str, str] | None = None

    @cached_property
    def provenance(self) -> Mapping[str, Provenance]:
        """What each stage writes into its files' metadata."""
        return {stage: Provenance(f, NABRA_VERSION, self.run_id) for stage, f in fingerprints(self.settings).items()}

    def todo(self, store: Store, stage_name: str) -> set[Batch]:
        """The batches fetched that the stage has yet to do in this run, without those set aside here or before."""
        fingerprint = self.provenance[stage_name].fingerprint if stage_name in self.refresh else None
        fetched = {batch for batch in store.batches("raw") if self._is_in_days(batch)}
        undone = fetched - store.done(STAGES[stage_name], fingerprint, among=fetched)
        return undone - self.set_aside(store, stage_name) if undone else undone

    def _is_in_days(self, batch: Batch) -> bool:
        return self.days is None or self.days[0] <= batch.ingest_date <= self.days[1]

    def set_aside(self, store: Store, stage_name: str) -> set[Batch]:
        """The batches that the stage, or one before it, passes over."""
        stages = list(STAGES)[: list(STAGES).index(stage_name) + 1]
        made = {name: self.provenance[name].fingerprint for name in stages}
        return set_aside(store, made, self.settings.run.max_attempts)


@lru_cache(maxsize=1)
def open_tools(plan: Plan) -> Toolbox:
    """The tools of a run in this process; close them with `close_tools`."""
    store = Store.open(plan.settings.store)
    return Toolbox(plan.settings, store, frozenset(plan.todo(store, "clean")), progress_of(plan))


@lru_cache(maxsize=1)
def progress_of(plan: Plan) -> Progress:
    """The progress of a run in this process, also when it opens its tools anew."""
    return Progress()


def close_tools(plan: Plan) -> None:
    """End the worker processes of a run and forget its tools."""
    open_tools(plan).close()
    open_tools.cache_clear()


@task(
    name="run-stage",
    task_run_name="{stage_name} {batch_id}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def run_stage(stage_name: str, batch_id: str, plan: Plan, *, alone: bool = False) -> StageCount:
    """The Prefect task: only names and settings cross its border; tools are opened once a process.

    `alone`: in a process of its own, whose death is a BatchError and not the end of the run.
    """
    progress_of(plan).tick()
    if alone:
        close_tools(plan)  # memory is needed there, and the index of duplicates lacks what is made there
        return call_alone(_run_stage_here, stage_name, batch_id, plan)
    return process_batch(stage_name, Batch.parse(batch_id), open_tools(plan), plan.provenance[stage_name])


def _run_stage_here(stage_name: str, batch_id: str, plan: Plan) -> StageCount:
    try:
        return process_batch(stage_name, Batch.parse(batch_id), open_tools(plan), plan.provenance[stage_name])
    finally:
        close_tools(plan)


@task(name="fetch", cache_policy=NO_CACHE, persist_result=False)
def run_fetch(
    targets: Sequence[Target], plan: Plan, watch: Callable[[Ingest], AbstractContextManager[None]] | None = None
) -> StageCount:
    """The Prefect task around `Ingest`; its own retries are inside, one an address. `watch` shows how far it is."""
    started = time.monotonic()
    tools = open_tools(plan)
    ingest = Ingest(tools.store, tools, plan.provenance["raw"])
    with watch(ingest) if watch else nullcontext():
        for _ in ingest.run(targets):
            logger.info("%s", ingest)
    ingest.store_counts()
    met = ingest.new + ingest.rejected + ingest.known
    seconds = time.monotonic() - started
    return StageCount("fetch", met, ingest.new, ingest.rejected, ingest.known, seconds=seconds)


def _count(stage_name: str, tables: Tables, output: StageOutput, spared: set[str], seconds: float) -> StageCount:
    """Count documents, and see that none vanished: every one read is in the output or in the rejects, never in both."""
    given = set(tables[STAGES[stage_name].reads[0]]["doc_id"].to_pylist())
    rejected = set(output.rejects["doc_id"].to_pylist())
    made: set[str] = set().union(*(data["doc_id"].to_pylist() for data in output.tables.values()))
    # An article without a quote or a stance is done all the same: its absence tells nothing.
    expected = made if stage_name != "stance" else given - rejected
    if expected | rejected != given or made & rejected:
        lost = ", ".join(sorted(given - made - rejected)[:3])
        raise BatchError(
            f"stage {stage_name} lost or invented documents ({lost or 'in output and rejects'}); report this"
        )
    repeated = output.tables["clean"]["duplicate_of"].drop_null() if "clean" in output.tables else ()
    known = len(spared & expected)
    return StageCount(
        stage_name, len(given), len(expected) - known, len(rejected), known, duplicates=len(repeated), seconds=seconds
    )
