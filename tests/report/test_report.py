"""All figures of a report are those that SQL gives on the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from nabra.flows.cli.views import run_query
from nabra.tasks.errors import UsageError
from nabra.tasks.report import report as module
from nabra.tasks.report.report import STEPS, Report, ask_report
from nabra.tasks.report.scope import Scope

Told = Callable[..., Report]
# The changing pair of the invented news, whose change is planted in its ninth week.
SOURCE, TARGET, CHANGE = "وزير الري سالم الراوي", "مشروع السد", date(2026, 3, 2)


def by_sql(views: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    return run_query(views, query).to_pylist()


def test_the_overview_counts_articles_stories_quotes_and_positions(
    told: Told, views: duckdb.DuckDBPyConnection
) -> None:
    totals = told().overview.totals
    (row,) = by_sql(
        views,
        "select count(*) as articles, count(distinct story) as stories, (select count(*) from quotes) as quotes,"
        " (select count(*) from stances) as stances, min(published_at)::date as first from clean",
    )
    assert {name: totals[name] for name in row} == row


def test_outlets_have_their_copies_and_days_without(told: Told, views: duckdb.DuckDBPyConnection) -> None:
    rows = {row["outlet"]: row for row in told().overview.outlets}
    counted = by_sql(
        views,
        "select c.source as outlet, count(*) as articles, count(*) filter (c.doc_id <> s.doc_id) as copies,"
        " max(c.published_at)::date - min(c.published_at)::date + 1 - count(distinct c.published_at::date) as silent"
        " from clean c join stories s using (story) group by all",
    )
    assert counted == [{name: rows[row["outlet"]][name] for name in row} for row in counted]
    assert sum(row["copies"] for row in counted) > 0


def test_speakers_have_the_quotes_that_copies_of_a_story_repeat_once(
    told: Told, views: duckdb.DuckDBPyConnection
) -> None:
    counted = by_sql(
        views,
        "select coalesce(speaker_id, speaker) as who, count(distinct (story, quotes.text)) as quotes,"
        " count(distinct story) as stories, count(*) as repeated"
        " from quotes join clean using (doc_id) group by all order by quotes desc, stories desc, who",
    )
    assert sum(row["quotes"] for row in counted) < sum(row.pop("repeated") for row in counted)
    speakers = told().speakers
    assert counted == [{name: speaker.row[name] for name in counted[0]} for speaker in speakers]
    assert all(len({sample["doc_id"] for sample in speaker.samples}) == 3 for speaker in speakers)


def test_the_share_of_an_outlet_is_of_the_quotes_that_it_has(told: Told, views: duckdb.DuckDBPyConnection) -> None:
    counted = by_sql(
        views,
        "select coalesce(speaker_id, speaker) as who, clean.source as outlet,"
        " count(distinct (story, quotes.text)) as quotes from quotes join clean using (doc_id) group by all",
    )
    found = told()
    shares = [share for speaker in found.speakers for share in speaker.shares]
    assert sorted(shares, key=str) == sorted(counted, key=str)
    assert all(share["quotes"] <= speaker.row["quotes"] for speaker in found.speakers for share in speaker.shares)
    cells = found.outlets.speakers.cells
    assert {(row["who"], row["outlet"]): row["quotes"] for row in counted} == {
        key: row["quotes"] for key, row in cells.items()
    }


def test_a_pair_counts_stories_and_not_copies(told: Told, views: duckdb.DuckDBPyConnection) -> None:
    counted = by_sql(
        views,
        "select coalesce(source_id, stances.source) as who, coalesce(target_id, target) as whom,"
        " count(distinct story) as stories, count(*) as stances,"
        " count(distinct story) filter (stance = 'favor') as favor"
        " from stances join clean using (doc_id) group by all order by stories desc, stances desc, who, whom",
    )
    assert counted == [{name: pair.row[name] for name in counted[0]} for pair in told().pairs]
    assert counted[0]["stories"] < counted[0]["stances"]


def test_the_sentences_of_a_pair_show_it_and_are_of_different_stories(told: Told) -> None:
    for pair in told().pairs:
        for row in pair.sentences:
            offset = row["start"] - row["sentence_start"]
            assert row["sentence"][offset : offset + len(row["evidence"])] == row["evidence"]
            assert (row["who"], row["whom"]) == (pair.row["who"], pair.row["whom"])
        assert len({(row["story"], row["favor"]) for row in pair.sentences}) == len(pair.sentences)


def test_the_planted_change_is_found_with_sentences_on_either_side(told: Told) -> None:
    series = told().positions
    changing = [one for one in series if one.changes]
    assert [(one.who, one.whom) for one in changing] == [(SOURCE, TARGET)]
    (change,) = changing[0].changes
    assert change.week == CHANGE
    assert [row["favor"] for row in change.before] == [False, False]
    assert [row["favor"] for row in change.after] == [True, True]
    assert all(row["day"] < CHANGE for row in change.before)
    assert sum(week["stories"] for week in changing[0].weeks) == told().pairs[0].row["stories"]


def test_what_one_outlet_alone_has_is_in_no_other(told: Told, views: duckdb.DuckDBPyConnection) -> None:
    for row in told().outlets.own_pairs:
        outlets = by_sql(
            views,
            "select distinct clean.source from stances join clean using (doc_id)"
            f" where coalesce(source_id, stances.source) = '{row['who']}' and coalesce(target_id, target) ="
            f" '{row['whom']}' and (stance = 'favor') = {row['favor']}",
        )
        assert outlets == [{"source": row["outlet"]}]


@pytest.mark.parametrize(
    ("filters", "where"),
    [
        (
            {"since": date(2026, 2, 1), "until": date(2026, 2, 20)},
            "published_at::date between '2026-02-01' and '2026-02-20'",
        ),
        ({"outlets": ("sada", "barq")}, "source in ('sada', 'barq')"),
        (
            {"actor": "un"},
            "doc_id in (select doc_id from quotes where speaker_id = 'un' union all"
            " select doc_id from stances where 'un' in (source_id, target_id))",
        ),
    ],
)
def test_filters_choose_articles(told: Told, views: duckdb.DuckDBPyConnection, filters: Any, where: str) -> None:
    (row,) = by_sql(views, f"select count(*) as articles from clean where {where}")
    found = told(**filters)
    assert found.overview.totals["articles"] == row["articles"] == len(found.contents["articles"])


@pytest.mark.parametrize(
    ("filters", "advice"),
    [
        ({"outlets": ("sda",)}, "there are: alwadi, barq, manara, sada"),
        ({"since": date(2027, 1, 1)}, "are from 2026-01-0. to 2026-04-26"),
    ],
)
def test_filters_that_leave_nothing_say_what_there_is(told: Told, filters: Any, advice: str) -> None:
    with pytest.raises(UsageError, match=advice):
        told(**filters)


def test_more_articles_than_a_report_can_hold_are_refused(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IN_ALL", 90)
    with pytest.raises(UsageError, match="narrow it by --since"):
        told()


def test_the_texts_are_left_out_where_there_are_many(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ARTICLES", 90)
    found = told()
    assert not found.pages
    assert {article[5] for article in found.contents["articles"]} == {None}
    assert all(quote[-1] for quote in found.contents["quotes"])


def test_each_step_and_each_series_is_told_once(views: duckdb.DuckDBPyConnection) -> None:
    begun: list[str] = []
    ask_report(views, Scope(), begun.append)
    assert tuple(step for step in begun if "/" not in step) == STEPS
    series = [step for step in begun if "/" in step]
    assert series == [f"positions {number}/{len(series)}" for number in range(1, len(series) + 1)]
    assert len(series) > 1
    at = begun.index("positions") + 1
    assert begun[at : at + len(series)] == series
