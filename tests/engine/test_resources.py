"""The tools of a run, made as the settings say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from nabra.config.settings import load_settings
from nabra.tasks.clean.cleaner import Cleaner
from nabra.tasks.engine.resources import Resources
from nabra.tasks.warehouse.layout import Batch
from nabra.tasks.warehouse.store import Store
from tests.clean.test_clean import document
from tests.clean.test_selectors import PAGE, TEASER
from tests.conftest import clean_table
from tests.flows.small_warehouse import made_by

NOW = datetime(2024, 6, 20, tzinfo=UTC)
SOURCES = """[[source]]
id = "port"
name = "صحيفة الميناء"
kind = "feed"
addresses = ["https://port.example/feed"]
drop = [".mine", ".opinion"]
enabled = false
"""


def test_the_cleaners_know_what_the_sources_say_of_their_pages(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "my.toml").write_text('[fetch]\nsources = "sources.toml"\n[clean]\nworkers = 1\n', encoding="utf-8")
    settings = load_settings(tmp_path / "my.toml", warehouse=str(tmp_path / "w"))
    # No name that is noise everywhere.
    page = PAGE.replace('class="related"', 'class="mine"')
    assert page != PAGE
    tools = Resources(settings, Store.open(settings.store))
    try:
        articles = {
            source: tools.cleaners.submit(Cleaner.clean, document("1.html", page, source=source, fetched_at=NOW))()
            for source in ("port", "cli")
        }
    finally:
        tools.close()
    assert TEASER not in articles["port"]["text"]
    assert TEASER in articles["cli"]["text"]


def test_copies_are_looked_for_among_the_days_before_each_batch_that_is_made_anew(tmp_path: Path) -> None:
    settings = load_settings(warehouse=str(tmp_path))
    store, days = Store.open(settings.store), settings.clean.duplicate_days
    ages = [2, days + 5, 200, 200 + days - 1, 200 + days + 1]
    batches = {age: Batch((datetime.now(UTC) - timedelta(days=age)).date().isoformat(), "00000-a") for age in ages}
    for batch in batches.values():
        store.write("clean", batch, clean_table((None, "نص عن الجسر")), made_by("clean"))
    plain = Resources(settings, store)
    assert plain.recent == {batches[2]}
    # As a refresh that was killed goes on: what it made already is no longer stale, and the next may repeat it.
    resumed = Resources(settings, store, stale=frozenset([batches[200]]))
    assert resumed.recent == {batches[age] for age in (2, 200 + days - 1)}
