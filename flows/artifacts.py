"""What a run leaves in Prefect: a table and a summary under fixed keys, so that the UI shows their history; events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from tasks.run import StageCount

TABLE, SUMMARY = "nabra-stages", "nabra-summary"
FAILED, REJECTED = "nabra.batch.failed", "nabra.rejects.many"


def publish(warehouse: str, counts: Sequence[StageCount], failures: Sequence[str], max_reject_share: float) -> None:
    """Leave the artifacts of a run, and emit an event for each failed batch and for too many rejects.

    `max_reject_share` is the share of the documents met, 0 to 1, from which rejects are too many.
    """
    rows = [vars(count) | {"seconds": round(count.seconds, 1)} for count in counts]
    create_table_artifact(key=TABLE, table=rows, description=f"Documents a stage. Warehouse: `{warehouse}`")
    create_markdown_artifact(key=SUMMARY, markdown="\n".join(_summary(warehouse, counts, failures)))
    resource = {"prefect.resource.id": f"nabra.warehouse.{warehouse}", "prefect.resource.name": warehouse}
    for failure in failures:
        emit_event(FAILED, resource=resource, payload={"failure": failure})
    share = reject_share(counts)
    if share > max_reject_share:
        emit_event(REJECTED, resource=resource, payload={"share": share, "allowed": max_reject_share})


def reject_share(counts: Sequence[StageCount]) -> float:
    """Share of the documents met in a run that some stage refused, 0 to 1."""
    new = sum(count.documents_out + count.rejected for count in counts if count.stage == "fetch")
    return sum(count.rejected for count in counts) / new if new else 0.0


def _summary(warehouse: str, counts: Sequence[StageCount], failures: Sequence[str]) -> Iterator[str]:
    fetched = sum(count.documents_out for count in counts if count.stage == "fetch")
    yield f"# {fetched} new documents\n"
    yield f"Warehouse: `{warehouse}`. Look into it with `nabra status`, `nabra show`, `nabra sql`.\n"
    yield "| stage | in | out | rejected | duplicates | seconds |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    for count in counts:
        numbers = (count.documents_in, count.documents_out, count.rejected, count.duplicates)
        yield f"| {count.stage} | {' | '.join(map(str, numbers))} | {count.seconds:.1f} |"
    if failures:
        yield "\n## Failed batches\n"
        yield from (f"```\n{failure}\n```" for failure in failures)
