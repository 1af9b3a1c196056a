"""What `nabra status --check` tells, over what real runs at simulated hours have left."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nabra.config.settings import load_settings
from nabra.flows.cli.main import main
from nabra.tasks.documents.identity import document_id
from nabra.tasks.engine.health import problems
from nabra.tasks.engine.ingest import Ingest
from nabra.tasks.engine.plan import Plan
from nabra.tasks.engine.removal_plan import plan_removal
from nabra.tasks.engine.resources import Resources
from nabra.tasks.fetch.sources import Source
from nabra.tasks.fetch.targets import targets_of
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.removal import Kind, carry_out, hold_whole, undo
from nabra.tasks.warehouse.store import Store
from tests.flows.small_warehouse import write

START = datetime(2026, 3, 1, tzinfo=UTC)
RSS = {"Content-Type": "application/rss+xml"}
TEXT = "<html><body><p>نص الخبر</p></body></html>"


class Hours:
    """A warehouse into which two outlets of one site are fetched, at one simulated hour after the other."""

    def __init__(self, folder: Path, site) -> None:
        changes = folder / "nabra.toml"
        changes.write_text('[fetch]\nallow_hosts = ["127.0.0.1"]\ndelay_seconds = 0.0\nretries = 0\n', "utf-8")
        self.settings = load_settings(changes, warehouse=str(folder / "warehouse"))
        self.store = Store.open(self.settings.store)
        self.site = site
        self.sources = [
            Source(id=name, name=name, kind="feed", addresses=[f"{site.address}/{name}"], enabled=True)
            for name in ("port", "town")
        ]

    def show(self, name: str, *links: str, status: int = 200) -> None:
        """Replace the feed of an outlet."""
        self.site.pages.pop(f"/{name}", None)
        items = "".join(f"<item><link>{link}</link></item>" for link in links)
        for link in links:
            self.site.serve(link, TEXT)
        body = f'<rss version="2.0"><channel>{items}</channel></rss>'
        self.site.serve(f"/{name}", body, status=status, headers=RSS)

    def run(self, hour: int) -> None:
        plan = Plan(self.settings, f"hour-{hour}")
        with closing(Resources(self.settings, self.store)) as tools:
            ingest = Ingest(self.store, tools, plan.provenance["raw"], lambda: START + timedelta(hours=hour))
            list(ingest.run([target for source in self.sources if source.enabled for target in targets_of(source)]))
            ingest.store_counts()

    def problems(self, hour: int) -> list[str]:
        return list(problems(self.store, self.sources, self.settings.run, START + timedelta(hours=hour)))


@pytest.fixture
def hours(tmp_path: Path, site) -> Hours:
    return Hours(tmp_path, site)


def test_a_source_that_fails_for_a_day_while_the_other_succeeds_is_told_until_it_answers(hours: Hours) -> None:
    hours.show("port", "/p0")
    hours.show("town", "/t0")
    hours.run(0)
    hours.show("town", status=404)
    for hour in (6, 20):
        hours.show("port", "/p0", f"/p{hour}")
        hours.run(hour)
    assert hours.problems(29) == []
    hours.run(31)
    assert hours.problems(31) == [
        f"source town: {hours.site.address}/town fails since 2026-03-01 06:00 UTC: http_error"
    ]
    hours.show("town", "/t0", "/t1")
    hours.run(32)
    assert hours.problems(33) == []


def test_a_source_without_anything_new_for_a_week_is_told(hours: Hours) -> None:
    hours.show("port", "/p0")
    hours.show("town", "/t0")
    hours.run(0)
    hours.show("port", "/p1")
    hours.run(24 * 6)
    assert hours.problems(24 * 6) == []
    hours.run(24 * 7 + 1)
    assert hours.problems(24 * 7 + 1) == ["source town: nothing new since 2026-03-01 00:00 UTC"]


def test_a_schedule_that_stands_still_is_told(hours: Hours) -> None:
    hours.show("port", "/p0")
    hours.show("town", "/t0")
    hours.run(0)
    assert hours.problems(23) == []
    assert hours.problems(25) == ["no run has fetched anything since 2026-03-01 00:00 UTC"]


def test_of_a_source_that_is_off_nothing_is_told(hours: Hours) -> None:
    hours.show("port", "/p0")
    hours.show("town", status=404)
    hours.run(0)
    hours.sources[1] = hours.sources[1].model_copy(update={"enabled": False})
    hours.show("port", "/p1")
    hours.run(48)
    assert hours.problems(48) == []


@pytest.mark.parametrize(("hours_ago", "status", "told"), [(1, 0, ""), (48, 1, "no run has fetched anything ")])
def test_the_command_ends_with_a_status_for_cron_and_monitoring(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    hours_ago: int,
    status: int,
    told: str,
) -> None:
    store = Store.open(load_settings(warehouse=str(tmp_path / "warehouse")).store)
    started_at = datetime.now(UTC) - timedelta(hours=hours_ago)
    write(store, Batch("2026-04-12", "run"), "runs", {"run_id": "r", "source": "cli", "started_at": started_at})
    monkeypatch.setattr("sys.argv", ["nabra", "status", "--check", "--warehouse", str(store)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert int(caught.value.code or 0) == status
    assert capsys.readouterr().out.partition("since ")[0] == told


def test_a_source_that_was_removed_is_not_called_silent(hours: Hours) -> None:
    hours.show("port", "/p0")
    hours.show("town", "/t0")
    hours.run(0)
    with hold_whole(hours.store, "remove") as check:
        carry_out(hours.store, plan_removal(hours.store, "source", "port"), check)
    hours.show("town", "/t0", "/t1")
    hours.run(24 * 40)
    assert hours.problems(24 * 40 + 1) == []


@pytest.mark.parametrize(("kind", "value"), [("source", "port"), ("day", "2026-03-01"), ("article", "/p0")])
@pytest.mark.parametrize("runs_between", [0, 2])
def test_what_was_removed_comes_back_after_the_undo_though_its_feed_has_not_changed(
    hours: Hours, kind: Kind, value: str, runs_between: int
) -> None:
    hours.show("port", "/p0", "/p1")
    (feed,) = hours.site.pages["/port"]
    feed.headers["ETag"] = '"1"'
    hours.show("town")
    named = document_id(hours.site.address + value) if kind == "article" else value
    hours.run(0)
    with hold_whole(hours.store, "remove") as check:
        carry_out(hours.store, plan_removal(hours.store, kind, named), check)
    for hour in range(1, runs_between + 1):
        hours.run(hour)
    assert f"{hours.site.address}/p0" not in hours.store.scan("raw", ["url"])["url"].to_pylist()
    assert undo(hours.store, kind, named, START + timedelta(hours=9))
    hours.run(10)
    assert hours.store.scan("raw", ["url"])["url"].to_pylist().count(f"{hours.site.address}/p0") == 1
    hours.site.headers.clear()
    hours.run(11)
    assert any(headers.get("If-None-Match") == '"1"' for headers in hours.site.headers)
