"""What a report is about: the articles that its filters choose, and their quotes and stances.

They are put into temporary tables, `article`, `quote` and `stance`, of the connection that has the views of the
warehouse; all other questions of a report are asked of these, so that all figures are about the same articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from nabra.tasks.errors import StoreError, UsageError
from nabra.tasks.report.names import party

Row = dict[str, Any]

# An article is of the day on which it was published, or, where it does not say, received.
_ARTICLES: Final = """
create or replace temp table article as
select doc_id, source as outlet, url, title, coalesce(published_at, fetched_at)::date as day,
       published_at is null as undated, coalesce(clean.story, duplicate_of, doc_id) as story,
       row_number() over (
           partition by coalesce(clean.story, duplicate_of, doc_id)
           order by least(published_at, fetched_at) nulls first, doc_id
       ) > 1 as is_copy
from clean
where ($since is null or day >= $since) and ($until is null or day <= $until)
  and (len($outlets) = 0 or outlet in (select unnest($outlets)))
  and ($actor is null or doc_id in (
      select doc_id from entities where actor_id = $actor  -- before schema 5
      union all select doc_id from mentions where $actor in (actor_id, side_id)
      union all select doc_id from quotes where speaker_id = $actor
      union all select doc_id from stances where $actor in (source_id, target_id)
  ))
"""
_QUOTES: Final = f"""
create or replace temp table quote as
select doc_id, quote_id, sent_id, part, start, quotes."end" as stop, text, kind, cue, speaker,
       {party("speaker")} as who, outlet, story, day, title, url
from quotes join article using (doc_id)
"""
# The narration of all outlets is one source: they are told apart by `outlet` alone.
_STANCES: Final = f"""
create or replace temp table stance as
select doc_id, stance_id, sent_id, stances.part, stances.start, stances."end" as stop, evidence, source_kind, source,
       target, stance = 'favor' as favor, score, {party("source")} as who, {party("target")} as whom,
       outlet, story, day, title, url, sentences.text as sentence, sentences.start as sentence_start
from stances join article using (doc_id) join sentences using (doc_id, sent_id)
"""


@dataclass(frozen=True)
class Scope:
    """The filters: days (UTC, both included), ids of outlets and of an actor; what is empty filters nothing."""

    since: date | None = None
    until: date | None = None
    outlets: Sequence[str] = ()
    actor: str | None = None


def choose(connection: duckdb.DuckDBPyConnection, scope: Scope) -> int:
    """Make the tables of the articles in `scope`; how many articles there are.

    UsageError where there is none: a report of nothing is of no use, and a misspelt filter is likelier.
    """
    ask(connection, _ARTICLES, **vars(scope) | {"outlets": list(scope.outlets)})
    ask(connection, _QUOTES)
    ask(connection, _STANCES)
    (count,) = ask(connection, "select count(*) as articles from article")
    if not count["articles"]:
        raise UsageError(_nothing(connection, scope))
    return int(count["articles"])


def ask(connection: duckdb.DuckDBPyConnection, sql: str, **parameters: object) -> list[Row]:
    """The rows of an answer."""
    try:
        answer = connection.execute(sql, parameters or None)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    except duckdb.OutOfMemoryException as error:
        raise UsageError(
            "the report takes too much memory; narrow it by --since, --until, --outlet, --actor"
        ) from error
    except (duckdb.Error, OSError) as error:
        raise StoreError(f"the warehouse cannot be read: {str(error).strip()}; see: nabra validate") from error


def _nothing(connection: duckdb.DuckDBPyConnection, scope: Scope) -> str:
    outlets = [row["outlet"] for row in ask(connection, "select distinct source as outlet from clean order by all")]
    if not outlets:
        return "the warehouse has no articles yet; fill it with: nabra run"
    if unknown := sorted(set(scope.outlets) - set(outlets)):
        return f"no article of the outlet {', '.join(unknown)}; there are: {', '.join(outlets)}"
    (days,) = ask(connection, "select min(day) as first, max(day) as last from (from clean select " + _DAY + ")")
    return (
        f"no article passes the filters; those of the warehouse are from {days['first']} to {days['last']}, "
        f"of {', '.join(outlets)}"
    )


_DAY: Final = "coalesce(published_at, fetched_at)::date as day"
