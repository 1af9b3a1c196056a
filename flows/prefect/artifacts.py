"""What a run leaves in Prefect: tables, a summary and a link under fixed keys, so that the UI shows history; events.

Prefect's pages render Markdown, and HTML in it. What comes from outside (a row's source, the address and the reason of
a failure, the path of the warehouse) stands in code, which nothing in it can leave, or as an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from nabra.flows.terminal.inert import escape

if TYPE_CHECKING:
    from nabra.flows.pipeline import RunSummary

STAGES, SOURCES, SUMMARY, WAREHOUSE = "nabra-stages", "nabra-sources", "nabra-summary", "nabra-warehouse"
FAILED, REJECTED = "nabra.batch.failed", "nabra.rejects.many"
SOURCES_FAILED, QUIET = "nabra.sources.failed", "nabra.sources.quiet"
COLUMNS: Final = ("stage", "documents_in", "documents_out", "rejected", "known", "duplicates", "seconds", "passed_over")
PLAIN_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SHOWN_TARGETS: Final = 20
SHOWN_CHARS: Final = 200
SHOWN_FAILURE_CHARS: Final = 2000


def publish(run: RunSummary, max_reject_share: float) -> None:
    """Leave the artifacts of a run; emit an event for each failed batch, if no source answered, for sources that
    bring too little, for too many rejects.

    `max_reject_share` is the share of the documents met, 0 to 1, from which rejects are too many.
    """
    warehouse = code(run.warehouse)
    stages = [
        {name: getattr(count, name) for name in COLUMNS} | {"seconds": round(count.seconds, 1)} for count in run.counts
    ]
    create_table_artifact(key=STAGES, table=stages, description=f"Documents a stage. Warehouse: {warehouse}")
    sources = [asdict(count) | {"source": source_id(count.source)} for count in run.sources]
    create_table_artifact(key=SOURCES, table=sources, description=f"Documents a source. Warehouse: {warehouse}")
    create_markdown_artifact(key=SUMMARY, markdown="\n".join(summary(run)))
    create_link_artifact(key=WAREHOUSE, link=address(run.warehouse))
    name = escape(run.warehouse)
    resource = {"prefect.resource.id": f"nabra.warehouse.{name}", "prefect.resource.name": name}
    for failure in run.failures:
        emit_event(FAILED, resource=resource, payload={"failure": escape(failure)})
    if run.has_nothing_answered:
        first = [escape(str(target)) for target in run.failed_targets[:SHOWN_TARGETS]]
        emit_event(SOURCES_FAILED, resource=resource, payload={"failed": len(run.failed_targets), "first": first})
    if run.quiet:
        first = [escape(sentence) for sentence in run.quiet[:SHOWN_TARGETS]]
        emit_event(QUIET, resource=resource, payload={"quiet": len(run.quiet), "first": first})
    if run.reject_share > max_reject_share:
        emit_event(REJECTED, resource=resource, payload={"share": run.reject_share, "allowed": max_reject_share})


def code(text: str) -> str:
    """The text in Markdown as code on one line, also in a cell of a table; "" where there is nothing to show."""
    shown = " ".join(text.split())
    shown = shown if len(shown) <= SHOWN_CHARS else f"{shown[:SHOWN_CHARS]} …"
    return f"`{_without_marks(shown)}`" if shown else ""


def source_id(source: str) -> str:
    """The name of a source that has the form of one; else in code, since any row can call itself what it likes."""
    return source if PLAIN_ID.fullmatch(source) else code(source)


def _without_marks(text: str) -> str:
    """The text without what ends code or a cell: these characters too as `\\uXXXX`."""
    return escape(text).replace("`", "\\u0060").replace("|", "\\u007c")


def address(warehouse: str) -> str:
    """The address of a warehouse in which nothing ends a link."""
    return quote(warehouse, safe=":/") if "://" in warehouse else Path(warehouse).as_uri()


def summary(run: RunSummary) -> Iterator[str]:
    """The lines of the Markdown artifact."""
    fetched = sum(count.documents_out for count in run.counts if count.stage == "fetch")
    yield f"# {fetched} new documents\n"
    yield f"Warehouse: {code(run.warehouse)}. Look into it with `nabra status`, `show`, `sql`.\n"
    yield "| stage | in | out | rejected | known | duplicates | seconds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for count in run.counts:
        numbers = (count.documents_in, count.documents_out, count.rejected, count.known, count.duplicates)
        yield f"| {count.stage} | {' | '.join(map(str, numbers))} | {count.seconds:.1f} |"
    yield "\n| source | documents | articles | copies | rejected |\n| --- | ---: | ---: | ---: | ---: |"
    for source in run.sources:
        shares = (source.documents, source.articles, source.copies, source.rejected)
        yield f"| {source_id(source.source)} | {' | '.join(map(str, shares))} |"
    if run.failed_targets:
        yield f"\n## {len(run.failed_targets)} sources failed\n"
        yield from (f"* {code(str(target))}" for target in run.failed_targets[:SHOWN_TARGETS])
    if run.quiet:
        yield "\n## Sources that bring too little\n"
        yield from (f"* {code(sentence)}" for sentence in run.quiet)
    if run.failures:
        yield "\n## Failed batches\n"
        yield from (f"```\n{_without_marks(failure[:SHOWN_FAILURE_CHARS])}\n```" for failure in run.failures)
