"""A run: fetch, then clean, parse, sentiment and stance for every batch that is not done yet.

It knows nothing of Prefect: its steps are plain functions, or the tasks that wrap them where a flow calls them.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Final, TypeVar

from nabra.config.settings import CONFIG_FOLDER, Settings, load_settings
from nabra.flows.identities import are_joined, join_actors
from nabra.flows.parameters import BackfillParameters, Location, RunnerChoice, RunParameters
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.progress import (
    Advance,
    fetch_progress,
    show_backlogs,
    show_rejects,
    stage_progress,
    told_reject,
)
from nabra.tasks.coverage.alarms import alarms
from nabra.tasks.coverage.coverage import update_coverage
from nabra.tasks.engine import steps
from nabra.tasks.engine.attempts import Attempts, Failure
from nabra.tasks.engine.backlog import backlogs
from nabra.tasks.engine.batch import StageCount
from nabra.tasks.engine.counts import SourceCount, new_rejects, present_files, source_counts
from nabra.tasks.engine.days import open_days, reopen_days, settle_days
from nabra.tasks.engine.failed_targets import FailedTarget
from nabra.tasks.engine.findings import Findings, new_findings
from nabra.tasks.engine.fingerprint import adopt, fingerprints
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.standstill import StoodStillError, ended_at_standstill
from nabra.tasks.errors import NabraError, StoreError, UsageError, stops_run
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.fetch.targets import UNNAMED, Target, parsed_columns, targets_from_arguments, targets_from_sources
from nabra.tasks.warehouse.layout import Batch, file_of
from nabra.tasks.warehouse.lease import Check
from nabra.tasks.warehouse.removal import hold_whole, removals
from nabra.tasks.warehouse.store import Store

logger = logging.getLogger(__name__)

T = TypeVar("T")

SAMPLES: Final = CONFIG_FOLDER / "samples" / "sources.toml"
IDLE: Final = (
    "nothing to do: no input is named, no source is on, no work is pending; name files, folders or addresses: nabra "
    "run PATH; or switch a source on: `enabled = true`, see nabra sources list; or take the samples: nabra demo"
)

# Of what failed and was rejected, so much is told by name where the summary goes.
NAMED_TARGETS: Final = 5
NAMED_REJECTS: Final = 100

# What the extras of these names bring.
RUNNER_PACKAGES: Final = {"dask": "prefect_dask", "ray": "prefect_ray"}
STOOD_STILL: Final = "the run stood still in it, and was ended"

# One of `nabra.tasks.engine.steps`, or the Prefect task around it.
Step = Callable[..., StageCount]


@dataclass(frozen=True)
class PreparedRun:
    """A run whose inputs, settings, models and warehouse were seen to be usable."""

    location: Location
    settings: Settings
    store: Store
    targets: tuple[Target, ...] = ()
    refresh: frozenset[str] = frozenset()
    days: tuple[str, str] | None = None


def prepare_run(parameters: RunParameters, location: Location) -> PreparedRun:
    """Check what a run is asked for before anything is done; raises the NabraError that says what to do."""
    settings = _with_runner(_settings(location), parameters)
    targets = tuple(_targets(parameters, settings))
    if not (targets or parameters.refresh or _is_pending(Store.open(settings.store))):
        raise UsageError(IDLE)
    return replace(_prepared(location, settings), targets=targets, refresh=_with_later(parameters.refresh))


def prepare_demo(location: Location) -> PreparedRun:
    """The same for a run that takes the samples."""
    return replace(prepare_pending(location), targets=tuple(targets_from_sources(load_sources(SAMPLES))))


def prepare_pending(location: Location) -> PreparedRun:
    """The same for a run that fetches nothing."""
    return _prepared(location, _settings(location))


def prepare_backfill(parameters: BackfillParameters, location: Location) -> PreparedRun:
    """The same for a run that makes past days anew, and fetches nothing."""
    days = parameters.first.isoformat(), parameters.last.isoformat()
    prepared = _prepared(location, _with_runner(_settings(location), parameters))
    return replace(prepared, refresh=_with_later((parameters.stage,)), days=days)


def _prepared(location: Location, settings: Settings) -> PreparedRun:
    fingerprints(settings)  # names a model or a list that is missing
    _require_runner(settings.run.runner)
    store = Store.open(settings.store)
    store.files.prepare()
    return PreparedRun(location, settings, store)


def _settings(location: Location) -> Settings:
    return load_settings(Path(location.config) if location.config else None, warehouse=location.warehouse)


def _with_runner(settings: Settings, choice: RunnerChoice) -> Settings:
    """The settings, with what was chosen for this run."""
    chosen: dict[str, object] = {"runner": choice.runner.value} if choice.runner else {}
    chosen |= {"workers": choice.workers} if choice.workers else {}
    return settings.model_copy(update={"run": settings.run.model_copy(update=chosen)})


def _require_runner(name: str) -> None:
    """UsageError where the packages of a runner are not installed."""
    package = RUNNER_PACKAGES.get(name)
    if package and importlib.util.find_spec(package) is None:
        raise UsageError(f"the runner {name} is not installed: pip install 'nabra[{name}]', or take: --runner local")


def _targets(parameters: RunParameters, settings: Settings) -> list[Target]:
    """What is named; else the sources that are on, unless what lies there is only to be made anew."""
    columns = settings.columns.model_dump() | parsed_columns(parameters.columns)
    if parameters.inputs or parameters.refresh:
        targets = targets_from_arguments(parameters.inputs, parameters.source or UNNAMED)
    else:
        targets = targets_from_sources(load_sources(Path(settings.fetch.sources)))
    return [replace(target, columns=tuple(columns.items())) for target in targets]


def _is_pending(store: Store) -> bool:
    """True if a stage has batches to do, or such as were set aside, or a removal was interrupted."""
    if any(removal.is_open for removal in removals(store)):
        return True
    seen = store.of_days(open_days(store)).remembering()
    fetched = set(seen.batches("raw"))
    return any(fetched - seen.done(stage, among=fetched) for stage in STAGES.values())


def _with_later(refresh: Sequence[str]) -> frozenset[str]:
    """The stages named and all after them."""
    names = list(STAGES)
    first = min(map(names.index, refresh), default=len(names))
    return frozenset(names[first:])


@dataclass(frozen=True)
class RunSummary:
    """What a run did: where the Parquet lies, a count a stage and source, how batches failed, which it passed over.

    `rejected` documents have come to the table `rejects`, of which the first are told by name. `quiet` has a sentence
    on each source asked that brings too little, `findings` what its new articles say.
    """

    warehouse: str
    counts: tuple[StageCount, ...]
    sources: tuple[SourceCount, ...] = ()
    failures: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    rejected: int = 0
    first_rejects: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    findings: Findings = Findings()  # noqa: RUF009 - frozen

    @property
    def reject_share(self) -> float:
        """Share of the documents met in this run that some stage refused, 0 to 1."""
        new = sum(count.documents_out + count.rejected for count in self.counts if count.stage == "fetch")
        return sum(count.rejected for count in self.counts) / new if new else 0.0

    @property
    def failed_targets(self) -> tuple[FailedTarget, ...]:
        """What the run was to fetch and could not have."""
        return tuple(failed for count in self.counts for failed in count.failed_targets)

    @property
    def has_nothing_answered(self) -> bool:
        """True if the run was to fetch something, and could have nothing of it."""
        return 0 < sum(count.targets for count in self.counts) == len(self.failed_targets)

    def without_failures(self) -> RunSummary:
        """This summary; RunFailedError, which has it, where batches failed or no source answered."""
        if self.failures or self.has_nothing_answered:
            raise RunFailedError(self)
        return self


class RunFailedError(NabraError):
    """Some batches could not be finished, or no source could be reached; all else is done."""

    def __init__(self, summary: RunSummary) -> None:
        super().__init__("\n".join(_told_failures(summary)))
        self.summary = summary


def _told_failures(summary: RunSummary) -> Iterator[str]:
    if summary.failures:
        yield from summary.failures
        yield "the other batches are done"
    if summary.has_nothing_answered:
        failed = summary.failed_targets
        yield f"all {len(failed)} sources failed:" if len(failed) > 1 else "the source failed:"
        yield from (f"  {escape(str(target))}" for target in failed[:NAMED_TARGETS])
        if len(failed) > NAMED_TARGETS:
            yield f"  … and {len(failed) - NAMED_TARGETS} more"
        yield "the next run asks again"


@contextmanager
def open_run(prepared: PreparedRun, run_id: str) -> Iterator[Run]:
    """Begin a run: until the block ends no other works on the warehouse. It is ended where it stands still."""
    plan = Plan(prepared.settings, run_id, prepared.refresh, prepared.days)
    most = prepared.settings.run.max_still_minutes
    with (
        hold_whole(prepared.store, run_id) as check,
        ended_at_standstill(steps.progress_of(plan), prepared.store, most),
    ):
        adopt(prepared.store, plan.fingerprints)
        run = Run(prepared, plan, check)
        steps.open_resources(plan)
        try:
            yield run
            if run.has_work() or not are_joined(prepared.store):
                _derived("who is who", partial(join_actors, prepared.store, prepared.settings, run_id), False)
            settle_days(prepared.store)
        finally:
            steps.close_resources(plan)


def _derived(what: str, make: Callable[[], T], otherwise: T) -> T:
    """What `make` derives from many files; where one cannot be read it waits for a later run."""
    try:
        return make()
    except StoreError as error:
        logger.warning("%s waits for a later run: %s", what, error)
        return otherwise


class Run:
    """A run that has its warehouse: fetch first, then work where anything is to do, then take its summary."""

    def __init__(self, prepared: PreparedRun, plan: Plan, check: Check) -> None:
        self.prepared, self.plan, self.check = prepared, plan, check
        self.store = prepared.store
        self.attempts = Attempts(self.store, fingerprints(prepared.settings))
        self._look_back()
        self._set_aside = tuple(map(str, sorted(plan.set_aside(self.store, list(STAGES)[-1]))))
        self._seen = plan.looked_at(self.store)
        self._before = present_files(self._seen)
        self._counts: dict[str, StageCount] = {}
        self._failures: list[Failure] = []

    def fetch(self, step: Step = steps.run_fetch) -> None:
        """Take in what the warehouse does not know yet."""
        self.add(step(self.prepared.targets, self.plan, fetch_progress))

    @cached_property
    def todo(self) -> dict[str, set[Batch]]:
        """The batches that each stage has yet to do, as seen when first asked for."""
        return self.plan.todos(self._seen)

    def has_work(self) -> bool:
        """True if a stage has batches to do."""
        return any(self.todo.values())

    def batches(self) -> list[Batch]:
        """The batches to work on, in order."""
        # Oldest first: of two articles alike, the one fetched first is the original.
        return sorted(set().union(*self.todo.values()), key=self._turn)

    def stages_of(self, batch: Batch) -> list[str]:
        """The stages that have yet to do a batch, in order."""
        return [stage for stage in STAGES if batch in self.todo[stage]]

    def work(self, step: Step = steps.run_stage) -> None:
        """Run the stages on every batch that is to do, one after the other."""
        with self.shown() as advance:
            for batch in self.batches():
                self.check()
                self._work_on(batch, step, advance)

    @contextmanager
    def shown(self) -> Iterator[Advance]:
        """Show the progress of the work that is done within, and first how much of it is of earlier runs."""
        show_backlogs(backlogs(self._seen, self.todo))
        if self.plan.refresh:
            reopen_days(self.store, {batch.ingest_date for batch in self.batches()})
        for stage, batches in self.todo.items():
            if batches:  # now, so that the counts stand in the order of the stages
                self.add(StageCount(stage))
        with stage_progress(sum(map(len, self.todo.values())), sum(map(self._articles, self.batches()))) as advance:
            yield advance

    def _articles(self, batch: Batch) -> int:
        """The documents of a batch; none of one whose file is damaged, which its stage names."""
        try:
            return self.store.count_rows(file_of("raw", batch))
        except StoreError:
            return 0

    def summary(self) -> RunSummary:
        """What the run did; the first of its rejects are shown."""
        sources = tuple(source_counts(self._seen, self._before))
        rejects = new_rejects(self._seen, self._before)
        show_rejects(rejects, self.prepared.location)
        return RunSummary(
            str(self.store),
            tuple(self._counts.values()),
            sources,
            tuple(map(self._told, self._failures)),
            self._set_aside,
            rejects.num_rows,
            tuple(map(told_reject, rejects.slice(0, NAMED_REJECTS).to_pylist())),
            _derived("the table coverage", self._quiet, ()),
            _derived("what is new", partial(new_findings, self._seen, self._before), Findings()),
        )

    def _quiet(self) -> tuple[str, ...]:
        """Count what became of all that the sources published; what is to be told of those asked in this run."""
        update_coverage(self.store, open_days(self.store), datetime.now(UTC).date(), self.plan.provenance["raw"])
        asked = {target.source for target in self.prepared.targets} - {UNNAMED}
        return tuple(told for source, told in alarms(self.store) if source in asked)

    def _look_back(self) -> None:
        for failure in self.attempts.look_back():
            logger.warning("an earlier run died in stage %s of batch %s", failure.stage, failure.batch)

    def add(self, count: StageCount) -> None:
        """Count what a step did."""
        before = self._counts.get(count.stage, StageCount(count.stage))
        self._counts[count.stage] = replace(
            before,
            documents_in=before.documents_in + count.documents_in,
            documents_out=before.documents_out + count.documents_out,
            rejected=before.rejected + count.rejected,
            known=before.known + count.known,
            duplicates=before.duplicates + count.duplicates,
            seconds=before.seconds + count.seconds,
            passed_over=before.passed_over + count.passed_over,
            targets=before.targets + count.targets,
            failed_targets=before.failed_targets + count.failed_targets,
        )

    def fail(self, stage: str, batch: Batch, error: str) -> None:
        """Note that a stage failed on a batch, which ends that batch and not the run."""
        self._failures.append(self.attempts.record_failure(stage, batch, error))

    def _turn(self, batch: Batch) -> tuple[bool, Batch]:
        return self.attempts.must_wait(batch), batch

    def _work_on(self, batch: Batch, step: Step, advance: Advance) -> None:
        """Run the stages in order."""
        stages = self.stages_of(batch)
        for done, stage in enumerate(stages):
            advance(f"{stage} {batch.batch_id}", 0)
            if not self.does(stage, batch, step):
                advance("", len(stages) - done)
                return
            advance("", 1)

    def does(self, stage: str, batch: Batch, step: Step) -> bool:
        """Run a stage on a batch; False if it failed."""
        try:
            with self.attempts.at_work(stage, batch):
                self.add(step(stage, str(batch), self.plan, alone=self.attempts.suspects(stage, batch)))
        except StoodStillError:
            self.attempts.record_failure(stage, batch, STOOD_STILL)
            raise
        except Exception as error:
            if stops_run(error):
                raise
            logger.info("stage %s failed on batch %s", stage, batch, exc_info=True)
            self.fail(stage, batch, f"{type(error).__name__}: {error}")
            return False
        self.attempts.record_success(stage, batch)
        return True

    def _told(self, failure: Failure) -> str:
        most = self.prepared.settings.run.max_attempts
        what = f"{failure.stage} failed on batch {failure.batch}: {failure.error}"
        if failure.attempts < most:
            return f"{what}\nattempt {failure.attempts} of {most}; the next run tries again"
        again = self.prepared.location.command("retry", failure.batch)
        return f"{what}\nset aside after {failure.attempts} attempts; take it up again with: {again}"
