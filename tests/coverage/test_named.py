"""What fetch notes for the table `coverage`: what a feed named, of it what was new, and what the budget left."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nabra.config.settings import load_settings
from nabra.tasks.coverage.alarms import alarms
from nabra.tasks.coverage.coverage import update_coverage
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.resources import Resources
from nabra.tasks.fetch.targets import Target
from nabra.tasks.warehouse.store import Store
from tests.fetch.conftest import PAGE, Site

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAY = "2026-03-02"


class Outlet:
    """A warehouse into which a feed is fetched, an hour later each time."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.site, self.hour = site, 0
        self.changes = folder / "nabra.toml"
        self.warehouse = str(folder / "w")
        self.store = Store.open(load_settings(warehouse=self.warehouse).store)

    def names(self, *numbers: int) -> None:
        """Let the feed name these articles, with a tag that tells whether it is the same as before."""
        items = "".join(f"<item><link>/{number}</link></item>" for number in numbers)
        for number in numbers:
            self.site.pages.pop(f"/{number}", None)
            self.site.serve(f"/{number}", PAGE + str(number))
        headers = {"Content-Type": "application/rss+xml", "ETag": f'"{numbers}"'}
        self.site.pages.pop("/feed", None)
        self.site.serve("/feed", f'<rss version="2.0"><channel>{items}</channel></rss>', headers=headers)

    def run(self, most_pages: int = 100) -> tuple[int | None, int | None]:
        """Fetch; how many addresses the feed named, and how many of them for the first time."""
        own = '[fetch]\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\n'
        self.changes.write_text(f"{own}max_source_pages = {most_pages}\n", "utf-8")
        settings = load_settings(self.changes, warehouse=self.warehouse)
        plan, now = Plan(settings, f"hour-{self.hour}"), START + timedelta(hours=self.hour)
        self.hour += 1
        with closing(Resources(settings, self.store)) as tools:
            ingest = Ingest(self.store, tools, plan.provenance["raw"], lambda: now)
            list(ingest.run([Target(self.site.address + "/feed", "port")]))
            ingest.store_counts()
        update_coverage(self.store, [], date.fromisoformat(DAY), plan.provenance["raw"])
        rows = self.store.scan("pages", ["kind", "checked_at", "named", "first_named"]).to_pylist()
        (listing,) = (row for row in rows if row["kind"] == "listing" and row["checked_at"] == now)
        return listing["named"], listing["first_named"]

    def row(self) -> dict[str, Any]:
        (row,) = self.store.dataset("coverage").to_table().to_pylist()
        return row

    def left(self) -> list[str]:
        """The addresses that the budget left, each as often as it did."""
        rows = self.store.scan("postponed", ["url", "source", "listed_by"]).to_pylist()
        assert {(row["source"], row["listed_by"]) for row in rows} <= {("port", self.site.address + "/feed")}
        return sorted(row["url"].removeprefix(self.site.address) for row in rows)


@pytest.fixture
def outlet(tmp_path: Path, site: Site) -> Outlet:
    return Outlet(tmp_path, site)


def test_a_feed_names_all_for_the_first_time_then_what_is_new_and_nothing_where_it_is_the_same(outlet: Outlet) -> None:
    outlet.names(1, 2, 3)
    assert outlet.run() == (3, 3)
    assert outlet.run() == (None, 0)
    outlet.names(4, 1, 2, 3)
    assert outlet.run() == (4, 1)
    row = outlet.row()
    assert (row["asked"], row["named"], row["fetched"], row["lost"], row["gaps"]) == (3, 4, 4, 0, 0)


def test_a_feed_in_which_nothing_is_known_any_more_has_a_gap_before_it(outlet: Outlet) -> None:
    outlet.names(1, 2)
    outlet.run()
    outlet.names(5, 6)
    assert outlet.run() == (2, 2)
    assert outlet.row()["gaps"] == 1


def test_what_the_budget_left_is_lost_once_its_feed_names_it_no_more(outlet: Outlet) -> None:
    outlet.names(1, 2, 3, 4)
    outlet.run(most_pages=3)  # the feed is a page of it, as nobody knows yet that it is a feed
    assert outlet.left() == ["/3", "/4"]
    assert outlet.row()["lost"] == 0
    outlet.names(5, 3)
    outlet.run()
    row = outlet.row()
    assert (row["named"], row["fetched"], row["lost"]) == (5, 4, 1)
    assert [told for _, told in alarms(outlet.store) if "1 left its feeds before they were asked" in told]


def test_what_the_budget_left_is_named_for_the_first_time_only_once_and_makes_no_gap(outlet: Outlet) -> None:
    outlet.names(1, 2)
    outlet.run(most_pages=1)
    assert outlet.run(most_pages=1) == (2, 0)
    assert outlet.left() == ["/1", "/2", "/2"]
    assert outlet.run() == (2, 0)
    row = outlet.row()
    assert (row["named"], row["fetched"], row["lost"], row["gaps"]) == (2, 2, 0, 0)
