"""The tools of a run, made as the settings say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nabra.config.settings import load_settings
from nabra.tasks.clean.cleaner import Cleaner
from nabra.tasks.engine.resources import Resources
from nabra.tasks.warehouse.store import Store
from tests.clean.test_clean import document
from tests.clean.test_selectors import PAGE, TEASER

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
