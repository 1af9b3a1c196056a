"""Decisions of users about what nabra found, in the table `corrections` of the warehouse.

A decision is about a `Subject`: an article, a row of a table by its span, or an actor by its id. `record` adds
decisions, each call in a file of its own that appears whole or not at all, so that nobody has to wait for a run and
nothing is ever written over. `decisions` reads all of them, `standing` leaves those that hold, `undo` takes one back by
another decision. Kinds are words of whoever makes the decisions: `fix` and `hide` are read by `applied`, `undo` here; a
command with decisions of its own (about actors, say) names its own kinds, and reads them back by `standing`.

    record(store, [Decision.of("actor-merge", Subject(actor_id="press:a"), [Change("actor_id", "press:a", "press:b")])])
    merges = [each for each in standing(decisions(store)) if each.kind == "actor-merge"]
"""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from importlib import metadata
from itertools import groupby
from typing import Any, Final

from nabra.tasks.errors import UsageError
from nabra.tasks.schemas import CORRECTIONS, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store

FIX: Final = "fix"
HIDE: Final = "hide"
UNDO: Final = "undo"
ID_DIGITS: Final = 12
# Of the files that users' decisions and judgements lie in: no settings and no models made them.
FINGERPRINT: Final = "user"


@dataclass(frozen=True)
class Subject:
    """What a decision is about: a row of `dataset` by its span, a whole article (`clean`), or an actor."""

    dataset: str | None = None
    doc_id: str | None = None
    version: int | None = None
    part: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    source: str | None = None
    target: str | None = None
    stance: str | None = None
    actor_id: str | None = None


@dataclass(frozen=True)
class Change:
    """A column, what stood there and what is to stand there, as text; None is null."""

    column: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about a subject; `undoes` is the id of the decision that an `undo` takes back."""

    decision_id: str
    at: datetime
    by: str
    kind: str
    subject: Subject = field(default_factory=Subject)
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    undoes: str | None = None

    @classmethod
    def of(cls, kind: str, subject: Subject, changes: Iterable[Change] = (), **more: str | None) -> Decision:
        """A decision made now; `more` are `by` (else the user's name here), `reason`, `undoes`."""
        by = more.pop("by", None) or user_name()
        return cls(uuid.uuid4().hex[:ID_DIGITS], datetime.now(UTC), by, kind, subject, tuple(changes), **more)


def user_name() -> str:
    """What the system calls who is at work; `unknown` where it knows no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def record(store: Store, made: Sequence[Decision]) -> None:
    """Add decisions to the warehouse, all of them or none."""
    rows = [row for decision in made for row in _rows(decision)]
    name = f"{made[0].at:%H%M%S}-{made[0].decision_id}"
    batch = Batch(f"{made[0].at:%Y-%m-%d}", name)
    store.write(CORRECTIONS.name, batch, table(CORRECTIONS, rows), by_user(CORRECTIONS.name, name))


def by_user(dataset: str, run_id: str) -> Provenance:
    """What the metadata of a file say that a user's command has made."""
    return Provenance(dataset, FINGERPRINT, metadata.version("nabra"), run_id)


def decisions(store: Store) -> list[Decision]:
    """All decisions that the warehouse has, the oldest first."""
    found = store.scan(CORRECTIONS.name, CORRECTIONS.schema.names).to_pylist()
    found.sort(key=lambda row: (row["made_at"], row["decision_id"]))
    return [_decision(list(rows)) for _, rows in groupby(found, key=lambda row: row["decision_id"])]


def holding(made: Sequence[Decision]) -> list[Decision]:
    """Those that hold, the oldest first: an undo that was undone itself takes nothing back."""
    undone: set[str] = set()
    for decision in reversed(made):
        if decision.undoes and decision.decision_id not in undone:
            undone.add(decision.undoes)
    return [decision for decision in made if decision.decision_id not in undone]


def standing(made: Sequence[Decision]) -> list[Decision]:
    """Those that hold, without `undo`."""
    return [decision for decision in holding(made) if decision.kind != UNDO]


def undo(store: Store, decision_id: str, **more: str | None) -> Decision:
    """Take back the decision of that id, or of the one id that begins so; the decision that was taken back. An undo can
    be taken back too, and what it undid holds again.

    `more` is as for `Decision.of`. UsageError where none is called so, several are, or it holds no longer.
    """
    made = decisions(store)
    named = [each for each in made if each.decision_id.startswith(decision_id.lower())]
    if len(named) != 1:
        wrong = "several decisions begin" if named else "no decision begins"
        raise UsageError(f"{wrong} with {decision_id!r}; see: nabra fix --list")
    (found,) = named
    if found not in holding(made):
        raise UsageError(f"the decision {found.decision_id} holds no longer; see: nabra fix --list")
    record(store, [Decision.of(UNDO, found.subject, (), undoes=found.decision_id, **more)])
    return found


def _rows(decision: Decision) -> list[dict[str, Any]]:
    common = {
        "decision_id": decision.decision_id,
        "made_at": decision.at,
        "made_by": decision.by,
        "kind": decision.kind,
        "reason": decision.reason,
        "undoes": decision.undoes,
    } | asdict(decision.subject)
    none: dict[str, str | None] = dict.fromkeys(("column_name", "old_value", "new_value"))
    changes = [{"column_name": each.column, "old_value": each.old, "new_value": each.new} for each in decision.changes]
    return [common | each for each in changes or [none]]


def _decision(rows: Sequence[dict[str, Any]]) -> Decision:
    first = rows[0]
    subject = Subject(**{each.name: first[each.name] for each in fields(Subject)})
    changes = tuple(
        Change(row["column_name"], row["old_value"], row["new_value"]) for row in rows if row["column_name"]
    )
    who = first["decision_id"], first["made_at"], first["made_by"], first["kind"]
    return Decision(*who, subject, changes, first["reason"], first["undoes"])
