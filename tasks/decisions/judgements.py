"""Findings drawn to be judged, stratified by outlet, direction and score, and what was judged of them.

A draw takes of each stratum as large a part as of all, and at least two. Outlets that would have few are one stratum.
The tables are asked as nabra found them: a correction does not make nabra better.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nabra.tasks.decisions.decisions import ID_DIGITS, Subject, by_user
from nabra.tasks.decisions.estimates import Estimate, Stratum, estimate
from nabra.tasks.errors import StoreError, UsageError
from nabra.tasks.schemas import JUDGEMENTS, table
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store

if TYPE_CHECKING:
    import duckdb

KINDS: Final = ("quotes", "speakers", "stances", "sentiment")
RIGHT, WRONG = "right", "wrong"
LEAST: Final = 2  # of each stratum
OUTLET_LEAST: Final = 12  # an outlet of which fewer would be judged is put to the others
# What an estimate needs of each.
OF_JUDGEMENTS: Final = ("draw_id", "kind", "made_at", "stratum", "stratum_rows", "verdict")
AROUND: Final = 160  # characters shown before and after what is judged

_NO_SIDES: Final = "null as source, null as target, null as stance"
_FINDINGS: Final = {
    "quotes": "select *, {no_sides}, null as value, kind as direction, null as score from quotes_found",
    "speakers": "select *, {no_sides}, speaker as value, speaker_found as direction, null as score"
    " from quotes_found where speaker is not null",
    "stances": "select *, evidence as text, stance as value, stance as direction from stances_found",
    "sentiment": "select s.*, {no_sides}, label as value, label as direction, score"
    " from sentiment_found t join sentences_found s on t.doc_id = s.doc_id and t.sent_id = s.sent_id"
    " and coalesce(t.version, 1) = coalesce(s.version, 1)",
}
_DRAW: Final = """
with finding as ({findings}), placed as (
    select f.doc_id, coalesce(f.version, 1) as version, f.part, f.start, f."end", f.text, f.source, f.target, f.stance,
           f.value, c.source as outlet, coalesce(f.direction, '-') as direction, random() as chance,
           case when f.score is null then '-' when f.score < 0.5 then '<0.5' when f.score < 0.8 then '0.5-0.8'
                else '0.8+' end as band,
           count(*) over (partition by c.source) * $wanted / count(*) over () as of_outlet
    from finding f join clean_found c on f.doc_id = c.doc_id and coalesce(f.version, 1) = coalesce(c.version, 1)
    where (f.doc_id, coalesce(f.version, 1)) not in (select (doc_id, version) from superseded)
), stratified as (
    select *, concat_ws(' | ', case when of_outlet < $outlet_least then '*' else outlet end, direction, band) as stratum
    from placed
), ranked as (
    select *, count(*) over (partition by stratum) as stratum_rows, count(*) over () as all_rows,
           row_number() over (partition by stratum order by chance) as place
    from stratified
)
select r.*, case r.part when 'title' then c.title else c.text end as whole
from ranked r join clean_found c on r.doc_id = c.doc_id and r.version = coalesce(c.version, 1)
where r.place <= greatest($least, round($wanted * r.stratum_rows / r.all_rows))
order by r.chance
"""


@dataclass(frozen=True)
class Finding:
    """What is to be judged: `value` is what nabra says there, `before` and `after` the words around the span."""

    kind: str
    subject: Subject
    value: str | None
    stratum: str
    stratum_rows: int
    outlet: str
    before: str
    after: str


@dataclass(frozen=True)
class Judgement:
    """A finding, by its number in the draw, that is right or wrong."""

    item: int
    finding: Finding
    is_right: bool
    by: str


def draw(connection: duckdb.DuckDBPyConnection, kind: str, wanted: int) -> list[Finding]:
    """About so many findings of a kind, in any order, from the views of a warehouse."""
    from duckdb import Error

    parameters = {"wanted": wanted, "least": LEAST, "outlet_least": OUTLET_LEAST}
    try:
        answer = connection.execute(_DRAW.format(findings=_FINDINGS[kind].format(no_sides=_NO_SIDES)), parameters)
        names = [column[0] for column in answer.description or ()]
        return [_finding(kind, dict(zip(names, row, strict=True))) for row in answer.fetchall()]
    except Error as error:
        raise StoreError(f"the warehouse cannot be read: {str(error).strip()}; see: nabra validate") from error


def new_draw() -> str:
    """An id for a draw."""
    return uuid.uuid4().hex[:ID_DIGITS]


def keep(store: Store, judged: Sequence[Judgement], draw_id: str) -> None:
    """Add the judgements of one draw to the warehouse; UsageError where it has some of that draw already."""
    if not judged:
        return
    if draw_id in store.scan(JUDGEMENTS.name, ["draw_id"])["draw_id"].to_pylist():
        raise UsageError(f"the sample {draw_id} was judged already; its judgements are in the table judgements")
    now = datetime.now(UTC)
    rows = [
        {"draw_id": draw_id, "item": each.item, "made_at": now, "made_by": each.by} | _judged(each) for each in judged
    ]
    batch = Batch(f"{now:%Y-%m-%d}", f"{now:%H%M%S}-{draw_id}")
    store.write(JUDGEMENTS.name, batch, table(JUDGEMENTS, rows), by_user(JUDGEMENTS.name, draw_id))


def estimates(store: Store) -> dict[str, Estimate]:
    """How many findings of each kind are right, for the kinds of which any were judged."""
    return estimates_of(store.scan(JUDGEMENTS.name, list(OF_JUDGEMENTS)).to_pylist())


def estimates_of(judgements: Iterable[dict[str, Any]]) -> dict[str, Estimate]:
    """The same of rows with the columns `OF_JUDGEMENTS`.

    Judgements of earlier draws count where the last draw has their stratum, whose size is that of the last.
    """
    rows = sorted(judgements, key=lambda row: row["made_at"])
    found = {kind: estimate(_strata([row for row in rows if row["kind"] == kind])) for kind in KINDS}
    return {kind: each for kind, each in found.items() if each}


def _strata(rows: Sequence[dict[str, Any]]) -> Iterable[Stratum]:
    last = rows[-1]["draw_id"] if rows else ""
    sizes = {row["stratum"]: row["stratum_rows"] for row in rows if row["draw_id"] == last}
    for name, size in sizes.items():
        verdicts = [row["verdict"] == RIGHT for row in rows if row["stratum"] == name]
        judged = min(len(verdicts), size)  # a finding can be drawn again
        yield Stratum(size, judged, round(sum(verdicts) * judged / len(verdicts)))


def _finding(kind: str, row: dict[str, Any]) -> Finding:
    dataset = "quotes" if kind == "speakers" else kind
    places = {each.name: row[each.name] for each in fields(Subject) if each.name in row}
    whole, start, end = row["whole"] or "", row["start"], row["end"]
    around = whole[max(start - AROUND, 0) : start], whole[end : end + AROUND]
    stratum = row["stratum"], row["stratum_rows"]
    return Finding(kind, Subject(dataset, **places), row["value"], *stratum, row["outlet"], *around)


def _judged(judgement: Judgement) -> dict[str, Any]:
    finding = judgement.finding
    subject = {name: value for name, value in asdict(finding.subject).items() if name != "actor_id"}
    stratum = {"stratum": finding.stratum, "stratum_rows": finding.stratum_rows}
    verdict = RIGHT if judgement.is_right else WRONG
    return {"kind": finding.kind, "value": finding.value, "verdict": verdict} | subject | stratum
