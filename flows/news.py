"""The flow: fetch, then clean, parse, sentiment and stance for every batch that is not done yet."""

from __future__ import annotations

from nabra.flows import MOVED

if __name__ != "nabra.flows.news":  # by its path, beside which lies a folder called prefect
    raise ImportError(MOVED)

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from prefect import Flow, flow
from prefect.context import FlowRunContext

from nabra.config.settings import Settings, load_settings
from nabra.flows.prefect.artifacts import publish, reject_share
from nabra.flows.prefect.parameters import BackfillParameters, Place, RunParameters
from nabra.flows.terminal.progress import fetch_progress, show_rejects, stage_progress
from nabra.tasks.engine.attempts import Attempts, Failure
from nabra.tasks.engine.batch import StageCount
from nabra.tasks.engine.counts import SourceCount, new_rejects, present_files, source_counts
from nabra.tasks.engine.fingerprint import Fingerprints, adopt, fingerprints
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.engine.standstill import StoodStillError, ended_at_standstill
from nabra.tasks.errors import BatchError, ConfigError, ModelError, NabraError, StoreError
from nabra.tasks.fetch.sources import load_sources
from nabra.tasks.fetch.targets import UNNAMED, Target, parsed_columns, targets_from_arguments, targets_from_sources
from nabra.tasks.run import close_tools, open_tools, progress_of, run_fetch, run_stage
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.lease import Check, hold
from nabra.tasks.warehouse.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSummary:
    """What a run did: where the Parquet lies, a count a stage and source, how batches failed, which it passed over."""

    warehouse: str
    counts: tuple[StageCount, ...]
    sources: tuple[SourceCount, ...] = ()
    failures: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()

    @property
    def reject_share(self) -> float:
        """Share of the documents met in this run that some stage refused, 0 to 1."""
        return reject_share(self.counts)


@dataclass
class _Tally:
    counts: dict[str, StageCount] = field(default_factory=dict)

    def add(self, count: StageCount) -> None:
        before = self.counts.get(count.stage, StageCount(count.stage))
        self.counts[count.stage] = replace(
            before,
            documents_in=before.documents_in + count.documents_in,
            documents_out=before.documents_out + count.documents_out,
            rejected=before.rejected + count.rejected,
            known=before.known + count.known,
            duplicates=before.duplicates + count.duplicates,
            seconds=before.seconds + count.seconds,
            passed_over=before.passed_over + count.passed_over,
        )


@flow(name="nabra-news", persist_result=False)
def news(parameters: RunParameters = RunParameters(), place: Place = Place()) -> RunSummary:  # noqa: B008 - frozen
    """Take articles through all stages into the warehouse; a run that was stopped is taken up where it was."""
    return _run_prepared(prepare_run(parameters, place), place)


@flow(name="nabra-pending", persist_result=False)
def pending(place: Place = Place()) -> RunSummary:  # noqa: B008 - frozen
    """Do what stages have yet to do in the warehouse, and fetch nothing."""
    return _run_prepared(_prepared(_settings(place)), place)


@flow(name="nabra-backfill", persist_result=False)
def backfill(parameters: BackfillParameters, place: Place = Place()) -> RunSummary:  # noqa: B008 - frozen
    """Make the stages of past days anew where settings or models have changed since, and fetch nothing."""
    prepared = _prepared(_settings(place))
    days = parameters.first.isoformat(), parameters.last.isoformat()
    return _run_prepared(replace(prepared, refresh=_with_later((parameters.stage,)), days=days), place)


# The flows that `nabra serve` serves, by the names of their deployments.
DEPLOYED: Final[Mapping[str, Flow[..., RunSummary]]] = {"hourly": news, "manual": news, "backfill": backfill}


def _run_prepared(prepared: PreparedRun, place: Place) -> RunSummary:
    context = FlowRunContext.get()
    run_id = str(context.flow_run.id) if context and context.flow_run else "none"
    plan = Plan(prepared.settings, run_id, prepared.refresh, prepared.days)
    most = prepared.settings.run.max_still_minutes
    with hold(prepared.store.files, run_id) as check, ended_at_standstill(progress_of(plan), prepared.store, most):
        attempts = Attempts(prepared.store, fingerprints(prepared.settings))
        _look_back(attempts)
        passed_over = tuple(map(str, sorted(plan.set_aside(prepared.store, list(STAGES)[-1]))))
        before = present_files(prepared.store)
        counts, failed = _run(plan, prepared.targets, prepared.store, attempts, check)
        sources = tuple(source_counts(prepared.store, before))
        show_rejects(new_rejects(prepared.store, before), place)
    failures = tuple(_told(failure, prepared.settings.run.max_attempts, place) for failure in failed)
    summary = RunSummary(str(prepared.store), counts, sources, failures, passed_over)
    publish(summary, prepared.settings.run.max_reject_share)
    if summary.failures:
        raise BatchesFailedError(summary)
    return summary


