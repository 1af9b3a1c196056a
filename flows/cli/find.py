"""`nabra find`: full text over articles and quotes, in any spelling."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Final

import pyarrow as pa
import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nabra.flows.cli.audit import sure
from nabra.flows.cli.index import ask_index
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.cli.table_files import CsvFile, ParquetFile, XlsxFile, write_files
from nabra.flows.cli.topics import Match, TopicId, chosen_topics, found_topics
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.progress import console
from nabra.tasks.decisions.corrected import CorrectedStore
from nabra.tasks.decisions.judgements import estimates
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.errors import UsageError
from nabra.tasks.search.index import ARTICLE, QUOTE, Answer, Filters, Version
from nabra.tasks.search.results import ROW, Context, Result, Span, results
from nabra.tasks.search.terms import clauses
from nabra.tasks.warehouse.versions import superseded

MOST: Final = 10_000
ID_DIGITS: Final = 8


def find(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help='Words that must all be there; "a phrase", one way | another, -without (quote it). [default: all]'
        ),
    ] = None,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    quotes: Annotated[bool, typer.Option("--quotes", help="Search what people are quoted with.")] = False,
    speaker: Annotated[
        str | None, typer.Option(help="Quotes whose speaker's name or title has these words; implies --quotes.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Id of a listed actor: who is named, or speaks.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Id of the source.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC), as 2026-04-12.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC).")] = None,
    topic: TopicId = None,
    match: Match = None,
    newest: Annotated[bool, typer.Option("--newest", help="The newest first, not the best.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a result.")] = False,
    csv: CsvFile = None,
    xlsx: XlsxFile = None,
    parquet: ParquetFile = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew first.")] = False,
) -> None:
    """Find articles or quotes by their words, in any spelling and with anything joined to them.

    أ إ ا, ى ي, ة ه, diacritics and the article make no difference; a word is found with و ف ب ل ك before it and, once
    the article is parsed, with pronouns after it and by its lemma. The index lies in the user's cache, follows the
    warehouse by itself and can be removed at any time.

    **Examples**

    `nabra find "اتفاق المياه"`

    `nabra find --speaker الوزير --json > said.jsonl`

    `nabra find '"مجلس الأمن" | "الأمم المتحدة" -مصدر' --since 2026-04-01 --newest`
    """
    store = CorrectedStore(open_store(config, warehouse).remembering())
    wanted = clauses(" ".join(words or []))
    if words and not wanted:
        raise UsageError(f"{' '.join(words)!r} has no word to look for")
    by = [term for clause in clauses(speaker or "") for phrase in clause.phrases for term in phrase.terms]
    if speaker is not None and not by:
        raise UsageError(f"--speaker {speaker!r} has no word to look for")
    topics = chosen_topics(config, topic, match)
    filters = Filters(
        kind=QUOTE if quotes or by else ARTICLE,
        outlet=outlet or "",
        since=_day(since),
        until=_day(until),
        actor=actor or "",
        speaker=by,
        without=superseded(store, tuple(STAGES.values())),
        among=_versions(found_topics(store, topics)) if topics else None,
    )
    answer = ask_index(store, lambda index: index.search(wanted, filters, limit, newest_first=newest), anew=rebuild)
    shown = results(store, answer.hits, wanted)
    if (csv or xlsx or parquet or as_json) and answer.count > len(shown):
        console.print(Text(_told(answer)))
    if write_files(pa.Table.from_pylist([result.row for result in shown], ROW), csv, xlsx, parquet):
        return
    if as_json:
        for result in shown:
            print(escape(json.dumps(result.row, ensure_ascii=False)))
        return
    known = [sure(estimates(store), "quotes", answer.count)] if filters.kind == QUOTE else []
    put(Group(*map(_described, shown), *filter(None, known), _told(answer)), sys.stdout)


def _versions(topics: pa.Table) -> list[Version]:
    return list(zip(topics["doc_id"].to_pylist(), topics["version"].to_pylist(), strict=True))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _described(result: Result) -> RenderableType:
    facts = f"{result.hit.doc_id[:ID_DIGITS]}  {result.source}  {result.day or 'no day'}"
    if result.hit.quote_id is not None:
        facts += f"  q{result.hit.quote_id}"
    lines: list[RenderableType] = [Text(escape(facts), "dim"), Reading(result.title or "", "bold")]
    if result.speaker:
        known = f" ({result.speaker_id})" if result.speaker_id else ""
        lines.append(Reading(f"{result.speaker}{known}:"))
    lines.append(Reading(marked(result.context)))
    return Padding(Group(*lines), (0, 0, 1, 0))


def marked(context: Context) -> str:
    """The context on one line, with `[…]` around what was found."""
    text = context.text
    for start, end in reversed(_merged(context.spans)):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text.replace("\n", " ")


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _told(answer: Answer) -> str:
    if not answer.count:
        return "Nothing found."
    rest = answer.count - len(answer.hits)
    more = f"; {rest} more: --limit, or narrow it" if rest else ""
    return f"{len(answer.hits)} shown{more}; to read one: nabra show {answer.hits[0].doc_id[:ID_DIGITS]}"
