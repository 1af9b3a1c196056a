"""`nabra fix`: a wrong speaker, stance, title or date put right, a row or an article hidden, a decision undone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nabra.flows.cli.imports import light_imports
from nabra.flows.cli.options import ConfigFile, Warehouse, open_store
from nabra.flows.terminal.bidi import Reading, put
from nabra.flows.terminal.inert import escape
from nabra.flows.terminal.tables import plain_table
from nabra.tasks.errors import UsageError

if TYPE_CHECKING:
    from nabra.tasks.decisions.decisions import Decision
    from nabra.tasks.warehouse.store import Store

Row = dict[str, Any]

# Tables by the letter that names their rows, and the column of the number.
ROWS: Final = {"q": ("quotes", "quote_id"), "s": ("stances", "stance_id"), "n": ("sentiment", "sent_id")}
# Which options correct which table; those of `clean` name no row.
CORRECTS: Final = {
    "quotes": ("speaker", "speaker_id"),
    "stances": ("stance", "source", "source_id", "target", "target_id"),
    "sentiment": ("sentiment",),
    "clean": ("title", "date"),
}


class Side(StrEnum):
    """What a stance is."""

    favor = "favor"
    against = "against"


class Tone(StrEnum):
    """What a sentiment is."""

    positive = "positive"
    negative = "negative"
    neutral = "neutral"


def fix(
    article: Annotated[str | None, typer.Argument(help="An article, named as for `nabra show`.")] = None,
    row: Annotated[
        str | None,
        typer.Argument(
            help="A row of it by the mark in `nabra show`: q0 a quote, s0 a stance; n0 is sentence 0's tone."
        ),
    ] = None,
    speaker: Annotated[str | None, typer.Option(help="Who says the quote; '' for nobody named.")] = None,
    speaker_id: Annotated[str | None, typer.Option(help="Id of the speaker as an actor.")] = None,
    stance: Annotated[Side | None, typer.Option(help="Which side the stance is on.")] = None,
    source: Annotated[str | None, typer.Option(help="Whose stance it is; `author` for the outlet's own.")] = None,
    source_id: Annotated[str | None, typer.Option(help="Id of the source as an actor.")] = None,
    target: Annotated[str | None, typer.Option(help="What the stance is about.")] = None,
    target_id: Annotated[str | None, typer.Option(help="Id of the target as an actor.")] = None,
    sentiment: Annotated[
        Tone | None, typer.Option(help="The tone of the sentence; without a row, of the article.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The headline; '' for none.")] = None,
    date: Annotated[
        str | None, typer.Option(help="When it was published: 2026-04-12, or 2026-04-12T09:30+03:00; UTC without zone.")
    ] = None,
    hide: Annotated[bool, typer.Option("--hide", help="Hide the row; without a row, the whole article.")] = False,
    version: Annotated[
        int | None, typer.Option(help="Which version of an edited article. [default: the newest]")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever looks at it later.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides. [default: your name on this machine]")] = None,
    undo: Annotated[str | None, typer.Option(help="Take back the decision of this id; also an undo.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List all decisions, of `nabra actors` too.")] = False,
    warehouse: Warehouse = None,
    config: ConfigFile = None,
) -> None:
    """Correct what nabra found, or hide it; everything that reads the warehouse has it from then on.

    A decision is about an article's version, and of a row about its span, not its number: runs, also with `--refresh`,
    leave it in force, and `nabra status` names those whose span is no longer there. What nabra found stays as it is: in
    SQL it is in `quotes_found`, `stances_found` and so on, and all decisions in `corrections`. Where the
    headline is corrected, what was found in the wrong one is hidden.

    **Examples**

    `nabra show festival.html` # names the rows: q0, q1, s0

    `nabra fix festival.html q0 --speaker "وزير الثقافة" --reason "it is he who is quoted"`

    `nabra fix festival.html --date 2026-04-12`

    `nabra fix --list`
    """
    store = open_store(config, warehouse)
    if listed:
        _list(store)
        return
    if undo is not None:
        _undo(store, undo, by, reason)
        return
    row_values = {"speaker": speaker, "speaker_id": speaker_id, "stance": stance, "source": source, "target": target}
    row_ids = {"source_id": source_id, "target_id": target_id}
    given = row_values | row_ids | {"sentiment": sentiment, "title": title, "date": date}
    values = {name: str(value) for name, value in given.items() if value is not None}
    if article is None or bool(values) == hide:
        raise UsageError("name an article, and what is to change or --hide; or ask for --list, or --undo ID")
    decision = _decided(store, (article, version, row), values, (by, reason))
    with light_imports():
        from nabra.tasks.decisions.decisions import record

    record(store, [decision])
    _say(decision)


def _decided(
    store: Store, named: tuple[str, int | None, str | None], values: dict[str, str], who: tuple[str | None, str | None]
) -> Decision:
    """The decision about what `named` names (article, version, row); nothing in `values` hides it."""
    with light_imports():
        from nabra.tasks.decisions import fixes
        from nabra.tasks.decisions.decisions import FIX, HIDE, Decision

    dataset, found, sentence = _row(store, *named, dataset_of(named[2], values))
    if unfit := sorted(values.keys() - set(CORRECTS[dataset])):
        place = f"a row of {dataset}" if named[2] else "an article without a row"
        raise UsageError(f"--{unfit[0].replace('_', '-')} corrects no column of {place}; see: nabra fix --help")
    subject = fixes.subject_of(dataset, found, sentence)
    changes = fixes.changes(found, _new(dataset, found, values)) if values else []
    by, reason = who
    return Decision.of(FIX if values else HIDE, subject, changes, by=by, reason=reason)


def dataset_of(row: str | None, values: dict[str, str]) -> str:
    """The table that the row named is of; without a row the article's, or its sentiment's."""
    if row is None:
        return "sentiment" if "sentiment" in values else "clean"
    if row[:1] not in ROWS or not row[1:].isascii() or not row[1:].isdecimal():
        raise UsageError(f"{row!r} is no row: q0 is a quote, s0 a stance, n0 the tone of sentence 0; see: nabra show")
    return ROWS[row[0]][0]


def _row(store: Store, article: str, version: int | None, row: str | None, dataset: str) -> tuple[str, Row, Row | None]:
    """The table, the row as it was found, and for a sentence's sentiment the sentence."""
    with light_imports():
        from nabra.flows.cli.document import find_document
        from nabra.flows.cli.views import open_views

    with open_views(store) as views:
        doc_id, _ = find_document(views, article)
        newest = "select max(coalesce(version, 1)) from clean where doc_id = ?"
        number = version or views.execute(newest, [doc_id]).fetchall()[0][0] or 1
        where = {"doc_id": doc_id, "version": number}

        def one(name: str, test: str) -> Row:
            query = f"from {name}_found where doc_id = $doc_id and coalesce(version, 1) = $version and {test}"
            rows: list[Row] = views.sql(query, params=where).to_arrow_table().to_pylist()
            if not rows:
                raise UsageError(f"version {number} of {doc_id} has no {row or dataset}; see: nabra show {doc_id[:8]}")
            return rows[0]

        if row is None:
            return dataset, one(dataset, "level = 'document'" if dataset == "sentiment" else "true"), None
        place = f"{ROWS[row[0]][1]} = {int(row[1:])}"
        return dataset, one(dataset, place), one("sentences", place) if dataset == "sentiment" else None