class BatchesFailedError(NabraError):
    """Some batches could not be finished; the others are done."""

    def __init__(self, summary: RunSummary) -> None:
        super().__init__("\n".join(summary.failures) + "\nthe other batches are done")
        self.summary = summary


@dataclass(frozen=True)
class PreparedRun:
    """A run whose inputs, settings, models and warehouse were seen to be usable."""

    settings: Settings
    store: Store
    targets: tuple[Target, ...] = ()
    refresh: frozenset[str] = frozenset()
    days: tuple[str, str] | None = None


def prepare_run(parameters: RunParameters, place: Place) -> PreparedRun:
    """Check the parameters of `news` before anything is done; raises the NabraError that says what to do."""
    settings = _settings(place)
    targets = tuple(_targets(parameters, settings))
    return replace(_prepared(settings), targets=targets, refresh=_with_later(parameters.refresh))


def _prepared(settings: Settings) -> PreparedRun:
    current = Fingerprints.of(settings)
    store = Store.open(settings.store)
    store.files.prepare()
    adopt(store, current)
    return PreparedRun(settings, store)


def _settings(place: Place) -> Settings:
    return load_settings(Path(place.config) if place.config else None, warehouse=place.warehouse)


def _targets(parameters: RunParameters, settings: Settings) -> list[Target]:
    columns = settings.columns.model_dump() | parsed_columns(parameters.columns)
    if parameters.inputs:
        targets = targets_from_arguments(parameters.inputs, parameters.source or UNNAMED)
    else:
        targets = targets_from_sources(load_sources(Path(settings.fetch.sources)))
    return [replace(target, columns=tuple(columns.items())) for target in targets]


def _with_later(refresh: Sequence[str]) -> frozenset[str]:
    """The stages named and all after them."""
    names = list(STAGES)
    first = min(map(names.index, refresh), default=len(names))
    return frozenset(names[first:])


def _look_back(attempts: Attempts) -> None:
    failure = attempts.look_back()
    if failure is not None:
        logger.warning("an earlier run died in stage %s of batch %s", failure.stage, failure.batch)


def _run(
    plan: Plan, targets: Sequence[Target], store: Store, attempts: Attempts, check: Check
) -> tuple[tuple[StageCount, ...], list[Failure]]:
    tally, failures = _Tally(), list[Failure]()
    try:
        open_tools(plan)
        tally.add(run_fetch(targets, plan, fetch_progress))
        todo = {stage: plan.todo(store, stage) for stage in STAGES}
        for stage in STAGES:
            if todo[stage]:  # now, so that the counts stand in the order of the stages
                tally.add(StageCount(stage))
        with stage_progress(sum(map(len, todo.values()))) as advance:
            # Oldest first: of two articles alike, the one fetched first is the original.
            for batch in sorted(set().union(*todo.values()), key=lambda batch: (attempts.must_wait(batch), batch)):
                check()
                stages = [stage for stage in STAGES if batch in todo[stage]]
                failures += _run_batch(plan, attempts, batch, stages, tally, advance)
    finally:
        close_tools(plan)
    return tuple(tally.counts.values()), failures


def _run_batch(
    plan: Plan, attempts: Attempts, batch: Batch, stages: list[str], tally: _Tally, advance: Callable[[str, int], None]
) -> list[Failure]:
    """Run the stages in order; a failure is noted and ends this batch, not the run."""
    for done, stage in enumerate(stages):
        advance(f"{stage} {batch.batch_id}", 0)
        try:
            with attempts.at_work(stage, batch):
                tally.add(run_stage(stage, str(batch), plan, alone=attempts.suspects(stage, batch)))
        except StoodStillError:
            attempts.record_failure(stage, batch, "the run stood still in it, and was ended")
            raise
        except Exception as error:
            if isinstance(error, (StoreError, ModelError, ConfigError)) and not isinstance(error, BatchError):
                raise  # every other batch would fail too
            logger.info("stage %s failed on batch %s", stage, batch, exc_info=True)
            advance("", len(stages) - done)
            cause = f"{type(error).__name__}: {error}"
            return [attempts.record_failure(stage, batch, cause)]
        attempts.record_success(stage, batch)
        advance("", 1)
    return []


def _told(failure: Failure, max_attempts: int, place: Place) -> str:
    what = f"{failure.stage} failed on batch {failure.batch}: {failure.error}"
    if failure.attempts < max_attempts:
        return f"{what}\nattempt {failure.attempts} of {max_attempts}; the next run tries again"
    again = place.command("retry", failure.batch)
    return f"{what}\nset aside after {failure.attempts} attempts; take it up again with: {again}"
