"""What users decided, applied to the tables, by queries of DuckDB over the tables as they were found.

A row is meant where article, version, span and the words of the span are those of the decision; of a stance source,
target and side too, as found. Of several decisions about one column the last one holds. A hidden article leaves all
tables of articles, with all its versions. What was found in a headline that was corrected is hidden, for its offsets
count there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from nabra.tasks.decisions.decisions import FIX, HIDE, Decision, Subject
from nabra.tasks.schemas import DATASETS, VERSIONED

if TYPE_CHECKING:
    import duckdb

# The tables of which rows can be corrected, each with the column that has the words of its span.
WORDS: Final = {"quotes": "text", "stances": "evidence", "sentiment": "text", "clean": None}
# The tables that have less to show where something is hidden or a headline was corrected.
READ: Final = tuple(name for name in VERSIONED if name != "raw")
HIDDEN: Final = "hidden_articles"
RETITLED: Final = "retitled"
ROW: Final = "_row"
_SPAN: Final = (("part", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("text", pa.string()))
_ANCHOR: Final = (("doc_id", pa.string()), ("version", pa.int32()), *_SPAN)
# A sentence can be both for and against the same target, so a stance is known by all three, as found.
SIDES: Final = ("source", "target", "stance")
_SIDES: Final = tuple((name, pa.string()) for name in SIDES)
_IN_A_HEADLINE: Final = """exists (
    select 1 from sentences_found s join retitled r on s.doc_id = r.doc_id and coalesce(s.version, 1) = r.version
    where s.part = 'title' and s.doc_id = t.doc_id and coalesce(s.version, 1) = coalesce(t.version, 1)
      and s.sent_id = t.sent_id
)"""
_SAME_SIDES: Final = " and (t.source, t.target, t.stance) = (f.source, f.target, f.stance)"
# The number of the sentence that a decision about its sentiment means; null of the whole article's.
_OF_SENTENCES: Final = """(
    select f.*, null as sent_id from fixes_sentiment f where f.part is null
    union all
    select f.*, s.sent_id from fixes_sentiment f join sentences_found s
    on s.doc_id = f.doc_id and coalesce(s.version, 1) = f.version
       and (s.part, s.start, s."end", s.text) = (f.part, f.start, f."end", f.text)
)"""


class Corrections:
    """Decisions that stand, as tables and as the queries that apply them."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        applied = [each for each in decisions if each.kind in (FIX, HIDE) and each.subject.dataset in WORDS]
        self._hidden = sorted({each.subject.doc_id or "" for each in applied if hides_article(each)})
        self._retitled = sorted({_version(each) for each in applied if _changes_title(each)})
        self._fixes = {name: _by_subject(applied, name) for name in WORDS}
        self.by_article: dict[str, list[Decision]] = defaultdict(list)
        for each in applied:
            self.by_article[each.subject.doc_id or ""].append(each)

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Give the connection the tables that the queries ask."""
        connection.register(HIDDEN, pa.table({"doc_id": pa.array(self._hidden, pa.string())}))
        versions = [{"doc_id": doc_id, "version": version} for doc_id, version in self._retitled]
        connection.register(RETITLED, pa.Table.from_pylist(versions, pa.schema(_ANCHOR[:2])))
        for name, fixes in self._fixes.items():
            if fixes:
                connection.register(f"fixes_{name}", _table(fixes))

    def query(self, dataset: str, columns: Sequence[str]) -> str:
        """The columns of a table as corrected, asked of `<dataset>_found`."""
        fixes = self._fixes.get(dataset)
        values = ", ".join(_value(dataset, name, _changed(fixes or {})) for name in columns)
        joined = f" left join {_joined(dataset)}" if fixes else ""
        where = [f"t.doc_id not in (select doc_id from {HIDDEN})"] if self._hidden else []
        where += ["not coalesce(f.hidden, false)"] if fixes else []
        where += [condition] if self._retitled and (condition := _outside_headlines(dataset)) else []
        return f"select {values} from {dataset}_found t{joined}" + (f" where {' and '.join(where)}" if where else "")

    def apply(self, dataset: str, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The rows of a dataset of one batch as corrected, in their order; `tables` has its sentences too."""
        import duckdb  # takes longer than what most readers do, who have nothing to correct

        schema = DATASETS[dataset].schema
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for name, data in tables.items():
                connection.register(f"{name}_found", data.append_column(ROW, pa.array(range(len(data)), pa.int64())))
            self.register(connection)
            query = f"{self.query(dataset, [*schema.names, ROW])} order by {ROW}"
            return connection.sql(query).to_arrow_table().drop_columns(ROW).cast(schema)


