"""The table `coverage` of a warehouse whose source publishes day by day: what is counted, what is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.coverage import coverage
from nabra.tasks.coverage.alarms import alarms
from nabra.tasks.coverage.coverage import update_coverage
from nabra.tasks.coverage.rhythm import Judgement, Values, judge
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Provenance, Store
from tests.flows.small_warehouse import write

FIRST = date(2026, 3, 2)
MADE_BY = Provenance("raw", "f", "0", "r")
FEED = "https://port.example/feed"


def moment(day: int, hour: int = 12) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day)


class Place:
    """A warehouse of one source, asked once a day at 23 o'clock."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(load_settings(warehouse=str(folder / "w")).store)

    def batch(self, day: int) -> Batch:
        return Batch(moment(day).date().isoformat(), "a")

    def day(self, day: int, articles: int, *, refused_by_clean: int = 0, first_named: int | None = None) -> None:
        """A run on a day; null in `first_named` is what earlier versions of nabra left."""
        batch, known = self.batch(day), {"source": "port", "fetched_at": moment(day, 23)}
        fetched = articles + refused_by_clean
        ids = [f"{day:016x}{number:016x}" for number in range(fetched)]
        write(self.store, batch, "raw", *(known | {"doc_id": doc_id} for doc_id in ids))
        cleaned = (known | {"doc_id": doc_id, "published_at": moment(day, 9)} for doc_id in ids[:articles])
        write(self.store, batch, "clean", *cleaned)
        refusals = ({"source": "port", "stage": "clean", "url": doc_id} for doc_id in ids[articles:])
        if refused_by_clean:
            write(self.store, batch.refused_by("clean"), "rejects", *refusals)
        named = {"named": 50, "first_named": first_named} if first_named is not None else {}
        listing = {"url": FEED, "source": "port", "kind": "listing", "outcome": "changed"}
        write(self.store, batch, "pages", listing | {"checked_at": moment(day, 23)} | named)
        write(self.store, batch, "runs", {"run_id": f"{day}", "source": "port", "started_at": moment(day, 23)})

    def count(self, day: int) -> dict[str, dict[str, object]]:
        """Count up to a day, of which this and the last are open; the rows by their day."""
        open_days = [moment(each).date().isoformat() for each in (day - 1, day, day + 1)]
        update_coverage(self.store, open_days, moment(day).date(), MADE_BY)
        return {row["day"]: row for row in self.store.dataset("coverage").to_table().to_pylist()}

    def told(self) -> list[str]:
        return [sentence for _, sentence in alarms(self.store)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_day_says_what_was_named_fetched_refused_and_what_is_in_the_tables(place: Place) -> None:
    place.day(0, 5, refused_by_clean=2, first_named=8)
    write(place.store, place.batch(0).refused_by("fetch"), "rejects", {"source": "port", "stage": "fetch"})
    row = place.count(0)["2026-03-02"]
    names = ("named", "fetched", "refused", "rejected", "rejected_by", "articles", "asked", "lost", "gaps")
    assert [row[name] for name in names] == [8, 7, 1, 2, "clean 2", 5, 1, 0, 0]
    assert str(row["by_hour"]).split()[9] == "5"
    assert row["expected"] is None


def test_silence_is_told_after_two_weeks_with_what_was_named(place: Place) -> None:
    for day in range(14):
        place.day(day, 30 + day % 3, first_named=31)
    assert place.count(13)["2026-03-15"]["quiet_days"] is None
    assert place.told() == []
    place.day(14, 0, refused_by_clean=30, first_named=30)
    row = place.count(14)["2026-03-16"]
    assert row["quiet_days"] == 1
    assert row["expected"] == pytest.approx(31, abs=2)
    (sentence,) = place.told()
    assert sentence.startswith("source port: 0 articles on 2026-03-16: 31 expected")
    assert sentence.endswith("(named 30, fetched 30, refused 0, rejected by clean 30)")


def test_too_few_are_told_and_not_only_none_and_no_more_when_they_are_back(place: Place) -> None:
    for day in range(20):
        place.day(day, 60)
    place.day(20, 22)
    place.count(20)
    assert len(place.told()) == 1
    place.day(21, 60)
    place.count(21)
    assert place.told() == []


def test_days_without_a_run_have_rows_and_accuse_no_source(place: Place) -> None:
    for day in range(14):
        place.day(day, 30)
    place.day(17, 45)
    rows = place.count(17)
    assert len(rows) == 18
    assert [rows[f"2026-03-{number}"]["asked"] for number in (16, 17, 18)] == [0, 0, 0]
    assert rows["2026-03-17"]["expected"] is None
    assert place.told() == []


def test_what_earlier_versions_left_is_counted_and_what_they_did_not_note_is_null(place: Place) -> None:
    place.day(0, 3)
    row = place.count(0)["2026-03-02"]
    assert (row["named"], row["fetched"], row["articles"]) == (None, 3, 3)


def test_an_address_is_lost_that_was_left_and_not_asked_though_its_feed_was_read_again(place: Place) -> None:
    place.day(0, 3, first_named=5)
    for number in (1, 2):
        left = {"url": f"https://port.example/{number}", "source": "port", "listed_by": FEED, "at": moment(0, 23)}
        write(place.store, Batch("2026-03-02", f"left{number}"), "postponed", left)
    assert place.count(0)["2026-03-02"]["lost"] == 0
    place.day(1, 3, first_named=4)
    page = {"url": "https://port.example/2", "source": "port", "kind": "page", "checked_at": moment(1, 23)}
    write(place.store, Batch("2026-03-03", "page"), "pages", page)
    assert place.count(1)["2026-03-02"]["lost"] == 1


def test_a_feed_that_names_nothing_known_has_a_gap_before_it_unless_it_was_never_asked(place: Place) -> None:
    place.day(0, 3, first_named=50)
    place.day(1, 3, first_named=50)
    rows = place.count(1)
    assert [rows[day]["gaps"] for day in ("2026-03-02", "2026-03-03")] == [0, 1]
    assert "run more often" in place.told()[0]


def test_counting_again_changes_no_file(place: Place) -> None:
    for day in range(3):
        place.day(day, 5)
    place.count(2)
    before = place.store.batch_files("coverage")
    assert len(before) == 3
    place.count(2)
    assert place.store.batch_files("coverage") == before


def test_what_is_counted_as_before_is_not_judged_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    honest = judge

    def noted(counts: Values, exposures: Values, weekdays: Values) -> Judgement:
        judged.append(len(counts))
        return honest(counts, exposures, weekdays)

    monkeypatch.setattr(coverage, "judge", noted)
    for day in range(3):
        place.day(day, 5)
    place.count(2)
    place.count(2)
    assert judged == [1, 1, 1]
    place.day(2, 6)
    place.count(2)
    assert judged == [1, 1, 1, 1]