def _new(dataset: str, found: Row, values: dict[str, str]) -> Row:
    """The values of all columns that change."""
    from nabra.tasks.decisions import fixes

    if dataset == "quotes":
        actor_id = values.get("speaker_id") or None
        named = "speaker" in values
        return fixes.speaker(values["speaker"] or None, actor_id) if named else fixes.speaker_known(actor_id)
    if dataset == "stances":
        new = fixes.stance(values["stance"]) if "stance" in values else {}
        for side in ("source", "target"):
            actor_id = values.get(f"{side}_id") or None
            if values.get(side):
                new |= fixes.side(side, values[side], actor_id)
            elif f"{side}_id" in values:
                new[f"{side}_id"] = actor_id
        return new
    if dataset == "sentiment":
        return fixes.sentiment(values["sentiment"])
    new = {"title": values["title"] or None} if "title" in values else {}
    return new | (fixes.published_at(_moment(values["date"])) if "date" in values else {})


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--date {text!r} is no day such as 2026-04-12, nor a time as 2026-04-12T09:30+03:00"
        ) from error


def _undo(store: Store, decision_id: str, by: str | None, reason: str | None) -> None:
    from nabra.tasks.decisions.decisions import undo

    undone = undo(store, decision_id, by=by, reason=reason)
    print(f"undone: {undone.kind} {undone.decision_id}", file=sys.stderr)


def _say(decision: Decision) -> None:
    what = "corrected" if decision.changes else "hidden"
    print(f"{what}; to take it back: nabra fix --undo {decision.decision_id}", file=sys.stderr)


def _list(store: Store) -> None:
    from nabra.tasks.decisions.decisions import decisions, holding

    made = decisions(store)
    in_force = {each.decision_id for each in holding(made)}
    table = plain_table("decision", "made", "by", "kind", "about", "change", "reason", "")
    for each in made:
        change = f"undoes {each.undoes}" if each.undoes else told_changes([each])
        cells = (each.decision_id, f"{each.at:%Y-%m-%d %H:%M}", escape(each.by), escape(each.kind), about(each))
        table.add_row(
            *cells, Reading(change), Reading(each.reason or ""), "" if each.decision_id in in_force else "undone"
        )
    put(table, sys.stdout)


def about(decision: Decision) -> str:
    """What a decision is about, in short."""
    subject = decision.subject
    if subject.doc_id is None:
        return escape(subject.actor_id or "")
    span = f" {subject.part}[{subject.start}:{subject.end}]" if subject.part else ""
    return f"{subject.dataset} {subject.doc_id[:8]}{span}"


def told_changes(made: Sequence[Decision]) -> str:
    """What some decisions change, in words: of each its first column, from what to what."""
    first = [each.changes[0] for each in made if each.changes]
    return "; ".join(f"{change.column}: {change.old or '-'} → {change.new or '-'}" for change in first)