def hides_article(decision: Decision) -> bool:
    """True if it hides a whole article."""
    return decision.kind == HIDE and decision.subject.dataset == "clean"


def _changes_title(decision: Decision) -> bool:
    return decision.subject.dataset == "clean" and any(change.column == "title" for change in decision.changes)


def _version(decision: Decision) -> tuple[str, int]:
    return decision.subject.doc_id or "", decision.subject.version or 1


def _by_subject(decisions: Sequence[Decision], dataset: str) -> dict[Subject, dict[str, str | None] | None]:
    """The new values of each subject by column, or None where it is hidden; the last decision holds."""
    found: dict[Subject, dict[str, str | None] | None] = {}
    for each in decisions:
        if each.subject.dataset != dataset or hides_article(each):
            continue
        before = found.get(each.subject, {})
        hidden = each.kind == HIDE or before is None
        found[each.subject] = (
            None if hidden else (before or {}) | {change.column: change.new for change in each.changes}
        )
    return found


def _changed(fixes: Mapping[Subject, Mapping[str, str | None] | None]) -> set[str]:
    return {column for values in fixes.values() for column in values or ()}


def _table(fixes: Mapping[Subject, Mapping[str, str | None] | None]) -> pa.Table:
    columns = sorted(_changed(fixes))
    changed = [
        (f"{kind}_{name}", type_) for name in columns for kind, type_ in (("has", pa.bool_()), ("new", pa.string()))
    ]
    rows: list[dict[str, Any]] = []
    for subject, values in fixes.items():
        row: dict[str, Any] = {name: getattr(subject, name) for name, _ in (*_ANCHOR, *_SIDES)}
        row |= {"version": subject.version or 1, "hidden": values is None}
        for name in columns:
            row |= {f"has_{name}": name in (values or {}), f"new_{name}": (values or {}).get(name)}
        rows.append(row)
    return pa.Table.from_pylist(rows, pa.schema([*_ANCHOR, *_SIDES, ("hidden", pa.bool_()), *changed]))


def _value(dataset: str, name: str, changed: set[str]) -> str:
    if name not in changed:
        return f't."{name}"'
    return (
        f'case when f.has_{name} then cast(f.new_{name} as {_sql_type(dataset, name)}) else t."{name}" end as "{name}"'
    )


def _sql_type(dataset: str, name: str) -> str:
    types = {pa.int32(): "integer", pa.int64(): "bigint", pa.float64(): "double", pa.string(): "varchar"}
    return types.get(DATASETS[dataset].schema.field(name).type, "timestamptz")


def _joined(dataset: str) -> str:
    """The fixes of a dataset, and which row each means."""
    on = "t.doc_id = f.doc_id and coalesce(t.version, 1) = f.version"
    if dataset == "clean":
        return f"fixes_clean f on {on}"
    if dataset == "sentiment":
        return f"{_OF_SENTENCES} f on {on} and t.sent_id is not distinct from f.sent_id"
    on += f' and (t.part, t.start, t."end", t.{WORDS[dataset]}) = (f.part, f.start, f."end", f.text)'
    return f"fixes_{dataset} f on {on}" + (_SAME_SIDES * (dataset == "stances"))


def _outside_headlines(dataset: str) -> str:
    """The condition that a row was not found in a headline that was corrected."""
    columns = DATASETS[dataset].schema.names
    if "part" in columns:
        is_one = f"(t.doc_id, coalesce(t.version, 1)) in (select (doc_id, version) from {RETITLED})"
        return f"not (t.part = 'title' and {is_one})"
    return f"not {_IN_A_HEADLINE}" if "sent_id" in columns else ""
