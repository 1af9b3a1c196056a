"""`nabra show`: an article, its sentences coloured by sentiment, its quotes, its stances with their evidence."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nabra.flows.cli.audit import sure
from nabra.flows.cli.document import Document, Row, load_document
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.decisions.decisions import Decision
from nabra.tasks.decisions.judgements import estimates
from nabra.tasks.engine.stages import STAGES
from nabra.tasks.warehouse.store import Store

COLOURS: Final = {"positive": "green", "negative": "red", "neutral": ""}
# Where there are no colours, as in a file or pipe, these tell the same.
SIGNS: Final = {"positive": " (+)", "negative": " (−)", "neutral": ""}
LEGEND: Final = (
    "(+) positive sentence, (−) negative; [q0 …] what quote 0 says, below it: cue, speaker, how he was found"
)
STANCE_COLOURS: Final = {"favor": "green", "against": "red"}


def show(
    doc: Annotated[str, typer.Argument(help="doc_id, the first digits of one, an address, or the end of an address.")],
    warehouse: Warehouse = None,
    config: ConfigFile = None,
    version: Annotated[
        int | None, typer.Option(help="Which version of an article that its site has edited. [default: the newest]")
    ] = None,
    entities: Annotated[
        bool, typer.Option("--entities", help="List the mentions of people, places and organisations too.")
    ] = False,
) -> None:
    """Show an article: sentences coloured by sentiment, quotes with speakers, stances with their evidence.

    Right-to-left text is put in reading order unless the terminal does that itself; where the guess is wrong, set
    NABRA_BIDI=terminal (it does) or NABRA_BIDI=nabra (it does not).

    **Examples**

    `nabra show festival.html` # one of the sample articles

    `nabra sql "select doc_id, title, url from clean"` # lists the articles that can be shown
    """
    put(describe_article(open_store(config, warehouse), doc, version=version, entities=entities), sys.stdout)


def describe_article(store: Store, doc: str, *, version: int | None = None, entities: bool = False) -> RenderableType:
    """Everything that the warehouse knows of one document; with `entities` also the names in each sentence.

    `doc` and `version` are as in `nabra.flows.cli.document.load_document`, whose errors it raises.
    """
    document = load_document(store, doc, version)
    article = document.article
    notices = [f"Rejected by {row['stage']}: {row['reason']}: {escape(row['detail'])}" for row in document.rejects]
    missing = [stage for stage in STAGES if stage not in document.done]
    if missing and not notices:
        notices = [f"Not done on this document yet: {', '.join(missing)}; to go on: nabra run"]
    warnings = [Text(notice, "yellow") for notice in notices]
    warnings += [Text(escape(told(each)), "cyan") for each in document.decisions]
    if article is None:
        return Group(Text(f"{document.doc_id}  {escape(document.url)}", "bold"), *warnings)
    tables = (_quotes(document.quotes), _stances(document.stances)) if "stance" in document.done else ()
    header = _header(article, document.versions, document.sentiment)
    legend = ("", Text(LEGEND, "dim")) if document.sentences else ()
    return Group(header, *warnings, "", *_body(document, article, entities), *legend, *tables, *_sure(store, document))


def _sure(store: Store, document: Document) -> list[str]:
    """How much of what is shown can be right, where a sample was judged."""
    found = estimates(store)
    named = [quote for quote in document.quotes if quote["speaker"]]
    sentences = [row for row in document.sentiment if row["level"] == "sentence"]
    rows = {"quotes": document.quotes, "speakers": named, "stances": document.stances, "sentiment": sentences}
    said = [line for kind, shown in rows.items() if (line := sure(found, kind, len(shown)))]
    return ["", *said] if said else []


def told(decision: Decision) -> str:
    """A decision about the article, and how to take it back."""
    what = {"hide": "Hidden", "fix": "Corrected"}.get(decision.kind, decision.kind)
    columns = ", ".join(change.column for change in decision.changes[:1])
    place = f" {decision.subject.dataset}{f'.{columns}' if columns else ''}"
    reason = f" ({decision.reason})" if decision.reason else ""
    return f"{what} by {decision.by}:{place}{reason}; to take it back: nabra fix --undo {decision.decision_id}"


def mark_quotes(text: str, start: int, quotes: Iterable[Row]) -> str:
    """The sentence `text`, which begins at `start` in its part, with `[q0 …]` around what quote 0 has of it."""
    end = start + len(text)
    marks: list[tuple[int, int, int, str]] = []
    for quote in quotes:
        length = quote["end"] - quote["start"]
        if start <= quote["start"] < end:
            marks.append((quote["start"] - start, 1, -length, f"[q{quote['quote_id']} "))
        if start < quote["end"] <= end:
            marks.append((quote["end"] - start, 0, length, "]"))
    # From the last to the first, so that the earlier positions stay true; of two at one place the outer quote's opening
    # mark and the inner quote's closing mark come to stand first.
    for position, _, _, mark in sorted(marks, reverse=True):
        text = text[:position] + mark + text[position:]
    return text


def _header(article: Row, versions: tuple[int, ...], sentiment: list[Row]) -> RenderableType:
    whole = next((row for row in sentiment if row["level"] == "document"), None)
    facts = {
        "document": article["doc_id"],
        "version": _version(article["version"] or 1, versions),
        "source": article["source"],
        "address": article["url"],
        "published": f"{article['published_at']:%Y-%m-%d %H:%M} UTC" if article["published_at"] else "not stated",
        "author": article["author"],
        "language": f"{article['language']} ({article['language_score']:.2f})",
        "duplicate of": article["duplicate_of"],
        "sentiment": f"{whole['label']} ({whole['score']:.2f})" if whole else None,
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        if value:
            grid.add_row(Text(name, "bold"), Reading(value))
    return Group(Reading(article["title"] or "(no title)", "bold"), "", grid)


def _version(number: int, versions: tuple[int, ...]) -> str:
    """Which version it is, of how many, and how to see the others."""
    newest = max(versions)
    if newest == 1:
        return "1 of 1"
    others = ", ".join(f"--version {other}" for other in versions if other != number)
    place = "the newest" if number == newest else "not the newest"
    return f"{number} of {newest}, {place}" + (f"; to see another: {others}" if others else "")


def _body(document: Document, article: Row, entities: bool) -> list[RenderableType]:
    if not document.sentences:
        return [Reading(article["text"])]
    labels = {row["sent_id"]: row["label"] for row in document.sentiment if row["level"] == "sentence"}
    lines: list[RenderableType] = []
    for sentence in document.sentences:
        quotes = [quote for quote in document.quotes if quote["part"] == sentence["part"]]
        marked = mark_quotes(sentence["text"], sentence["start"], quotes)
        label = labels.get(sentence["sent_id"], "neutral")
        lines.append(Reading(marked.replace("\n", " ") + SIGNS[label], COLOURS[label]))
        lines += _notes(sentence["sent_id"], document.quotes, document.entities if entities else [])
    return lines


def _notes(sent_id: int, quotes: list[Row], entities: list[Row]) -> list[RenderableType]:
    """Under a sentence: the quotes that start in it, with cue, speaker and how he was found; then the names in it."""
    grid = Table.grid(padding=(0, 2))
    for quote in quotes:
        if quote["sent_id"] == sent_id:
            speaker, cue = _readings(_speaker(quote), quote["cue"])
            grid.add_row(f"q{quote['quote_id']}", quote["kind"], speaker, cue, _resolution(quote))
    for entity in entities:
        if entity["sent_id"] == sent_id:
            grid.add_row("", entity["type"], *_readings(entity["text"], entity["actor_id"]))
    return [Padding(grid, (0, 0, 0, 4), style="dim", expand=False)] if grid.row_count else []


def _quotes(quotes: list[Row]) -> RenderableType:
    if not quotes:
        return "\nNo quotes."
    table = _table("quote", "kind", "speaker", "cue", "text")
    for quote in quotes:
        texts = _readings(quote["kind"], _speaker(quote), quote["cue"], quote["text"])
        table.add_row(f"q{quote['quote_id']}", *texts)
    return Group("", table)


def _stances(stances: list[Row]) -> RenderableType:
    if not stances:
        return "\nNo stances."
    table = _table("", "source", "stance", "target", "score", "evidence", "decided by")
    for row in stances:
        source, target, evidence = _readings(_with_id(row, "source"), _with_id(row, "target"), row["evidence"])
        stance = Text(row["stance"], STANCE_COLOURS[row["stance"]])
        table.add_row(f"s{row['stance_id']}", source, stance, target, f"{row['score']:.2f}", evidence, _decided(row))
    return Group("", table)


def _table(*headings: str) -> Table:
    """Short columns keep their words whole; the long one, `text` or `evidence`, takes what is left."""
    table = plain_table()
    for heading in headings:
        table.add_column(heading, ratio=1 if heading in ("text", "evidence") else None)
    return table


def _with_id(row: Row, side: str) -> str:
    return f"{row[side]} ({row[f'{side}_id']})" if row[f"{side}_id"] else row[side]


def _decided(stance: Row) -> str:
    """The rule and the classifier, each with what it says by itself."""
    scores = {"rule": stance["rule_score"], "classifier": stance["classifier_score"]}
    said = ", ".join(f"{name} {score:.2f}" for name, score in scores.items() if score is not None)
    return f"{escape(stance['method'])} ({said})" if said else escape(stance["method"])


def _resolution(quote: Row) -> str:
    """How the speaker was found, and for which actor he speaks."""
    if not quote["speaker_found"]:
        return ""
    known = f" → {quote['speaker_id']} ({quote['speaker_known']})" if quote["speaker_id"] else ""
    return f"{quote['speaker_found']}{known}"


def _speaker(quote: Row) -> str:
    return str(quote["speaker"] or "nobody named")


def _readings(*texts: str | None) -> list[Reading]:
    return [Reading(text or "") for text in texts]
