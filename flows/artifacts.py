"""What a run leaves in Prefect: tables, a summary and a link under fixed keys, so that the UI shows history; events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from tasks.run import StageCount

if TYPE_CHECKING:
    from flows.news import RunSummary

STAGES, SOURCES, SUMMARY, WAREHOUSE = "nabra-stages", "nabra-sources", "nabra-summary", "nabra-warehouse"
FAILED, REJECTED = "nabra.batch.failed", "nabra.rejects.many"


def publish(run: RunSummary, max_reject_share: float) -> None:
    """Leave the artifacts of a run, and emit an event for each failed batch and for too many rejects.

    `max_reject_share` is the share of the documents met, 0 to 1, from which rejects are too many.
    """
    stages = [asdict(count) | {"seconds": round(count.seconds, 1)} for count in run.counts]
    create_table_artifact(key=STAGES, table=stages, description=f"Documents a stage. Warehouse: `{run.warehouse}`")
    sources = [asdict(count) for count in run.sources]
    create_table_artifact(key=SOURCES, table=sources, description=f"Documents a source. Warehouse: `{run.warehouse}`")
    create_markdown_artifact(key=SUMMARY, markdown="\n".join(_summary(run)))
    create_link_artifact(key=WAREHOUSE, link=_address(run.warehouse), link_text=run.warehouse)
    resource = {"prefect.resource.id": f"nabra.warehouse.{run.warehouse}", "prefect.resource.name": run.warehouse}
    for failure in run.failures:
        emit_event(FAILED, resource=resource, payload={"failure": failure})
    share = reject_share(run.counts)
    if share > max_reject_share:
        emit_event(REJECTED, resource=resource, payload={"share": share, "allowed": max_reject_share})


def reject_share(counts: Sequence[StageCount]) -> float:
    """Share of the documents met in a run that some stage refused, 0 to 1."""
    new = sum(count.documents_out + count.rejected for count in counts if count.stage == "fetch")
    return sum(count.rejected for count in counts) / new if new else 0.0


def _address(warehouse: str) -> str:
    return warehouse if "://" in warehouse else Path(warehouse).as_uri()


def _summary(run: RunSummary) -> Iterator[str]:
    fetched = sum(count.documents_out for count in run.counts if count.stage == "fetch")
    yield f"# {fetched} new documents\n"
    yield f"Warehouse: [{run.warehouse}]({_address(run.warehouse)}). Look into it with `nabra status`, `show`, `sql`.\n"
    yield "| stage | in | out | rejected | known | duplicates | seconds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for count in run.counts:
        numbers = (count.documents_in, count.documents_out, count.rejected, count.known, count.duplicates)
        yield f"| {count.stage} | {' | '.join(map(str, numbers))} | {count.seconds:.1f} |"
    yield "\n| source | documents | articles | copies | rejected |\n| --- | ---: | ---: | ---: | ---: |"
    for source in run.sources:
        yield f"| {source.source} | {source.documents} | {source.articles} | {source.copies} | {source.rejected} |"
    if run.failures:
        yield "\n## Failed batches\n"
        yield from (f"```\n{failure}\n```" for failure in run.failures)
