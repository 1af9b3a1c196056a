"""How any stage is run on a batch: read, call, check, write, count. The one Prefect task of the stages."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

import pyarrow as pa
import pyarrow.dataset as ds
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.settings import Settings
from tasks.clean import clean_articles
from tasks.errors import BatchError
from tasks.fetch import Target, fetch_documents
from tasks.fetch.batches import FetchedBatch, cut_batches
from tasks.fingerprint import VERSION, fingerprints
from tasks.parse.parse import parse_articles
from tasks.quarantine import set_aside
from tasks.repeats import documents, merged, taken_over, without
from tasks.schemas import RAW, REJECTS, table
from tasks.sentiment import tag_sentiment
from tasks.stages import STAGES, StageOutput
from tasks.stance import tag_stances
from tasks.store import Batch, Provenance, Store
from tasks.toolbox import Toolbox

logger = logging.getLogger(__name__)

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class StageCount:
    """What became of documents in a stage.

    `documents_in` = `documents_out` + `rejected`, for fetch + `duplicates` (known already); for clean, `duplicates`
    are those of the output that repeat an earlier article, for the stages after it those whose rows were taken over.
    """

    stage: str
    documents_in: int
    documents_out: int
    rejected: int
    duplicates: int
    seconds: float


def _clean(tables: Tables, tools: Toolbox) -> StageOutput:
    return clean_articles(tables["raw"], tools.settings.clean, tools.boilerplate, tools.extractor, tools.duplicates)


def _parse(tables: Tables, tools: Toolbox) -> StageOutput:
    return parse_articles(tables["clean"], tools.settings.parse, tools.parser, tools.actors)


def _sentiment(tables: Tables, tools: Toolbox) -> StageOutput:
    return tag_sentiment(tables["clean"], tables["sentences"], tools.settings.sentiment, tools.classifier)


def _stance(tables: Tables, tools: Toolbox) -> StageOutput:
    return tag_stances(
        tables["clean"],
        tables["sentences"],
        tables["tokens"],
        tables["entities"],
        tools.settings.stance,
        tools.judges,
        tools.actors,
    )


FUNCTIONS: Mapping[str, Callable[[Tables, Toolbox], StageOutput]] = {
    "clean": _clean,
    "parse": _parse,
    "sentiment": _sentiment,
    "stance": _stance,
}


def process_batch(stage_name: str, batch: Batch, tools: Toolbox, provenance: Provenance) -> StageCount:
    """Run one stage on one batch: read its datasets, write its own, the rejects first and the last dataset last."""
    started = time.monotonic()
    stage, store = STAGES[stage_name], tools.store
    tables = {dataset: store.read(dataset, batch) for dataset in stage.reads}
    # Clean shows what is a repeat; the stages after it are spared them.
    repeats = tools.originals.add(batch, tables["clean"]) if "clean" in tables else {}
    taken = taken_over(stage, repeats, store, provenance.fingerprint)
    spared = documents(taken)
    output = merged(FUNCTIONS[stage_name](without(tables, spared), tools), taken)
    count = _count(stage_name, tables, output, len(spared), time.monotonic() - started)
    store.write_rejects(stage_name, batch, output.rejects, provenance)
    for dataset in stage.writes:
        store.write(dataset, batch, output.tables[dataset], provenance)
    return count


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
        return {stage: Provenance(f, VERSION, self.run_id) for stage, f in fingerprints(self.settings).items()}

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
    return Toolbox(plan.settings, store, frozenset(plan.todo(store, "clean")))


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
def run_stage(stage_name: str, batch_id: str, plan: Plan) -> StageCount:
    """The Prefect task: only names and settings cross its border; tools are opened once a process."""
    return process_batch(stage_name, Batch.parse(batch_id), open_tools(plan), plan.provenance[stage_name])


def fetch_batches(targets: Sequence[Target], plan: Plan, store: Store) -> Iterator[FetchedBatch]:
    """Fetch what the warehouse does not know yet and store it; yields each batch once its files are there.

    A document is known by its id, a refusal by its address and reason: a second run of the same input adds nothing.
    """
    known = set(store.scan("raw", ["doc_id"])["doc_id"].to_pylist())
    refused = _known_refusals(store)
    day = datetime.now(UTC).date().isoformat()
    number = sum(batch.ingest_date == day for batch in store.batches("raw"))
    provenance = plan.provenance["raw"]
    for fetched in cut_batches(fetch_documents(targets, plan.settings.fetch, known), plan.settings.run.batch_articles):
        new = [row for row in fetched.rejects if (row["url"], row["reason"]) not in refused]
        batch = Batch(day, f"{number:05d}-{fetched.content_id}")
        if new:
            store.write_rejects("fetch", batch, table(REJECTS, new), provenance)
        if fetched.documents:
            store.write("raw", batch, table(RAW, fetched.documents), provenance)
            number += 1
        yield fetched


@task(name="fetch", cache_policy=NO_CACHE, persist_result=False)
def run_fetch(targets: Sequence[Target], plan: Plan) -> StageCount:
    """The Prefect task around `fetch_batches`; its own retries are inside, one an address."""
    started = time.monotonic()
    documents = rejected = known = 0
    for batch in fetch_batches(targets, plan, open_tools(plan).store):
        documents += len(batch.documents)
        rejected += len(batch.rejects)
        known += batch.known
        logger.info("fetch: %d new documents, %d known, %d refused so far", documents, known, rejected)
    return StageCount("fetch", documents + rejected + known, documents, rejected, known, time.monotonic() - started)


def _known_refusals(store: Store) -> set[tuple[str, str]]:
    rows = store.scan("rejects", ["url", "reason"], ds.field("stage") == "fetch").to_pylist()
    return {(row["url"], row["reason"]) for row in rows}


def _count(stage_name: str, tables: Tables, output: StageOutput, spared: int, seconds: float) -> StageCount:
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
    duplicates = output.tables["clean"]["duplicate_of"] if "clean" in output.tables else None
    copies = len(duplicates) - duplicates.null_count if duplicates is not None else spared
    return StageCount(stage_name, len(given), len(expected), len(rejected), copies, seconds)
